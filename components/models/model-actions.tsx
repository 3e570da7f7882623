"use client";

import { ConfirmDeed } from "@/components/form/confirm-deed";
import { type Acts, useActs } from "@/components/table/use-acts";
import { type Model, useDeleteModel, useUpdateModel } from "@/lib/models/queries";
import { EditModelDialog } from "./edit-model-dialog";
import { ListPriceDialog } from "./list-price-dialog";
import { PriceDialog } from "./price-dialog";

type ModelAct = "price" | "list" | "edit" | "off" | "on" | "delete";

const labels: Record<ModelAct, string> = {
  price: "Set price",
  list: "Use list price",
  edit: "Edit",
  off: "Switch off",
  on: "Switch on",
  delete: "Delete",
};

const actsOn = ({ enabled, price }: Model): ModelAct[] => [
  "price",
  ...(price?.source === "manual" ? (["list"] as const) : []),
  "edit",
  enabled ? "off" : "on",
  "delete",
];

interface DeedProps {
  target: Model;
  onClose: () => void;
}

function SwitchModel({ target, onClose }: DeedProps) {
  const isOn = target.enabled;
  const action = isOn ? labels.off : labels.on;
  return (
    <ConfirmDeed
      deed={useUpdateModel(target.id)}
      order={{ change: { enabled: !isOn }, version: target.version }}
      title={`${action} the model ${target.name}?`}
      action={action}
      tone={isOn ? "danger" : "primary"}
      said={`${target.name} is ${isOn ? "off" : "on"}`}
      onClose={onClose}
    >
      <p className="text-muted">
        {isOn
          ? "From now on there is no such model for callers. Its price and its usage stay."
          : "Callers can name it again."}
      </p>
    </ConfirmDeed>
  );
}

function DeleteModel({ target, ...rest }: DeedProps & { onDone: (() => void) | undefined }) {
  return (
    <ConfirmDeed
      deed={useDeleteModel(target.id)}
      order={undefined}
      title={`Delete the model ${target.name}?`}
      action={labels.delete}
      said={`${target.name} deleted`}
      {...rest}
    >
      <p className="text-muted">
        Callers cannot name it any more. What it was used for stays on record, and a model of the same name at{" "}
        {target.provider} has its price history again.
      </p>
    </ConfirmDeed>
  );
}

/** What can be done with models, for whoever may change them. */
export function useModelActions(onDeleted?: () => void): Acts<Model> {
  return useActs({
    labels,
    actsOn,
    nameOf: ({ name }) => name,
    danger: "delete",
    dialogOf: ({ act, ...rest }) => {
      if (act === "price") return <PriceDialog {...rest} />;
      if (act === "list") return <ListPriceDialog {...rest} />;
      if (act === "edit") return <EditModelDialog {...rest} />;
      return act === "delete" ? <DeleteModel {...rest} onDone={onDeleted} /> : <SwitchModel {...rest} />;
    },
  });
}
