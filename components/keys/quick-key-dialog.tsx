"use client";

import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { useCreateKey } from "@/lib/keys/queries";
import type { Me } from "@/lib/me/queries";
import { SecretPanel } from "./secret-panel";
import { SpendNote } from "./spend-note";

const fields = ["name", "team_id", "budget", "expires_at"] as const;

interface QuickDraft {
  name: string;
  /** Empty: no team. */
  team_id: string;
  expires_in: string;
  /** Empty: no cap of its own. */
  limit_usd: string;
}

function startDraft(me: Me): QuickDraft {
  const team = me.teams.find(({ role }) => role !== "viewer") ?? me.teams[0];
  return { name: "", team_id: team?.team_id ?? "", expires_in: "90d", limit_usd: "" };
}

interface QuickFieldsProps {
  me: Me;
  draft: QuickDraft;
  onChange: (change: Partial<QuickDraft>) => void;
}

function QuickFields({ me, draft, onChange }: QuickFieldsProps) {
  return (
    <>
      <TextField
        path="name"
        label="Name"
        hint="What it is for: laptop, ci, notebook."
        value={draft.name}
        onChange={(name) => onChange({ name })}
      />
      {me.teams.length > 0 ? (
        <FormField path="team_id" label="Team" hint="Its spend counts for this team.">
          {(control) => (
            <Select {...control} value={draft.team_id} onChange={(event) => onChange({ team_id: event.target.value })}>
              {me.teams.map(({ team_id, name }) => (
                <option key={team_id} value={team_id}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </FormField>
      ) : null}
      <div className="grid grid-cols-2 gap-4">
        <FormField path="expires_at" label="Expires">
          {(control) => (
            <Select
              {...control}
              value={draft.expires_in}
              onChange={(event) => onChange({ expires_in: event.target.value })}
            >
              <option value="1d">In a day</option>
              <option value="30d">In 30 days</option>
              <option value="90d">In 90 days</option>
              <option value="">Never</option>
            </Select>
          )}
        </FormField>
        <TextField
          path="budget"
          label="Cap per month, USD"
          inputMode="decimal"
          placeholder="None of its own"
          value={draft.limit_usd}
          onChange={(limit_usd) => onChange({ limit_usd })}
        />
      </div>
    </>
  );
}

/** Makes a key for oneself: a name is enough. Says what it will really be able to spend, then shows the secret, once. */
export function QuickKeyDialog({ me, onClose }: { me: Me; onClose: () => void }) {
  const [draft, setDraft] = useState(() => startDraft(me));
  const create = useCreateKey();
  const close = () => {
    create.reset();
    onClose();
  };
  const send = () => {
    const limit = draft.limit_usd.trim();
    create.mutate({
      type: "user",
      name: draft.name,
      ...(draft.team_id ? { team_id: draft.team_id } : {}),
      ...(draft.expires_in ? { expires_in: draft.expires_in } : {}),
      ...(limit ? { budget: { limit_usd: limit, period: "monthly" } } : {}),
    });
  };
  const made = create.data;
  return (
    <Dialog
      isOpen
      onClose={close}
      isHeld={made !== undefined}
      title={made ? `The key ${made.key.name} is made` : "Create a key"}
    >
      {made ? (
        <SecretPanel made={made} onDone={close} />
      ) : (
        <FormShell
          error={create.error}
          isBusy={create.isPending}
          fields={fields}
          submit="Create key"
          canSubmit={draft.name.trim() !== ""}
          onCancel={close}
          onSubmit={send}
        >
          <QuickFields me={me} draft={draft} onChange={(next) => setDraft((now) => ({ ...now, ...next }))} />
          <SpendNote me={me} teamId={draft.team_id || null} cap={draft.limit_usd} />
        </FormShell>
      )}
    </Dialog>
  );
}
