"use client";

import { type Acts, useActs } from "@/components/table/use-acts";
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
  onDeleted: (() => void) | undefined;
}

function ActDialog({ act, onDeleted, ...rest }: ActProps) {
  switch (act) {
    case "test":
      return <TestWebhookDialog {...rest} />;
    case "edit":
      return <EditWebhookDialog {...rest} />;
    case "rotate":
      return <RotateSecretDialog {...rest} />;
    case "delete":
      return <ConfirmDelete {...rest} onDone={onDeleted} />;
    default:
      return <ConfirmSwitch deed={act} {...rest} />;
  }
}

/** What can be done with webhooks, for whoever may change them. */
export function useWebhookActions(onDeleted?: () => void): Acts<Webhook> {
  return useActs<Webhook, Act>({
    labels,
    actsOn,
    nameOf,
    danger: "delete",
    dialogOf: (chosen) => <ActDialog {...chosen} onDeleted={onDeleted} />,
  });
}
