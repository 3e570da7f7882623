"use client";

import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { type Key, useRotateKey } from "@/lib/keys/queries";
import { SecretPanel } from "./secret-panel";

/** Gives a key a new secret and shows it, once; the old one works on for as long as programs need to change over. */
export function RotateKeyDialog({ target, onClose }: { target: Key; onClose: () => void }) {
  const [overlap, setOverlap] = useState("1d");
  const rotate = useRotateKey(target.id);
  const close = () => {
    rotate.reset();
    onClose();
  };
  const made = rotate.data;
  return (
    <Dialog
      isOpen
      onClose={close}
      isHeld={made !== undefined}
      title={made ? `The new secret of ${target.name}` : `Rotate the key ${target.name}`}
      lead={made ? undefined : "It keeps its name, its budgets and its limits, and gets a new secret."}
    >
      {made ? (
        <SecretPanel made={made} onDone={close} />
      ) : (
        <FormShell
          error={rotate.error}
          isBusy={rotate.isPending}
          fields={["overlap"]}
          submit="Rotate"
          onCancel={close}
          onSubmit={() => rotate.mutate(overlap)}
        >
          <FormField path="overlap" label="The old secret keeps working for">
            {(control) => (
              <Select {...control} value={overlap} onChange={(event) => setOverlap(event.target.value)}>
                <option value="0s">No longer: it stops at once</option>
                <option value="1h">an hour</option>
                <option value="1d">a day</option>
                <option value="7d">7 days</option>
                <option value="30d">30 days</option>
              </Select>
            )}
          </FormField>
        </FormShell>
      )}
    </Dialog>
  );
}
