"use client";

import { useRouter } from "next/navigation";
import { Confirm } from "@/components/ui/confirm";
import { useToast } from "@/components/ui/toast";
import { webhooksPath } from "@/lib/paths";
import { useDeleteWebhook, useUpdateWebhook, type Webhook } from "@/lib/webhooks/queries";
import { nameOf } from "./words";

const words = {
  enable: {
    action: "Enable",
    done: "enabled",
    effect:
      "Events are sent there again, from now on. Those of the meantime are not made up for; they can be replayed.",
  },
  disable: {
    action: "Disable",
    done: "disabled",
    effect: "Nothing is sent there any more, and what still waits is cancelled, until it is enabled again.",
  },
} as const;

interface DeedProps {
  target: Webhook;
  onClose: () => void;
}

/** Asks before a webhook is switched on or off. */
export function ConfirmSwitch({ deed, target, onClose }: DeedProps & { deed: keyof typeof words }) {
  const [update, tell] = [useUpdateWebhook(target.id), useToast()];
  const { action, done, effect } = words[deed];
  const carryOut = () =>
    update.mutate(
      { change: { enabled: deed === "enable" }, version: target.version },
      {
        onSuccess: () => {
          tell(`${nameOf(target)} ${done}`);
          onClose();
        },
      },
    );
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`${action} the webhook ${nameOf(target)}?`}
      action={action}
      tone={deed === "disable" ? "danger" : "primary"}
      isBusy={update.isPending}
      error={update.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">{effect}</p>
    </Confirm>
  );
}

/** Asks before a webhook goes, with all that was sent to it; then leads back to the list. */
export function ConfirmDelete({ target, onClose }: DeedProps) {
  const [remove, tell, router] = [useDeleteWebhook(target.id), useToast(), useRouter()];
  const carryOut = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        tell(`${nameOf(target)} deleted`);
        onClose();
        router.push(webhooksPath);
      },
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Delete the webhook ${nameOf(target)}?`}
      action="Delete"
      isBusy={remove.isPending}
      error={remove.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">
        Nothing is sent there any more, and all that was ever sent to it goes from the records. This cannot be taken
        back.
      </p>
    </Confirm>
  );
}
