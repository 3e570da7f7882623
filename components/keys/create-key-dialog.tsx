"use client";

import { useState } from "react";
import { FormField, FormShell } from "@/components/form/form-shell";
import { Picker } from "@/components/form/picker";
import { TextField } from "@/components/form/text-field";
import { teamSource } from "@/components/teams/team-source";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { userSource } from "@/components/users/user-source";
import { useCreateKey } from "@/lib/keys/queries";
import type { Me } from "@/lib/me/queries";
import { type KeyDraft, keyFields, newKeyOf, startDraft, typesFor } from "./create-key-draft";
import { LimitFields } from "./limit-fields";
import { SecretPanel } from "./secret-panel";

interface PartProps {
  draft: KeyDraft;
  me: Me;
  onChange: (change: Partial<KeyDraft>) => void;
}

const select = "text-sm";

function Ownership({ draft, me, onChange }: PartProps) {
  const mayOwn = draft.type !== "team";
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField path="name" label="Name" value={draft.name} onChange={(name) => onChange({ name })} />
        <FormField path="type" label="Type">
          {(control) => (
            <Select
              {...control}
              className={select}
              value={draft.type}
              onChange={(event) => onChange({ type: event.target.value as KeyDraft["type"] })}
            >
              {typesFor(me).map(({ type, label }) => (
                <option key={type} value={type}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </FormField>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        {mayOwn ? (
          <FormField path="user_id" label="Owner" hint={me.user ? "You, if nobody is chosen." : undefined}>
            {(control) => (
              <Picker {...control} source={userSource} value={draft.user} onChange={(user) => onChange({ user })} />
            )}
          </FormField>
        ) : null}
        <FormField path="team_id" label="Team" hint="Its spend rolls up to this team.">
          {(control) => (
            <Picker {...control} source={teamSource} value={draft.team} onChange={(team) => onChange({ team })} />
          )}
        </FormField>
      </div>
    </>
  );
}

function BudgetAndEnd({ draft, onChange }: PartProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <TextField
        path="budget"
        label="Budget in USD"
        inputMode="decimal"
        placeholder="None of its own"
        value={draft.limit_usd}
        onChange={(limit_usd) => onChange({ limit_usd })}
      />
      <FormField path="period" label="Per">
        {(control) => (
          <Select
            {...control}
            className={select}
            value={draft.period}
            onChange={(event) => onChange({ period: event.target.value as KeyDraft["period"] })}
          >
            <option value="daily">day (UTC)</option>
            <option value="weekly">week (UTC)</option>
            <option value="monthly">month (UTC)</option>
            <option value="yearly">year (UTC)</option>
            <option value="total">its whole life</option>
          </Select>
        )}
      </FormField>
      <FormField path="expires_at" label="Expires">
        {(control) => (
          <Select
            {...control}
            className={select}
            value={draft.expires_in}
            onChange={(event) => onChange({ expires_in: event.target.value })}
          >
            <option value="">Never</option>
            <option value="1d">In a day</option>
            <option value="7d">In 7 days</option>
            <option value="30d">In 30 days</option>
            <option value="90d">In 90 days</option>
            <option value="365d">In a year</option>
          </Select>
        )}
      </FormField>
    </div>
  );
}

interface CreateKeyDialogProps {
  isOpen: boolean;
  me: Me;
  /** What is filled in already, e.g. the team whose page it is. */
  start?: Partial<KeyDraft>;
  onClose: () => void;
}

/** Makes a key of any type, for anybody whom the visitor may make keys for; then shows its secret, once. */
export function CreateKeyDialog({ isOpen, me, start, onClose }: CreateKeyDialogProps) {
  const first = () => ({ ...startDraft(me), ...start });
  const [draft, setDraft] = useState(first);
  const create = useCreateKey();
  const change = (next: Partial<KeyDraft>) => setDraft((now) => ({ ...now, ...next }));
  const close = () => {
    create.reset();
    setDraft(first);
    onClose();
  };
  const made = create.data;
  return (
    <Dialog
      isOpen={isOpen}
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
          fields={keyFields}
          submit="Create key"
          canSubmit={draft.name.trim() !== ""}
          onCancel={close}
          onSubmit={() => create.mutate(newKeyOf(draft))}
        >
          <Ownership draft={draft} me={me} onChange={change} />
          <BudgetAndEnd draft={draft} me={me} onChange={change} />
          <LimitFields draft={draft} onChange={change} />
        </FormShell>
      )}
    </Dialog>
  );
}
