"use client";

import { RotateDialog } from "@/components/form/rotate-dialog";
import { type Key, useRotateKey } from "@/lib/keys/queries";
import { SecretPanel } from "./secret-panel";

/** Gives a key a new secret; the old one works on for as long as programs need to change over. */
export function RotateKeyDialog({ target, onClose }: { target: Key; onClose: () => void }) {
  return (
    <RotateDialog
      title={`Rotate the key ${target.name}`}
      lead="It keeps its name, its budgets and its limits, and gets a new secret."
      madeTitle={`The new secret of ${target.name}`}
      label="The old secret keeps working for"
      rotate={useRotateKey(target.id)}
      onClose={onClose}
    >
      {(made, onDone) => <SecretPanel made={made} onDone={onDone} />}
    </RotateDialog>
  );
}
