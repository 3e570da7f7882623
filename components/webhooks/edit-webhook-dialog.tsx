"use client";

import { useQuery } from "@tanstack/react-query";
import { EditDialog, unlessEmpty } from "@/components/form/edit-dialog";
import { useUpdateWebhook, type Webhook, webhookQuery } from "@/lib/webhooks/queries";
import { changeOf, draftOf, isComplete, webhookFields } from "./webhook-draft";
import { WebhookFields } from "./webhook-fields";
import { nameOf } from "./words";

/** Changes where events go, and which; the secret stays. */
export function EditWebhookDialog({ target, onClose }: { target: Webhook; onClose: () => void }) {
  const { data: stored } = useQuery(webhookQuery(target.id));
  return (
    <EditDialog
      title={`Edit the webhook ${nameOf(target)}`}
      what="webhook"
      target={target}
      stored={stored}
      update={useUpdateWebhook(target.id)}
      draftOf={draftOf}
      changeOf={(base, draft) => (isComplete(draft) ? unlessEmpty(changeOf(base, draft)) : null)}
      fields={webhookFields}
      saidOf={(saved) => `${nameOf(saved)} saved`}
      onClose={onClose}
    >
      {({ draft, edit }) => <WebhookFields draft={draft} onChange={edit} />}
    </EditDialog>
  );
}
