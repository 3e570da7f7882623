"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import type { Webhook } from "@/lib/webhooks/queries";
import { ConfirmDelete, ConfirmSwitch } from "./confirm-webhook-deed";
import { EditWebhookDialog } from "./edit-webhook-dialog";
import { RotateSecretDialog } from "./rotate-secret-dialog";
import { TestWebhookDialog } from "./test-webhook-dialog";
import { nameOf } from "./words";

type Act = "test" | "edit" | "rotate" | "enable" | "disable" | "delete";

const labels: Record<Act, string> = {
  test: "Test",
  edit: "Edit",
  rotate: "Rotate secret",
  enable: "Enable",
  disable: "Disable",
  delete: "Delete",
};

/** What can be done with a webhook as it stands. The environment's is changed there, so here it is only tested. */
function actsOn({ source, enabled }: Webhook): Act[] {
  if (source === "environment") return ["test"];
  return ["test", "edit", "rotate", enabled ? "disable" : "enable", "delete"];
}

interface ActProps {
  act: Act;
  target: Webhook;
  onClose: () => void;
}

function ActDialog({ act, ...rest }: ActProps) {
  switch (act) {
    case "test":
      return <TestWebhookDialog {...rest} />;
    case "edit":
      return <EditWebhookDialog {...rest} />;
    case "rotate":
      return <RotateSecretDialog {...rest} />;
    case "delete":
      return <ConfirmDelete {...rest} />;
    default:
      return <ConfirmSwitch deed={act} {...rest} />;
  }
}

interface WebhookActions {
  menuOf: (webhook: Webhook) => ReactNode;
  buttonsOf: (webhook: Webhook) => ReactNode;
  /** The dialog of what was chosen; stands once, beside the list. */
  dialog: ReactNode;
}

/** What can be done with webhooks, for whoever may change them. */
export function useWebhookActions(): WebhookActions {
  const [chosen, choose] = useState<{ act: Act; target: Webhook } | null>(null);
  return {
    menuOf: (webhook) => (
      <Menu
        label={`Actions on ${nameOf(webhook)}`}
        actions={actsOn(webhook).map((act) => ({
          label: labels[act],
          onSelect: () => choose({ act, target: webhook }),
          ...(act === "delete" ? { isDangerous: true as const } : {}),
        }))}
      />
    ),
    buttonsOf: (webhook) =>
      actsOn(webhook).map((act) => (
        <Button key={act} onClick={() => choose({ act, target: webhook })}>
          {labels[act]}
        </Button>
      )),
    dialog: chosen ? <ActDialog {...chosen} onClose={() => choose(null)} /> : null,
  };
}
