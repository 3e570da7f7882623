"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Menu } from "@/components/ui/menu";
import { useToast } from "@/components/ui/toast";
import { type Model, useDeleteModel, useUpdateModel } from "@/lib/models/queries";
import { EditModelDialog } from "./edit-model-dialog";
import { PriceDialog } from "./price-dialog";

type ModelAct = "price" | "edit" | "off" | "on" | "delete";

const labels: Record<ModelAct, string> = {
  price: "Set price",
  edit: "Edit",
  off: "Switch off",
  on: "Switch on",
  delete: "Delete",
};

const actsOn = ({ enabled }: Model): ModelAct[] => ["price", "edit", enabled ? "off" : "on", "delete"];

interface DeedProps {
  target: Model;
  onClose: () => void;
}

function SwitchModel({ target, onClose }: DeedProps) {
  const [update, tell] = [useUpdateModel(target.id), useToast()];
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
      title={`${action} the model ${target.name}?`}
      action={action}
      tone={target.enabled ? "danger" : "primary"}
      isBusy={update.isPending}
      error={update.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">
        {target.enabled
          ? "From now on there is no such model for callers. Its price and its usage stay."
          : "Callers can name it again."}
      </p>
    </Confirm>
  );
}

function DeleteModel({ target, onClose, onDeleted }: DeedProps & { onDeleted: (() => void) | undefined }) {
  const [remove, tell] = [useDeleteModel(target.id), useToast()];
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
      title={`Delete the model ${target.name}?`}
      action={labels.delete}
      isBusy={remove.isPending}
      error={remove.error?.message}
      onConfirm={carryOut}
    >
      <p className="text-muted">
        Callers cannot name it any more. What it was used for stays on record, and a model of the same name at{" "}
        {target.provider} has its price history again.
      </p>
    </Confirm>
  );
}

interface ModelActions {
  menuOf: (model: Model) => ReactNode;
  buttonsOf: (model: Model) => ReactNode;
  /** The dialog of what was chosen; stands once, beside the list. */
  dialog: ReactNode;
}

/** What can be done with models, for whoever may change them. */
export function useModelActions({ onDeleted }: { onDeleted?: () => void } = {}): ModelActions {
  const [chosen, choose] = useState<{ act: ModelAct; target: Model } | null>(null);
  const close = () => choose(null);
  const dialogOf = ({ act, target }: { act: ModelAct; target: Model }) => {
    const props = { target, onClose: close };
    if (act === "price") return <PriceDialog {...props} />;
    if (act === "edit") return <EditModelDialog {...props} />;
    return act === "delete" ? <DeleteModel {...props} onDeleted={onDeleted} /> : <SwitchModel {...props} />;
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
