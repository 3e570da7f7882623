"use client";

import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { Alert } from "@/components/ui/alert";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { Time } from "@/components/ui/time";
import { useRotateSecret, type Webhook } from "@/lib/webhooks/queries";
import { WebhookSecretPanel } from "./webhook-secret-panel";
import { nameOf } from "./words";

/** Gives a webhook a new secret and shows it, once; deliveries carry both signatures while its receiver changes over. */
export function RotateSecretDialog({ target, onClose }: { target: Webhook; onClose: () => void }) {
  const [overlap, setOverlap] = useState("1d");
  const rotate = useRotateSecret(target.id);
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
      title={made ? `The new secret of ${nameOf(target)}` : `Rotate the secret of ${nameOf(target)}`}
      lead={
        made ? undefined : "Until the overlap ends, deliveries carry a signature by the old secret and one by the new."
      }
    >
      {made ? (
        <WebhookSecretPanel made={made} onDone={close} />
      ) : (
        <FormShell
          error={rotate.error}
          isBusy={rotate.isPending}
          fields={["overlap"]}
          submit="Rotate"
          onCancel={close}
          onSubmit={() => rotate.mutate(overlap)}
        >
          {target.previous_expires_at ? (
            <Alert tone="warn">
              The last rotation still overlaps until <Time value={target.previous_expires_at} />. Rotating again ends
              the secret before it at once.
            </Alert>
          ) : null}
          <FormField path="overlap" label="The old secret signs too for">
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
