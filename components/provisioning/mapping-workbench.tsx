"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { settingsQuery } from "@/lib/settings/queries";
import type { SignIn } from "@/lib/sign-ins/queries";
import { changesOf } from "./draft";
import { MappingForm, type OpenDraft } from "./mapping-form";
import { PreviewPanel } from "./preview-panel";

interface MappingWorkbenchProps {
  /** What is being written; null where nothing is. */
  draft: OpenDraft | null;
  onDraft: (draft: OpenDraft | null) => void;
  /** The past sign-in that the preview is about; null for pasted claims. */
  picked: SignIn | null;
  onPick: (signIn: SignIn | null) => void;
}

/** The rules of who becomes what, beside a place to try them before they are saved. */
export function MappingWorkbench({ draft, onDraft, picked, onPick }: MappingWorkbenchProps) {
  const query = useQuery(settingsQuery());
  const { data: me } = useQuery(meQuery());
  return (
    <div className="grid items-start gap-4 lg:grid-cols-3">
      <QueryPanel title="Who becomes what" className="lg:col-span-2" query={query} lines={20}>
        {(settings) => (
          <MappingForm
            settings={settings}
            open={draft}
            mayWrite={me !== undefined && hasRight(me, "settings.write")}
            onDraft={onDraft}
          />
        )}
      </QueryPanel>
      <PreviewPanel rules={draft ? changesOf(draft.base, draft.draft) : {}} picked={picked} onPick={onPick} />
    </div>
  );
}
