"use client";

import { ConfirmDeed } from "@/components/form/confirm-deed";
import { type Acts, useActs } from "@/components/table/use-acts";
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
  const isOn = target.enabled;
  const action = isOn ? labels.off : labels.on;
  return (
    <ConfirmDeed
      deed={useUpdateProvider(target.id)}
      order={{ change: { enabled: !isOn }, version: target.version }}
      title={`${action} the provider ${target.name}?`}
      action={action}
      tone={isOn ? "danger" : "primary"}
      said={`${target.name} is ${isOn ? "off" : "on"}`}
      onClose={onClose}
    >
      <p className="text-muted">
        {isOn
          ? "Callers find none of its models any more, within a second. Keys, models and prices stay as they are."
          : "Callers can use its models again."}
      </p>
    </ConfirmDeed>
  );
}

function DeleteProvider({ target, ...rest }: DeedProps & { onDone: (() => void) | undefined }) {
  return (
    <ConfirmDeed
      deed={useDeleteProvider(target.id)}
      order={undefined}
      title={`Delete the provider ${target.name}?`}
      action={labels.delete}
      said={`${target.name} deleted`}
      {...rest}
    >
      <p className="text-muted">
        Its keys are deleted for good and its models go with it. What they were used for stays on record.
      </p>
    </ConfirmDeed>
  );
}

/** What can be done with providers, for whoever may change them. */
export function useProviderActions(onDeleted?: () => void): Acts<Provider> {
  return useActs({
    labels,
    actsOn,
    nameOf: ({ name }) => name,
    danger: "delete",
    dialogOf: ({ act, ...rest }) => {
      if (act === "edit") return <EditProviderDialog {...rest} />;
      return act === "delete" ? <DeleteProvider {...rest} onDone={onDeleted} /> : <SwitchProvider {...rest} />;
    },
  });
}
