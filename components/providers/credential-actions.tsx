"use client";

import { useState } from "react";
import { ConfirmDeed } from "@/components/form/confirm-deed";
import type { Acts } from "@/components/table/use-acts";
import { Menu } from "@/components/ui/menu";
import { type Credential, useDeleteCredential } from "@/lib/providers/queries";
import { EditCredentialDialog } from "./credential-dialog";

interface DeedProps {
  target: Credential;
  onClose: () => void;
}

function DeleteCredential({ target, onClose }: DeedProps) {
  return (
    <ConfirmDeed
      deed={useDeleteCredential(target)}
      order={undefined}
      title={`Delete the key ${target.name}?`}
      action="Delete"
      said={`The key ${target.name} is deleted`}
      onClose={onClose}
    >
      <p className="text-muted">
        It is deleted for good and used by no call from within a second on. The provider itself knows nothing of that:
        end it there too if it has leaked.
      </p>
    </ConfirmDeed>
  );
}

/** What can be done with a provider's keys; `onTest` tries one. */
export function useCredentialActions(onTest: (credential: Credential) => void): Omit<Acts<Credential>, "buttonsOf"> {
  const [chosen, choose] = useState<{ act: "edit" | "delete"; target: Credential } | null>(null);
  const Chosen = chosen?.act === "edit" ? EditCredentialDialog : DeleteCredential;
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
    dialog: chosen ? <Chosen target={chosen.target} onClose={() => choose(null)} /> : null,
  };
}
