"use client";

import { type ReactNode, useState } from "react";
import { Confirm } from "@/components/ui/confirm";
import { Menu } from "@/components/ui/menu";
import { useToast } from "@/components/ui/toast";
import { type Credential, useDeleteCredential } from "@/lib/providers/queries";
import { EditCredentialDialog } from "./credential-dialog";

interface DeedProps {
  target: Credential;
  onClose: () => void;
}

function DeleteCredential({ target, onClose }: DeedProps) {
  const [remove, tell] = [useDeleteCredential(target), useToast()];
  const carryOut = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        tell(`The key ${target.name} is deleted`);
        onClose();
      },
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Delete the key ${target.name}?`}
      action="Delete"
      isBusy={remove.isPending}
      error={remove.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">
        It is deleted for good and used by no call from within a second on. The provider itself knows nothing of that:
        end it there too if it has leaked.
      </p>
    </Confirm>
  );
}

/** What can be done with a provider's keys; `onTest` tries one. */
export function useCredentialActions(onTest: (credential: Credential) => void): {
  menuOf: (credential: Credential) => ReactNode;
  dialog: ReactNode;
} {
  const [chosen, choose] = useState<{ act: "edit" | "delete"; target: Credential } | null>(null);
  const props = chosen ? { target: chosen.target, onClose: () => choose(null) } : null;
  return {
    menuOf: (target) => (
      <Menu
        label={`Actions on the key ${target.name}`}
        actions={[
          { label: "Test", onSelect: () => onTest(target) },
          { label: "Edit", onSelect: () => choose({ act: "edit", target }) },
          { label: "Delete", onSelect: () => choose({ act: "delete", target }), isDangerous: true },
        ]}
      />
    ),
    dialog: props ? (
      chosen?.act === "edit" ? (
        <EditCredentialDialog {...props} />
      ) : (
        <DeleteCredential {...props} />
      )
    ) : null,
  };
}
