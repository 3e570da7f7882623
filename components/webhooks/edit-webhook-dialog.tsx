"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormShell } from "@/components/form/form-shell";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { useUpdateWebhook, type Webhook, webhookQuery } from "@/lib/webhooks/queries";
import { changeOf, draftOf, isComplete, webhookFields } from "./webhook-draft";
import { WebhookFields } from "./webhook-fields";
import { nameOf } from "./words";

/** Changes where events go, and which; the secret stays. */
export function EditWebhookDialog({ target, onClose }: { target: Webhook; onClose: () => void }) {
  const [base, setBase] = useState(target);
  const [draft, setDraft] = useState(() => draftOf(target));
  const { data: stored } = useQuery(webhookQuery(target.id));
  const [update, tell] = [useUpdateWebhook(target.id), useToast()];
  const change = changeOf(base, draft);
  const save = (version: number) =>
    update.mutate(
      { change, version },
      {
        onSuccess: (saved) => {
          tell(`${nameOf(saved)} saved`);
          onClose();
        },
      },
    );
  const reload = () => {
    update.reset();
    if (!stored) return;
    setBase(stored);
    setDraft(draftOf(stored));
  };
  return (
    <Dialog isOpen onClose={onClose} title={`Edit the webhook ${nameOf(target)}`}>
      <FormShell
        error={update.error}
        isBusy={update.isPending}
        fields={webhookFields}
        submit="Save"
        canSubmit={isComplete(draft) && Object.keys(change).length > 0}
        onCancel={onClose}
        onSubmit={() => save(base.version)}
        conflict={{ what: "this webhook", onReload: reload, onOverwrite: () => save((stored ?? base).version) }}
      >
        <WebhookFields draft={draft} onChange={(next) => setDraft((now) => ({ ...now, ...next }))} />
      </FormShell>
    </Dialog>
  );
}
