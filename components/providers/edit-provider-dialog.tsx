"use client";

import { useQuery } from "@tanstack/react-query";
import { EditDialog, unlessEmpty } from "@/components/form/edit-dialog";
import { FormField } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { Select } from "@/components/ui/select";
import type { ApiError } from "@/lib/client/api-error";
import { type Provider, providerQuery, useUpdateProvider } from "@/lib/providers/queries";
import { type EditDraft, editDraftOf, hostOf, type KeyDeed, keyDeeds, providerChangeOf } from "./provider-draft";
import { SecretInput } from "./secret-input";

const fields = ["display_name", "base_url", "api_key"] as const;

const keyWords: Record<KeyDeed, string> = {
  keep: "Leave as it is",
  set: "Write a new one",
  clear: "Clear it",
};

interface PartProps {
  draft: EditDraft;
  onChange: (change: Partial<EditDraft>) => void;
}

/** A stored key is write-only, so the form asks what becomes of it and shows nothing of it. */
function DefaultKey({ draft, onChange }: PartProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <FormField path="key" label="The key “default”">
        {(control) => (
          <Select
            {...control}
            value={draft.key}
            onChange={(event) =>
              onChange({ key: keyDeeds.find((deed) => deed === event.target.value) ?? "keep", api_key: "" })
            }
          >
            {keyDeeds.map((deed) => (
              <option key={deed} value={deed}>
                {keyWords[deed]}
              </option>
            ))}
          </Select>
        )}
      </FormField>
      {draft.key === "set" ? (
        <FormField path="api_key" label="New key">
          {(control) => (
            <SecretInput control={control} value={draft.api_key} onChange={(api_key) => onChange({ api_key })} />
          )}
        </FormField>
      ) : null}
    </div>
  );
}

/** The keys that keep the address from moving, as the server names them. */
function stayingIn(error: ApiError | null): string[] {
  const { credentials } = error?.details ?? {};
  return Array.isArray(credentials) ? credentials.map(String) : [];
}

function addressHint(base: Provider, draft: EditDraft, error: ApiError | null): string {
  const staying = stayingIn(error);
  if (staying.length > 0)
    return `Stored for ${hostOf(base.base_url)} and not to be sent elsewhere: ${staying.join(", ")}. Replace or delete them first.`;
  return hostOf(draft.base_url) === hostOf(base.base_url)
    ? "The part before /chat/completions; most end in /v1."
    : "Another host gets no key that was stored for this one: write or clear it below.";
}

/** Changes where a provider is reached and what it is called; its name stays, because callers and records have it. */
export function EditProviderDialog({ target, onClose }: { target: Provider; onClose: () => void }) {
  const { data: stored } = useQuery(providerQuery(target.id));
  return (
    <EditDialog
      title={`Edit the provider ${target.name}`}
      what="provider"
      target={target}
      stored={stored}
      update={useUpdateProvider(target.id)}
      draftOf={editDraftOf}
      changeOf={(base, draft) => unlessEmpty(providerChangeOf(base, draft))}
      fields={fields}
      saidOf={({ name }) => `${name} saved`}
      onClose={onClose}
    >
      {({ base, draft, edit, error }) => (
        <>
          <TextField
            path="display_name"
            label="Display name"
            value={draft.display_name}
            onChange={(display_name) => edit({ display_name })}
          />
          <TextField
            path="base_url"
            label="Base URL"
            hint={addressHint(base, draft, error)}
            type="url"
            value={draft.base_url}
            onChange={(base_url) => edit({ base_url })}
          />
          <DefaultKey draft={draft} onChange={edit} />
        </>
      )}
    </EditDialog>
  );
}
