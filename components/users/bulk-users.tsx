"use client";

import { useState } from "react";
import { Field } from "@/components/form/field";
import { ReasonField } from "@/components/form/reason-field";
import { BulkDialog, type BulkWords } from "@/components/table/bulk-dialog";
import { BulkBar, type Selection } from "@/components/table/selection";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { type UserRole, userRoles } from "@/lib/authz/permissions";
import { type BulkUsers as Order, useBulkUsers } from "@/lib/users/queries";
import { roleWords } from "./user-words";

const noun = ["person", "people"] as const;

const deeds = {
  set_role: {
    label: "Change role",
    done: "given the role",
    effect: "It counts within a second. Where groups give a stronger one, that one stays.",
  },
  disable: {
    label: "Disable",
    done: "disabled",
    effect: "Their sessions end and their keys are refused within a second, until they are enabled again.",
    isDangerous: true,
  },
  enable: { label: "Enable", done: "enabled", effect: "They may sign in again, and their keys work again." },
  sign_out: {
    label: "Sign out",
    done: "signed out",
    effect: "Every session of theirs ends within a second. Keys keep working.",
    isDangerous: true,
  },
} as const satisfies Record<string, BulkWords>;
type Deed = keyof typeof deeds;

interface DialogProps {
  selection: Selection;
  onClose: () => void;
}

function RoleDialog({ selection, onClose }: DialogProps) {
  const [role, setRole] = useState<UserRole | "none" | "">("");
  const [preview, run] = [useBulkUsers(), useBulkUsers()];
  return (
    <BulkDialog
      words={deeds.set_role}
      noun={noun}
      selection={selection}
      preview={preview}
      run={run}
      orderOf={(asked): Order => ({ action: "set_role", ...asked, role: role === "none" || role === "" ? null : role })}
      isIncomplete={role === ""}
      onClose={onClose}
    >
      <Field label="Role by hand">
        {(control) => (
          <Select
            {...control}
            value={role}
            onChange={({ target }) => {
              setRole(userRoles.find((name) => name === target.value) ?? (target.value === "none" ? "none" : ""));
              // What was seen was about another role.
              preview.reset();
            }}
          >
            <option value="">Choose a role</option>
            {userRoles.map((name) => (
              <option key={name} value={name}>
                {roleWords[name]}
              </option>
            ))}
            <option value="none">None by hand: groups or the default decide</option>
          </Select>
        )}
      </Field>
    </BulkDialog>
  );
}

function DeedDialog({ deed, selection, onClose }: DialogProps & { deed: Exclude<Deed, "set_role"> }) {
  const [reason, setReason] = useState("");
  const given = deed === "disable" && reason.trim() ? { reason: reason.trim() } : {};
  return (
    <BulkDialog
      words={deeds[deed]}
      noun={noun}
      selection={selection}
      preview={useBulkUsers()}
      run={useBulkUsers()}
      orderOf={(asked) => ({ action: deed, ...asked, ...given })}
      onClose={onClose}
    >
      {deed === "disable" ? (
        <ReasonField value={reason} onChange={setReason} hint="Kept with each account and in the audit log." />
      ) : null}
    </BulkDialog>
  );
}

/** What can be done with the selected people. */
export function BulkUsers({ selection }: { selection: Selection }) {
  const [deed, setDeed] = useState<Deed | null>(null);
  const close = () => setDeed(null);
  return (
    <BulkBar selection={selection} what="person" plural="people">
      {Object.entries(deeds).map(([name, { label }]) => (
        <Button key={name} onClick={() => setDeed(name as Deed)}>
          {label}
        </Button>
      ))}
      {deed === "set_role" ? <RoleDialog selection={selection} onClose={close} /> : null}
      {deed && deed !== "set_role" ? <DeedDialog deed={deed} selection={selection} onClose={close} /> : null}
    </BulkBar>
  );
}
