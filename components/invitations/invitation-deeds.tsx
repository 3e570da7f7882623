"use client";

import { type ReactNode, useState } from "react";
import { FormShell } from "@/components/form/form-shell";
import { Confirm } from "@/components/ui/confirm";
import { Dialog } from "@/components/ui/dialog";
import { Menu } from "@/components/ui/menu";
import { useToast } from "@/components/ui/toast";
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
  const [revoke, tell] = [useRevokeInvitation(target.id), useToast()];
  const carryOut = () =>
    revoke.mutate(undefined, {
      onSuccess: () => {
        tell(`The invitation of ${target.email} is revoked`);
        onClose();
      },
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Revoke the invitation of ${target.email}?`}
      action="Revoke"
      isBusy={revoke.isPending}
      error={revoke.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">Its link stops working at once. The account that waits for this person stays.</p>
    </Confirm>
  );
}

/** What can be done with invitations that are not settled yet. */
export function useInvitationActions(): { menuOf: (invitation: Invitation) => ReactNode; dialog: ReactNode } {
  const [chosen, choose] = useState<{ deed: "resend" | "revoke"; target: Invitation } | null>(null);
  const close = () => choose(null);
  return {
    menuOf: (target) =>
      target.state === "accepted" || target.state === "revoked" ? null : (
        <Menu
          label={`Actions on the invitation of ${target.email}`}
          actions={[
            { label: "Send again", onSelect: () => choose({ deed: "resend", target }) },
            { label: "Revoke", onSelect: () => choose({ deed: "revoke", target }), isDangerous: true },
          ]}
        />
      ),
    dialog:
      chosen === null ? null : chosen.deed === "resend" ? (
        <ResendDialog target={chosen.target} onClose={close} />
      ) : (
        <RevokeConfirm target={chosen.target} onClose={close} />
      ),
  };
}
