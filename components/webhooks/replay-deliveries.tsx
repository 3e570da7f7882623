"use client";

import { useState } from "react";
import { BulkDialog } from "@/components/table/bulk-dialog";
import { BulkBar, type Selection } from "@/components/table/selection";
import { Button } from "@/components/ui/button";
import { type BulkDeliveries, useBulkDeliveries } from "@/lib/webhooks/queries";

const words = {
  label: "Replay",
  done: "sent again",
  effect: "Each goes out under the id that it had, so a receiver that drops duplicates takes what it has for one.",
};

interface ReplayDialogProps {
  /** Those that are ticked, */
  selection?: Selection;
  /** or all that match. */
  filter?: BulkDeliveries["filter"];
  onClose: () => void;
}

/** Sends many again: first as a preview, then for good. */
export function ReplayDialog({ selection, filter, onClose }: ReplayDialogProps) {
  return (
    <BulkDialog
      words={words}
      noun={["delivery", "deliveries"]}
      selection={selection}
      title={filter ? "Replay all that match?" : undefined}
      preview={useBulkDeliveries()}
      run={useBulkDeliveries()}
      orderOf={({ ids, dry_run }) => ({ action: "replay" as const, dry_run, ...(filter ? { filter } : { ids }) })}
      onClose={onClose}
    />
  );
}

/** What can be done with the selected deliveries. */
export function ReplaySelected({ selection }: { selection: Selection }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <BulkBar selection={selection} what="delivery" plural="deliveries">
      <Button onClick={() => setOpen(true)}>Replay</Button>
      {isOpen ? <ReplayDialog selection={selection} onClose={() => setOpen(false)} /> : null}
    </BulkBar>
  );
}
