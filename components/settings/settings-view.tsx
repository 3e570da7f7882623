"use client";

import { useQuery } from "@tanstack/react-query";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { QueryPanel } from "@/components/layout/query-panel";
import { RequireRight } from "@/components/me/require-right";
import { EncryptionPanel } from "@/components/status/encryption-panel";
import { JobsPanel } from "@/components/status/jobs-panel";
import { ServerPanel } from "@/components/status/server-panel";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { settingsQuery } from "@/lib/settings/queries";
import { SettingsForm } from "./settings-form";

/** What holds for the whole installation, beside the state of the server that it holds for. */
export function SettingsView() {
  const query = useQuery(settingsQuery());
  const { data: me } = useQuery(meQuery());
  return (
    <>
      <PageHeader
        title="Settings"
        lead="What holds everywhere here. What the configuration file gives is shown and is changed there."
        action={<Freshness />}
      />
      <RequireRight action="settings.read" reach="all" title="Settings">
        <div className="grid items-start gap-4 lg:grid-cols-3">
          <QueryPanel title="Settings" className="lg:col-span-2" query={query} lines={20}>
            {(settings) => (
              <SettingsForm settings={settings} mayWrite={me !== undefined && hasRight(me, "settings.write", "all")} />
            )}
          </QueryPanel>
          <div className="grid min-w-0 gap-4">
            <ServerPanel />
            <JobsPanel />
            <EncryptionPanel />
          </div>
        </div>
      </RequireRight>
    </>
  );
}
