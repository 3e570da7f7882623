"use client";

/** The kinds of controls that settings are written with; each says where its value comes from, and stays as it is where the file gives it. */
import type { ReactNode } from "react";
import type { ControlProps } from "@/components/form/field";
import { FormField } from "@/components/form/form-shell";
import { ModelsField } from "@/components/models/models-field";
import { Badge } from "@/components/ui/badge";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import type { Settings } from "@/lib/settings/queries";
import type { NumberName, SettingsDraft } from "./settings-draft";

export interface PartProps {
  draft: SettingsDraft;
  managedBy: Settings["managed_by"];
  onChange: (change: Partial<SettingsDraft>) => void;
}

export function Section({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <section className="space-y-4 border-t border-line pt-5 first:border-t-0 first:pt-0">
      <div>
        <h3 className="text-base font-semibold">{title}</h3>
        {lead ? <p className="max-w-prose text-sm text-muted">{lead}</p> : null}
      </div>
      <div className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">{children}</div>
    </section>
  );
}

function isManaged({ managedBy }: Pick<PartProps, "managedBy">, name: keyof SettingsDraft): boolean {
  return Object.hasOwn(managedBy, name);
}

const byFile = <Badge title="It can only be changed in the configuration file.">Set by the file</Badge>;

interface SettingProps extends PartProps {
  name: keyof SettingsDraft;
  /** Within the setting, for one that has parts. */
  path?: string;
  label: string;
  hint?: ReactNode;
  children: (control: ControlProps) => ReactNode;
}

/** One setting. What the file gives is shown and cannot be written over. */
export function Setting({ name, path = name, label, hint, children, ...part }: SettingProps) {
  const isFixed = isManaged(part, name);
  return (
    <fieldset disabled={isFixed} className="min-w-0">
      <FormField path={path} label={label} hint={hint} note={isFixed ? byFile : null}>
        {children}
      </FormField>
    </fieldset>
  );
}

interface NumberSettingProps extends PartProps {
  name: NumberName;
  label: string;
  hint?: ReactNode;
  /** What an empty field means; absent where there must be a number. */
  placeholder?: string;
  min?: number;
}

export function NumberSetting({ name, placeholder, min = 1, ...rest }: NumberSettingProps) {
  const { draft, onChange } = rest;
  return (
    <Setting name={name} {...rest}>
      {(control) => (
        <Input
          {...control}
          type="number"
          inputMode="numeric"
          min={min}
          placeholder={placeholder}
          className="h-9 text-sm"
          value={draft[name]}
          onChange={(event) => onChange({ [name]: event.target.value })}
        />
      )}
    </Setting>
  );
}

interface ModelsSettingProps extends PartProps {
  name: "default_allowed_models" | "default_blocked_models";
  label: string;
  hint: ReactNode;
}

export function ModelsSetting({ name, ...rest }: ModelsSettingProps) {
  const { draft, onChange } = rest;
  return (
    <Setting name={name} {...rest}>
      {(control) => (
        <ModelsField control={control} value={draft[name]} onChange={(models) => onChange({ [name]: models })} />
      )}
    </Setting>
  );
}

interface SwitchSettingProps extends PartProps {
  name: "alerts_enabled" | "master_key_sign_in";
  label: string;
  hint: ReactNode;
}

export function SwitchSetting({ name, label, hint, ...part }: SwitchSettingProps) {
  const isFixed = isManaged(part, name);
  return (
    <Checkbox
      label={
        <>
          {label} {isFixed ? byFile : null}
        </>
      }
      hint={hint}
      checked={part.draft[name]}
      disabled={isFixed}
      onChange={(event) => part.onChange({ [name]: event.target.checked })}
    />
  );
}
