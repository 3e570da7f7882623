"use client";

import { useQuery } from "@tanstack/react-query";
import { PlugZap } from "lucide-react";
import { useState } from "react";
import { EditDialog, unlessEmpty } from "@/components/form/edit-dialog";
import { FormField, FormShell } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { useToast } from "@/components/ui/toast";
import {
  type Credential,
  credentialsQuery,
  useCreateCredential,
  useTestProvider,
  useUpdateCredential,
} from "@/lib/providers/queries";
import { ConnectionResult } from "./connection-result";
import {
  type CredentialDraft,
  credentialChangeOf,
  credentialDraftOf,
  credentialFields,
  newCredentialOf,
  noCredential,
} from "./credential-draft";
import { SecretInput } from "./secret-input";

interface FieldsProps {
  providerId: string;
  draft: CredentialDraft;
  onChange: (change: Partial<CredentialDraft>) => void;
}

/** The key itself, with a way to see whether the provider takes it before it is stored. */
function KeyField({ providerId, draft, onChange }: FieldsProps) {
  const test = useTestProvider(providerId);
  return (
    <>
      <FormField path="api_key" label="Key" hint="Stored encrypted and shown to nobody.">
        {(control) => (
          <SecretInput
            control={control}
            value={draft.api_key}
            onChange={(api_key) => {
              test.reset();
              onChange({ api_key });
            }}
          />
        )}
      </FormField>
      <div className="space-y-3">
        <Button
          disabled={draft.api_key === "" || test.isPending}
          onClick={() => test.mutate({ api_key: draft.api_key })}
        >
          <PlugZap aria-hidden="true" className="size-4" />
          {test.isPending ? "Testing…" : "Test this key"}
        </Button>
        <ConnectionResult report={test.data} error={test.error} />
      </div>
    </>
  );
}

function NameAndWeight({ draft, onChange }: Omit<FieldsProps, "providerId">) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField path="name" label="Name" value={draft.name} onChange={(name) => onChange({ name })} />
      <TextField
        path="weight"
        label="Weight"
        hint="Its share of the calls against the others; 0 for none."
        type="number"
        min={0}
        max={1_000}
        inputMode="numeric"
        value={draft.weight}
        onChange={(weight) => onChange({ weight })}
      />
    </div>
  );
}

export function CreateCredentialDialog({ providerId, onClose }: { providerId: string; onClose: () => void }) {
  const [draft, setDraft] = useState(noCredential);
  const [create, tell] = [useCreateCredential(providerId), useToast()];
  const edit = (next: Partial<CredentialDraft>) => setDraft((now) => ({ ...now, ...next }));
  const send = () =>
    create.mutate(newCredentialOf(draft), {
      onSuccess: ({ name }) => {
        tell(`The key ${name} is stored`);
        onClose();
      },
    });
  return (
    <Dialog isOpen onClose={onClose} title="Add a key" lead="Calls are spread over a provider’s keys by their weights.">
      <FormShell
        error={create.error}
        isBusy={create.isPending}
        fields={credentialFields}
        submit="Add key"
        canSubmit={draft.name.trim() !== "" && draft.api_key !== ""}
        onCancel={onClose}
        onSubmit={send}
      >
        <NameAndWeight draft={draft} onChange={edit} />
        <KeyField providerId={providerId} draft={draft} onChange={edit} />
      </FormShell>
    </Dialog>
  );
}

/** Only what is complete is sent: one who wants another key must have given it. */
function completeChangeOf(base: Credential, draft: CredentialDraft) {
  return draft.isReplaced && draft.api_key === "" ? null : unlessEmpty(credentialChangeOf(base, draft));
}

export function EditCredentialDialog({ target, onClose }: { target: Credential; onClose: () => void }) {
  const { data: stored } = useQuery({
    ...credentialsQuery(target.provider_id),
    select: ({ data }) => data.find(({ id }) => id === target.id),
  });
  return (
    <EditDialog
      title={`Edit the key ${target.name}`}
      what="key"
      target={target}
      stored={stored}
      update={useUpdateCredential(target)}
      draftOf={credentialDraftOf}
      changeOf={completeChangeOf}
      fields={credentialFields}
      saidOf={({ name }) => `The key ${name} is saved`}
      onClose={onClose}
    >
      {({ base, draft, edit }) => (
        <>
          <NameAndWeight draft={draft} onChange={edit} />
          <Checkbox
            label="In use"
            hint="A key that is off is kept and not used."
            checked={draft.enabled}
            onChange={(event) => edit({ enabled: event.target.checked })}
          />
          <FormField path="value" label="Stored key">
            {(control) => (
              <Select
                {...control}
                value={draft.isReplaced ? "set" : "keep"}
                onChange={(event) => edit({ isReplaced: event.target.value === "set", api_key: "" })}
              >
                <option value="keep">
                  {base.last_four ? `Keep the one that ends in ${base.last_four}` : "Keep it"}
                </option>
                <option value="set">Replace it; its rest ends</option>
              </Select>
            )}
          </FormField>
          {draft.isReplaced ? <KeyField providerId={target.provider_id} draft={draft} onChange={edit} /> : null}
        </>
      )}
    </EditDialog>
  );
}
