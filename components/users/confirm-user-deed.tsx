"use client";

import { useState } from "react";
import { ConfirmDeed } from "@/components/form/confirm-deed";
import { ReasonField } from "@/components/form/reason-field";
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
  const { ask, action, done, effect } = words[deed];
  const name = nameOf(target);
  return (
    <ConfirmDeed
      deed={useChangeUser(target.id)}
      order={deed === "disable" && reason.trim() ? { deed, reason: reason.trim() } : { deed }}
      title={ask(name)}
      action={action}
      tone={deed === "enable" ? "primary" : "danger"}
      said={`${name} ${done}`}
      onClose={onClose}
      onDone={deed === "delete" ? onDeleted : undefined}
    >
      <p className="text-muted">{effect}</p>
      {deed === "disable" ? (
        <ReasonField value={reason} onChange={setReason} hint="Kept with the account and in the audit log." />
      ) : null}
    </ConfirmDeed>
  );
}
