"use client";

import { useState } from "react";
import { ReasonField } from "@/components/form/reason-field";
import { BulkDialog, type BulkWords } from "@/components/table/bulk-dialog";
import { BulkBar, type Selection } from "@/components/table/selection";
import { Button } from "@/components/ui/button";
import { useBulkKeys } from "@/lib/keys/queries";

const deeds = {
  block: { label: "Block", done: "blocked", effect: "They are refused until they are unblocked.", isDangerous: true },
  unblock: { label: "Unblock", done: "unblocked", effect: "They work again." },
  revoke: {
    label: "Revoke",
    done: "revoked",
    effect: "They and the keys made from them are refused within a second. Within 30 days this can be taken back.",
    isDangerous: true,
  },
} as const satisfies Record<string, BulkWords>;
type Deed = keyof typeof deeds;

function DeedDialog({ deed, selection, onClose }: { deed: Deed; selection: Selection; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const given = deed === "revoke" && reason.trim() ? { reason: reason.trim() } : {};
  return (
    <BulkDialog
      words={deeds[deed]}
      noun={["key", "keys"]}
      selection={selection}
      preview={useBulkKeys()}
      run={useBulkKeys()}
      orderOf={(asked) => ({ action: deed, ...asked, ...given })}
      onClose={onClose}
    >
      {deed === "revoke" ? (
        <ReasonField value={reason} onChange={setReason} hint="Kept with each key and in the audit log." />
      ) : null}
    </BulkDialog>
  );
}

/** What can be done with the selected keys. */
export function BulkKeys({ selection }: { selection: Selection }) {
  const [deed, setDeed] = useState<Deed | null>(null);
  return (
    <BulkBar selection={selection} what="key">
      {Object.entries(deeds).map(([name, { label }]) => (
        <Button key={name} onClick={() => setDeed(name as Deed)}>
          {label}
        </Button>
      ))}
      {deed ? <DeedDialog deed={deed} selection={selection} onClose={() => setDeed(null)} /> : null}
    </BulkBar>
  );
}
