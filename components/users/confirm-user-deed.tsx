"use client";

import { useState } from "react";
import { ReasonField } from "@/components/form/reason-field";
import { Confirm } from "@/components/ui/confirm";
import { useToast } from "@/components/ui/toast";
import { type User, type UserDeed, useChangeUser } from "@/lib/users/queries";
import { nameOf } from "./user-words";

type Deed = UserDeed["deed"];

const words: Record<Deed, { ask: (name: string) => string; action: string; done: string; effect: string }> = {
  "sign-out": {
    ask: (name) => `Sign ${name} out everywhere?`,
    action: "Sign out everywhere",
    done: "signed out everywhere",
    effect: "Every session ends within a second. Keys keep working, and the person may sign in again.",
  },
  disable: {
    ask: (name) => `Disable ${name}?`,
    action: "Disable",
    done: "disabled",
    effect: "Sessions end and calls with their keys are refused within a second, until they are enabled again.",
  },
  enable: {
    ask: (name) => `Enable ${name}?`,
    action: "Enable",
    done: "enabled",
    effect: "They may sign in again, and their keys work again.",
  },
  delete: {
    ask: (name) => `Delete ${name}?`,
    action: "Delete",
    done: "deleted",
    effect: "Their places in teams and their keys go too. This cannot be undone. What they used stays on record.",
  },
};

interface ConfirmUserDeedProps {
  deed: Deed;
  target: User;
  onClose: () => void;
  onDeleted?: (() => void) | undefined;
}

/** Asks before a deed on one person's account. */
export function ConfirmUserDeed({ deed, target, onClose, onDeleted }: ConfirmUserDeedProps) {
  const [reason, setReason] = useState("");
  const [change, tell] = [useChangeUser(target.id), useToast()];
  const { ask, action, done, effect } = words[deed];
  const name = nameOf(target);
  const order: UserDeed = deed === "disable" && reason.trim() ? { deed, reason: reason.trim() } : { deed };
  const carryOut = () =>
    change.mutate(order, {
      onSuccess: () => {
        tell(`${name} ${done}`);
        onClose();
        if (deed === "delete") onDeleted?.();
      },
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={ask(name)}
      action={action}
      tone={deed === "enable" ? "primary" : "danger"}
      isBusy={change.isPending}
      error={change.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">{effect}</p>
      {deed === "disable" ? (
        <ReasonField value={reason} onChange={setReason} hint="Kept with the account and in the audit log." />
      ) : null}
    </Confirm>
  );
}
