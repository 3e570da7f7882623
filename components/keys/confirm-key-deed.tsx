"use client";

import { useState } from "react";
import { ConfirmDeed } from "@/components/form/confirm-deed";
import { ReasonField } from "@/components/form/reason-field";
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
export function ConfirmKeyDeed({ deed, target, onClose }: { deed: Deed; target: Key; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const { action, done, effect } = words[deed];
  return (
    <ConfirmDeed
      deed={useChangeKey(target.id)}
      order={deed === "revoke" && reason.trim() ? { deed, reason: reason.trim() } : { deed }}
      title={`${action} the key ${target.name}?`}
      action={action}
      tone={deed === "block" || deed === "revoke" ? "danger" : "primary"}
      said={`${target.name} ${done}`}
      onClose={onClose}
    >
      <p className="text-muted">{effect}</p>
      {deed === "revoke" ? (
        <ReasonField value={reason} onChange={setReason} hint="Kept with the key and in the audit log." />
      ) : null}
    </ConfirmDeed>
  );
}
