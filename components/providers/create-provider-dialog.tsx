"use client";

import { useQuery } from "@tanstack/react-query";
import { PlugZap } from "lucide-react";
import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { useToast } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/client/format";
import { type CatalogueEntry, catalogueQuery, useCreateProvider, useTestAddress } from "@/lib/providers/queries";
import { ConnectionResult } from "./connection-result";
import { newProviderOf, noProvider, type ProviderDraft, presetOf, providerFields } from "./provider-draft";
import { SecretInput } from "./secret-input";

interface PartProps {
  draft: ProviderDraft;
  onChange: (change: Partial<ProviderDraft>) => void;
}

/** Of the catalogue only those can be chosen that are not there: a name belongs to one provider. */
function Preset({ onPick }: { onPick: (entry: CatalogueEntry | null) => void }) {
  const { data } = useQuery(catalogueQuery());
  const entries = data?.data ?? [];
  return (
    <FormField path="preset" label="Who" hint="To give one that is there another key, open its page.">
      {(control) => (
        <Select
          {...control}
          onChange={(event) => onPick(entries.find(({ name }) => name === event.target.value) ?? null)}
        >
          <option value="">Any server that speaks OpenAI’s language</option>
          {entries.map(({ name, display_name, provider_id }) => (
            <option key={name} value={name} disabled={provider_id !== null}>
              {display_name}
              {provider_id === null ? "" : ", already there"}
            </option>
          ))}
        </Select>
      )}
    </FormField>
  );
}

function Names({ draft, onChange }: PartProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        path="name"
        label="Name"
        hint="Lower case; callers may write name/model. It stays for good."
        value={draft.name}
        onChange={(name) => onChange({ name })}
      />
      <TextField
        path="display_name"
        label="Display name"
        value={draft.display_name}
        onChange={(display_name) => onChange({ display_name })}
      />
    </div>
  );
}

function Address({ draft, onChange }: PartProps) {
  return (
    <>
      <TextField
        path="base_url"
        label="Base URL"
        hint="The part before /chat/completions; most end in /v1."
        type="url"
        placeholder="https://api.example.com/v1"
        value={draft.base_url}
        onChange={(base_url) => onChange({ base_url })}
      />
      <FormField path="api_key" label="Key" hint="Stored encrypted and shown to nobody. More keys can be added later.">
        {(control) => (
          <SecretInput control={control} value={draft.api_key} onChange={(api_key) => onChange({ api_key })} />
        )}
      </FormField>
    </>
  );
}

/** Adds a provider, after a look at whether address and key are right where one wants that. */
export function CreateProviderDialog({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState(noProvider);
  const [preset, setPreset] = useState<CatalogueEntry | null>(null);
  const [create, test, tell] = [useCreateProvider(), useTestAddress(), useToast()];
  const edit = (next: Partial<ProviderDraft>) => {
    test.reset();
    setDraft((now) => ({ ...now, ...next }));
  };
  const pick = (entry: CatalogueEntry | null) => {
    setPreset(entry);
    edit(entry ? presetOf(entry, draft) : noProvider);
  };
  const send = () =>
    create.mutate(newProviderOf(draft), {
      onSuccess: ({ name }) => {
        tell(`${name} added`);
        onClose();
      },
    });
  const isPreset = preset !== null && draft.name === preset.name && draft.base_url === preset.base_url;
  return (
    <Dialog isOpen onClose={onClose} title="Add a provider">
      <FormShell
        error={create.error}
        isBusy={create.isPending}
        fields={providerFields}
        submit="Add provider"
        canSubmit={draft.name.trim() !== "" && draft.base_url.trim() !== ""}
        onCancel={onClose}
        onSubmit={send}
      >
        <Preset onPick={pick} />
        <Names draft={draft} onChange={edit} />
        <Address draft={draft} onChange={edit} />
        {isPreset ? (
          <p className="text-sm text-muted">Its {formatQuantity(preset.models, "model")} come with it, with prices.</p>
        ) : (
          <FormField path="models" label="Models" hint="Names, with spaces or commas between them. Can be added later.">
            {(control) => (
              <Textarea
                {...control}
                rows={2}
                value={draft.models}
                onChange={(event) => edit({ models: event.target.value })}
              />
            )}
          </FormField>
        )}
        <div className="space-y-3">
          <Button
            disabled={draft.base_url.trim() === "" || test.isPending}
            onClick={() =>
              test.mutate({ base_url: draft.base_url, ...(draft.api_key ? { api_key: draft.api_key } : {}) })
            }
          >
            <PlugZap aria-hidden="true" className="size-4" />
            {test.isPending ? "Testing…" : "Test the connection"}
          </Button>
          <ConnectionResult report={test.data} error={test.error} />
        </div>
      </FormShell>
    </Dialog>
  );
}
