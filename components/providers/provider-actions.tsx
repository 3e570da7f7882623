"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Menu } from "@/components/ui/menu";
import { useToast } from "@/components/ui/toast";
import { type Provider, useDeleteProvider, useUpdateProvider } from "@/lib/providers/queries";
import { EditProviderDialog } from "./edit-provider-dialog";

type ProviderAct = "edit" | "off" | "on" | "delete";

const labels: Record<ProviderAct, string> = { edit: "Edit", off: "Switch off", on: "Switch on", delete: "Delete" };

const actsOn = ({ enabled }: Provider): ProviderAct[] => ["edit", enabled ? "off" : "on", "delete"];

interface DeedProps {
  target: Provider;
  onClose: () => void;
}

function SwitchProvider({ target, onClose }: DeedProps) {
  const [update, tell] = [useUpdateProvider(target.id), useToast()];
  const action = target.enabled ? labels.off : labels.on;
  const carryOut = () =>
    update.mutate(
      { change: { enabled: !target.enabled }, version: target.version },
      {
        onSuccess: ({ name, enabled }) => {
          tell(`${name} is ${enabled ? "on" : "off"}`);
          onClose();
        },
      },
    );
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`${action} the provider ${target.name}?`}
      action={action}
      tone={target.enabled ? "danger" : "primary"}
      isBusy={update.isPending}
      error={update.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">
        {target.enabled
          ? "Callers find none of its models any more, within a second. Keys, models and prices stay as they are."
          : "Callers can use its models again."}
      </p>
    </Confirm>
  );
}

function DeleteProvider({ target, onClose, onDeleted }: DeedProps & { onDeleted: (() => void) | undefined }) {
  const [remove, tell] = [useDeleteProvider(target.id), useToast()];
  const carryOut = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        tell(`${target.name} deleted`);
        onClose();
        onDeleted?.();
      },
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Delete the provider ${target.name}?`}
      action={labels.delete}
      isBusy={remove.isPending}
      error={remove.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">
        Its keys are deleted for good and its models go with it. What they were used for stays on record.
      </p>
    </Confirm>
  );
}

interface ProviderActions {
  menuOf: (provider: Provider) => ReactNode;
  buttonsOf: (provider: Provider) => ReactNode;
  /** The dialog of what was chosen; stands once, beside the list. */
  dialog: ReactNode;
}

/** What can be done with providers, for whoever may change them. */
export function useProviderActions({ onDeleted }: { onDeleted?: () => void } = {}): ProviderActions {
  const [chosen, choose] = useState<{ act: ProviderAct; target: Provider } | null>(null);
  const close = () => choose(null);
  const dialogOf = ({ act, target }: { act: ProviderAct; target: Provider }) => {
    const props = { target, onClose: close };
    if (act === "edit") return <EditProviderDialog {...props} />;
    return act === "delete" ? <DeleteProvider {...props} onDeleted={onDeleted} /> : <SwitchProvider {...props} />;
  };
  return {
    menuOf: (target) => (
      <Menu
        label={`Actions on ${target.name}`}
        actions={actsOn(target).map((act) => ({
          label: labels[act],
          onSelect: () => choose({ act, target }),
          ...(act === "delete" ? { isDangerous: true as const } : {}),
        }))}
      />
    ),
    buttonsOf: (target) =>
      actsOn(target).map((act) => (
        <Button key={act} onClick={() => choose({ act, target })}>
          {labels[act]}
        </Button>
      )),
    dialog: chosen ? dialogOf(chosen) : null,
  };
}
