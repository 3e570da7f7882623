"use client";

import { useState } from "react";
import { Field } from "@/components/form/field";
import { BulkBar, type Selection } from "@/components/table/selection";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Input } from "@/components/ui/input";
import { useToast } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/client/format";
import { type BulkOutcome, useBulkKeys } from "@/lib/keys/queries";

const deeds = {
  block: { label: "Block", done: "blocked", effect: "They are refused until they are unblocked." },
  unblock: { label: "Unblock", done: "unblocked", effect: "They work again." },
  revoke: {
    label: "Revoke",
    done: "revoked",
    effect: "They and the keys made from them are refused within a second. Within 30 days this can be taken back.",
  },
} as const;
type Deed = keyof typeof deeds;

/** Why some are left as they are: each reason once, with how many it is about. */
function reasonsOf({ data }: BulkOutcome): string[] {
  const counts = new Map<string, number>();
  for (const { error } of data) if (error) counts.set(error.message, (counts.get(error.message) ?? 0) + 1);
  return [...counts].map(([message, count]) => `${formatQuantity(count, "key")}: ${message}`);
}

function Preview({ outcome, deed }: { outcome: BulkOutcome; deed: Deed }) {
  const works = outcome.data.filter(({ ok }) => ok).length;
  const reasons = reasonsOf(outcome);
  return (
    <>
      <p role="status">
        {formatQuantity(works, "key")} would be {deeds[deed].done}
        {reasons.length > 0 ? `, ${outcome.data.length - works} would stay as they are:` : "."}
      </p>
      {reasons.length > 0 ? (
        <Alert tone="warn">
          <ul>
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </Alert>
      ) : null}
      {works > 0 ? <p className="text-muted">{deeds[deed].effect}</p> : null}
    </>
  );
}

function DeedDialog({ deed, selection, onClose }: { deed: Deed; selection: Selection; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [preview, run, tell] = [useBulkKeys(), useBulkKeys(), useToast()];
  const [ids] = useState(() => [...selection.ids]);
  const order = { action: deed, ids, ...(deed === "revoke" && reason.trim() ? { reason: reason.trim() } : {}) };
  const { label, done } = deeds[deed];
  const works = preview.data?.data.filter(({ ok }) => ok).length ?? 0;
  const carryOut = () =>
    run.mutate(order, {
      onSuccess: ({ data }) => {
        tell(`${formatQuantity(data.filter(({ ok }) => ok).length, "key")} ${done}`);
        selection.set(new Set(data.flatMap(({ ok, id }) => (ok ? [] : [id]))));
        onClose();
      },
    });
  const look = () => preview.mutate({ ...order, dry_run: true });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`${label} ${formatQuantity(ids.length, "key")}?`}
      action={preview.data ? label : "Show what would happen"}
      tone={preview.data && deed !== "unblock" ? "danger" : "primary"}
      isBusy={preview.isPending || run.isPending}
      isBlocked={preview.data !== undefined && works === 0}
      error={run.error?.message ?? preview.error?.message}
      onConfirm={preview.data ? carryOut : look}
    >
      {preview.data ? (
        <Preview outcome={preview.data} deed={deed} />
      ) : (
        <p className="text-muted">First see which of them this works for. Nothing is changed by looking.</p>
      )}
      {deed === "revoke" ? (
        <Field label="Reason" hint="Kept with each key and in the audit log.">
          {(control) => (
            <Input
              {...control}
              maxLength={500}
              className="h-9 text-sm"
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      ) : null}
    </Confirm>
  );
}

/** What can be done with the selected keys, each of which is decided on its own: first as a preview, then for good. */
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
