"use client";

import { useState } from "react";
import { UnsavedGuard } from "@/components/form/unsaved-guard";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { useView, Views } from "@/components/layout/views";
import { RequireRight } from "@/components/me/require-right";
import type { OpenDraft } from "@/components/provisioning/mapping-form";
import { MappingWorkbench } from "@/components/provisioning/mapping-workbench";
import { Badge } from "@/components/ui/badge";
import type { SignIn } from "@/lib/sign-ins/queries";
import { AccountsCard } from "./accounts-card";
import { ProviderCard } from "./provider-card";
import { SignInsPanel } from "./sign-ins-panel";

/** How people sign in here: what is set up, who could not and why, who becomes what, and what that would mean for somebody. */
export function SignInAdmin() {
  const [view, showView] = useView(["state", "rules"]);
  const [picked, setPicked] = useState<SignIn | null>(null);
  // Held here, so that a look at the troubleshooter costs nobody what they were writing.
  const [draft, setDraft] = useState<OpenDraft | null>(null);
  const tryOn = (signIn: SignIn) => {
    setPicked(signIn);
    showView("rules");
  };
  return (
    <>
      <PageHeader title="Sign-in" lead="Who gets in, as whom, and why somebody did not." action={<Freshness />} />
      <RequireRight action="settings.read" title="Sign-in">
        <Views
          label="Parts of this page"
          views={[
            { name: "state", label: "Set-up and problems" },
            { name: "rules", label: "Who becomes what", note: draft ? <Badge tone="warn">Unsaved</Badge> : null },
          ]}
          shown={view}
          onShow={showView}
        />
        {view === "rules" ? (
          <MappingWorkbench draft={draft} onDraft={setDraft} picked={picked} onPick={setPicked} />
        ) : (
          <div className="grid gap-4">
            <div className="grid gap-4 lg:min-h-66 lg:grid-cols-2">
              <ProviderCard />
              <AccountsCard />
            </div>
            <SignInsPanel onPick={tryOn} />
          </div>
        )}
      </RequireRight>
      {draft ? <UnsavedGuard /> : null}
    </>
  );
}
