"use client";

import { RotateDialog } from "@/components/form/rotate-dialog";
import { Alert } from "@/components/ui/alert";
import { Time } from "@/components/ui/time";
import { useRotateSecret, type Webhook } from "@/lib/webhooks/queries";
import { WebhookSecretPanel } from "./webhook-secret-panel";
import { nameOf } from "./words";

/** Gives a webhook a new secret; deliveries carry both signatures while its receiver changes over. */
export function RotateSecretDialog({ target, onClose }: { target: Webhook; onClose: () => void }) {
  return (
    <RotateDialog
      title={`Rotate the secret of ${nameOf(target)}`}
      lead="Until the overlap ends, deliveries carry a signature by the old secret and one by the new."
      madeTitle={`The new secret of ${nameOf(target)}`}
      label="The old secret signs too for"
      rotate={useRotateSecret(target.id)}
      warning={
        target.previous_expires_at ? (
          <Alert tone="warn">
            The last rotation still overlaps until <Time value={target.previous_expires_at} />. Rotating again ends the
            secret before it at once.
          </Alert>
        ) : null
      }
      onClose={onClose}
    >
      {(made, onDone) => <WebhookSecretPanel made={made} onDone={onDone} />}
    </RotateDialog>
  );
}
