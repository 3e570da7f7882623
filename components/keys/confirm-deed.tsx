"use client";

import { useState } from "react";
import { ReasonField } from "@/components/form/reason-field";
import { Confirm } from "@/components/ui/confirm";
import { useToast } from "@/components/ui/toast";
import { type Key, type KeyDeed, useChangeKey } from "@/lib/keys/queries";

type Deed = KeyDeed["deed"];

const words: Record<Deed, { action: string; done: string; effect: string }> = {
  block: {
    action: "Block",
    done: "blocked",
    effect: "Calls with it, and with keys made from it, are refused within a second, until it is unblocked.",
  },
  unblock: { action: "Unblock", done: "works again", effect: "Calls with it are answered again." },
  revoke: {
    action: "Revoke",
    done: "revoked",
    effect:
      "Calls with it, and with keys made from it, are refused within a second. Within 30 days it can be restored.",
  },
  restore: { action: "Restore", done: "restored", effect: "Its secret works again, with all that it was allowed." },
};

/** Asks before a deed on one key. */
export function ConfirmDeed({ deed, target, onClose }: { deed: Deed; target: Key; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [change, tell] = [useChangeKey(target.id), useToast()];
  const { action, done, effect } = words[deed];
  const order: KeyDeed = deed === "revoke" ? { deed, ...(reason.trim() ? { reason: reason.trim() } : {}) } : { deed };
  const carryOut = () =>
    change.mutate(order, {
      onSuccess: () => {
        tell(`${target.name} ${done}`);
        onClose();
      },
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`${action} the key ${target.name}?`}
      action={action}
      tone={deed === "block" || deed === "revoke" ? "danger" : "primary"}
      isBusy={change.isPending}
      error={change.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">{effect}</p>
      {deed === "revoke" ? (
        <ReasonField value={reason} onChange={setReason} hint="Kept with the key and in the audit log." />
      ) : null}
    </Confirm>
  );
}
