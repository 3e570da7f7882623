"use client";

import { useState } from "react";
import { FormShell } from "@/components/form/form-shell";
import { Dialog } from "@/components/ui/dialog";
import { useCreateWebhook } from "@/lib/webhooks/queries";
import { emptyDraft, isComplete, newWebhookOf, webhookFields } from "./webhook-draft";
import { WebhookFields } from "./webhook-fields";
import { WebhookSecretPanel } from "./webhook-secret-panel";
import { nameOf } from "./words";

/** Registers a receiver; then shows the secret that its deliveries are signed with, once. */
export function CreateWebhookDialog({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState(emptyDraft);
  const create = useCreateWebhook();
  const close = () => {
    create.reset();
    onClose();
  };
  const made = create.data;
  return (
    <Dialog
      isOpen
      onClose={close}
      isHeld={made !== undefined}
      title={made ? `The webhook ${nameOf(made.webhook)} is made` : "Add a webhook"}
      lead={made ? undefined : "Events are posted there as they happen, signed, and tried again for three days."}
    >
      {made ? (
        <WebhookSecretPanel made={made} onDone={close} />
      ) : (
        <FormShell
          error={create.error}
          isBusy={create.isPending}
          fields={webhookFields}
          submit="Add webhook"
          canSubmit={isComplete(draft)}
          onCancel={close}
          onSubmit={() => create.mutate(newWebhookOf(draft))}
        >
          <WebhookFields draft={draft} onChange={(next) => setDraft((now) => ({ ...now, ...next }))} />
        </FormShell>
      )}
    </Dialog>
  );
}
