"use client";

import { useState } from "react";
import { BulkBar, type Selection } from "@/components/table/selection";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { useToast } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/client/format";
import { type BulkDeliveries, type BulkOutcome, useBulkDeliveries } from "@/lib/webhooks/queries";

const many = (count: number) => formatQuantity(count, "delivery", "deliveries");

/** Why some are not sent again: each reason once, with how many it is about. */
function reasonsOf({ data }: BulkOutcome): string[] {
  const counts = new Map<string, number>();
  for (const { error } of data) if (error) counts.set(error.message, (counts.get(error.message) ?? 0) + 1);
  return [...counts].map(([message, count]) => `${many(count)}: ${message}`);
}

function Preview({ outcome }: { outcome: BulkOutcome }) {
  const works = outcome.data.filter(({ ok }) => ok).length;
  const reasons = reasonsOf(outcome);
  return (
    <>
      <p role="status">
        {many(works)} would be sent again
        {reasons.length > 0 ? `, ${outcome.data.length - works} would not:` : "."}
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
    </>
  );
}

interface ReplayDialogProps {
  /** Which: by their ids, or all that match. */
  order: Pick<BulkDeliveries, "ids" | "filter">;
  title: string;
  onClose: () => void;
  /** The ids of those that were not queued. */
  onDone?: (left: readonly string[]) => void;
}

/** Sends many again: first as a preview, then for good. */
export function ReplayDialog({ order, title, onClose, onDone }: ReplayDialogProps) {
  const [preview, run, tell] = [useBulkDeliveries(), useBulkDeliveries(), useToast()];
  const works = preview.data?.data.filter(({ ok }) => ok).length ?? 0;
  const carryOut = () =>
    run.mutate(
      { action: "replay", ...order },
      {
        onSuccess: ({ data }) => {
          tell(`${many(data.filter(({ ok }) => ok).length)} queued`, "They are sent as soon as a runner gets to them.");
          onDone?.(data.flatMap(({ ok, id }) => (ok ? [] : [id])));
          onClose();
        },
      },
    );
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={title}
      action={preview.data ? "Replay" : "Show what would happen"}
      tone="primary"
      isBusy={preview.isPending || run.isPending}
      isBlocked={preview.data !== undefined && works === 0}
      error={run.error?.message ?? preview.error?.message}
      onConfirm={preview.data ? carryOut : () => preview.mutate({ action: "replay", ...order, dry_run: true })}
    >
      {preview.data ? (
        <Preview outcome={preview.data} />
      ) : (
        <p className="text-muted">First see how many that is. Nothing is sent by looking.</p>
      )}
      <p className="text-muted">
        Each goes out under the id that it had, so a receiver that drops duplicates takes what it has for one.
      </p>
    </Confirm>
  );
}

/** What can be done with the selected deliveries. */
export function ReplaySelected({ selection }: { selection: Selection }) {
  const [isOpen, setOpen] = useState(false);
  const ids = [...selection.ids];
  return (
    <BulkBar selection={selection} what="delivery" plural="deliveries">
      <Button onClick={() => setOpen(true)}>Replay</Button>
      {isOpen ? (
        <ReplayDialog
          order={{ ids }}
          title={`Replay ${many(ids.length)}?`}
          onClose={() => setOpen(false)}
          onDone={(left) => selection.set(new Set(left))}
        />
      ) : null}
    </BulkBar>
  );
}
