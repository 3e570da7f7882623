"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { Dialog } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { useToast } from "@/components/ui/toast";
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
  const [base, setBase] = useState(target);
  const [draft, setDraft] = useState(() => editDraftOf(target));
  const { data: stored } = useQuery(providerQuery(target.id));
  const [update, tell] = [useUpdateProvider(target.id), useToast()];
  const change = providerChangeOf(base, draft);
  const save = (version: number) =>
    update.mutate(
      { change, version },
      {
        onSuccess: ({ name }) => {
          tell(`${name} saved`);
          onClose();
        },
      },
    );
  const reload = () => {
    update.reset();
    if (!stored) return;
    setBase(stored);
    setDraft(editDraftOf(stored));
  };
  const edit = (next: Partial<EditDraft>) => setDraft((now) => ({ ...now, ...next }));
  return (
    <Dialog isOpen onClose={onClose} title={`Edit the provider ${target.name}`}>
      <FormShell
        error={update.error}
        isBusy={update.isPending}
        fields={fields}
        submit="Save"
        canSubmit={Object.keys(change).length > 0}
        onCancel={onClose}
        onSubmit={() => save(base.version)}
        conflict={{ what: "this provider", onReload: reload, onOverwrite: () => save((stored ?? base).version) }}
      >
        <FormField path="display_name" label="Display name">
          {(control) => (
            <Input
              {...control}
              maxLength={120}
              className="h-9 text-sm"
              value={draft.display_name}
              onChange={(event) => edit({ display_name: event.target.value })}
            />
          )}
        </FormField>
        <FormField path="base_url" label="Base URL" hint={addressHint(base, draft, update.error)}>
          {(control) => (
            <Input
              {...control}
              type="url"
              autoComplete="off"
              className="h-9 text-sm"
              value={draft.base_url}
              onChange={(event) => edit({ base_url: event.target.value })}
            />
          )}
        </FormField>
        <DefaultKey draft={draft} onChange={edit} />
      </FormShell>
    </Dialog>
  );
}
