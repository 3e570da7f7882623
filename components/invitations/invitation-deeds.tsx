"use client";

import { useState } from "react";
import { ConfirmDeed } from "@/components/form/confirm-deed";
import { FormShell } from "@/components/form/form-shell";
import { type Acts, useActs } from "@/components/table/use-acts";
import { Dialog } from "@/components/ui/dialog";
import {
  type Invitation,
  type InvitationWithLink,
  useResendInvitation,
  useRevokeInvitation,
} from "@/lib/invitations/queries";
import { type Lifetime, LifetimeField } from "./lifetime-field";
import { LinkPanel } from "./link-panel";

interface DeedProps {
  target: Invitation;
  onClose: () => void;
}

function ResendDialog({ target, onClose }: DeedProps) {
  const [expires_in, setLifetime] = useState<Lifetime>("7d");
  const [made, setMade] = useState<InvitationWithLink | null>(null);
  const resend = useResendInvitation(target.id);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isHeld={made !== null}
      title={made ? `The new link for ${target.email}` : `Send the invitation of ${target.email} again?`}
      lead={made ? undefined : "It gets a new link and a new end; the old link stops working."}
    >
      {made ? (
        <LinkPanel made={made} onDone={onClose} />
      ) : (
        <FormShell
          error={resend.error}
          isBusy={resend.isPending}
          fields={["expires_in"]}
          submit="Send again"
          onCancel={onClose}
          onSubmit={() => resend.mutate(expires_in, { onSuccess: setMade })}
        >
          <LifetimeField value={expires_in} onChange={setLifetime} />
        </FormShell>
      )}
    </Dialog>
  );
}

function RevokeConfirm({ target, onClose }: DeedProps) {
  return (
    <ConfirmDeed
      deed={useRevokeInvitation(target.id)}
      order={undefined}
      title={`Revoke the invitation of ${target.email}?`}
      action="Revoke"
      said={`The invitation of ${target.email} is revoked`}
      onClose={onClose}
    >
      <p className="text-muted">Its link stops working at once. The account that waits for this person stays.</p>
    </ConfirmDeed>
  );
}

type Deed = "resend" | "revoke";

/** What can be done with invitations that are not settled yet. */
export function useInvitationActions(): Acts<Invitation> {
  return useActs<Invitation, Deed>({
    labels: { resend: "Send again", revoke: "Revoke" },
    actsOn: ({ state }) => (state === "accepted" || state === "revoked" ? [] : ["resend", "revoke"]),
    nameOf: ({ email }) => `the invitation of ${email}`,
    danger: "revoke",
    dialogOf: ({ act, ...rest }) => (act === "resend" ? <ResendDialog {...rest} /> : <RevokeConfirm {...rest} />),
  });
}
