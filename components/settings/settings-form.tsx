"use client";

import { useState } from "react";
import { FormShell } from "@/components/form/form-shell";
import { useToast } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/client/format";
import { type Settings, useSaveSettings } from "@/lib/settings/queries";
import { changesOf, draftOf, type SettingsDraft, settingsFields } from "./settings-draft";
import { Alerts, Gateway, KeyDefaults, Prices, Retention, Sessions } from "./settings-parts";

/** What is being written, and what was read when the writing began. */
interface OpenDraft {
  base: Settings;
  draft: SettingsDraft;
}

interface FieldsProps {
  base: Settings;
  draft: SettingsDraft;
  onChange: (change: Partial<SettingsDraft>) => void;
}

function Fields({ base, ...rest }: FieldsProps) {
  const part = { ...rest, managedBy: base.managed_by };
  return (
    <div className="space-y-6">
      <KeyDefaults {...part} />
      <Prices {...part} />
      <Alerts {...part} />
      <Retention {...part} />
      <Gateway {...part} />
      <Sessions {...part} wasMasterKeyOn={base.master_key_sign_in} />
    </div>
  );
}

/** The settings, written and saved as a whole; for whoever may not change them, as they are. */
export function SettingsForm({ settings, mayWrite }: { settings: Settings; mayWrite: boolean }) {
  // Nothing is being written: the form shows what is stored, also when that changes.
  const [open, setOpen] = useState<OpenDraft | null>(null);
  const [save, tell] = [useSaveSettings(), useToast()];
  const { base, draft } = open ?? { base: settings, draft: draftOf(settings) };
  const change = changesOf(base, draft);
  const count = Object.keys(change).length;
  const edit = (next: Partial<SettingsDraft>) => setOpen({ base, draft: { ...draft, ...next } });
  const discard = () => {
    save.reset();
    setOpen(null);
  };
  const store = (version: number) =>
    save.mutate(
      { change, version },
      {
        onSuccess: () => {
          setOpen(null);
          tell("Settings saved", "They count within a second, in every process.");
        },
      },
    );
  const fields = <Fields base={base} draft={draft} onChange={edit} />;
  if (!mayWrite)
    return (
      <fieldset disabled className="min-w-0 px-4 py-4">
        {fields}
      </fieldset>
    );
  return (
    <FormShell
      error={save.error}
      isBusy={save.isPending}
      fields={settingsFields}
      submit="Save"
      canSubmit={count > 0}
      isUnsaved={count > 0}
      isLong
      note={count > 0 ? `${formatQuantity(count, "setting")} changed and not saved.` : ""}
      {...(open ? { onCancel: discard } : {})}
      onSubmit={() => store(base.version)}
      conflict={{ what: "the settings", onReload: discard, onOverwrite: () => store(settings.version) }}
    >
      {fields}
    </FormShell>
  );
}
