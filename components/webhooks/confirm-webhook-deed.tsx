"use client";

import { ConfirmDeed } from "@/components/form/confirm-deed";
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
  const { action, done, effect } = words[deed];
  return (
    <ConfirmDeed
      deed={useUpdateWebhook(target.id)}
      order={{ change: { enabled: deed === "enable" }, version: target.version }}
      title={`${action} the webhook ${nameOf(target)}?`}
      action={action}
      tone={deed === "disable" ? "danger" : "primary"}
      said={`${nameOf(target)} ${done}`}
      onClose={onClose}
    >
      <p className="text-muted">{effect}</p>
    </ConfirmDeed>
  );
}

/** Asks before a webhook goes, with all that was sent to it. */
export function ConfirmDelete({ target, ...rest }: DeedProps & { onDone: (() => void) | undefined }) {
  return (
    <ConfirmDeed
      deed={useDeleteWebhook(target.id)}
      order={undefined}
      title={`Delete the webhook ${nameOf(target)}?`}
      action="Delete"
      said={`${nameOf(target)} deleted`}
      {...rest}
    >
      <p className="text-muted">
        Nothing is sent there any more, and all that was ever sent to it goes from the records. This cannot be taken
        back.
      </p>
    </ConfirmDeed>
  );
}
