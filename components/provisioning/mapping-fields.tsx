"use client";

import type { ReactNode } from "react";
import { Field } from "@/components/form/field";
import { Badge } from "@/components/ui/badge";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { type UserRole, userRoles } from "@/lib/authz/permissions";
import type { FieldProblem } from "@/lib/errors";
import type { Settings } from "@/lib/settings/queries";
import { type LineField, type MappingDraft, problemOfField } from "./draft";
import { RuleRows } from "./rule-rows";

interface MappingFieldsProps {
  draft: MappingDraft;
  managedBy: Settings["managed_by"];
  problems: readonly FieldProblem[];
  /** Whether the visitor may change settings at all. */
  isReadOnly: boolean;
  onChange: (draft: MappingDraft) => void;
}

const roleNames: Record<UserRole, string> = { admin: "Admin", manager: "Manager", user: "User", viewer: "Viewer" };

function RoleOptions() {
  return userRoles.map((role) => (
    <option key={role} value={role}>
      {roleNames[role]}
    </option>
  ));
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-4 border-t border-line pt-5 first:border-t-0 first:pt-0">
      <h3 className="text-base font-semibold">{title}</h3>
      <div className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">{children}</div>
    </section>
  );
}

const fewestLines = 2;
const mostLines = 8;

function heightOf(text: string): number {
  return Math.min(Math.max(text.split("\n").length, fewestLines), mostLines);
}

export function MappingFields({ draft, managedBy, problems, isReadOnly, onChange }: MappingFieldsProps) {
  const set = <Name extends keyof MappingDraft>(name: Name, value: MappingDraft[Name]) =>
    onChange({ ...draft, [name]: value });
  const isManaged = (name: keyof MappingDraft) => Object.hasOwn(managedBy, name);
  const isFixed = (name: keyof MappingDraft) => isReadOnly || isManaged(name);
  const noteOf = (name: keyof MappingDraft) =>
    isManaged(name) ? <Badge title="It can only be changed in the configuration file.">Set by the file</Badge> : null;
  const problemOf = (name: keyof MappingDraft) => {
    const problem = problemOfField(problems, name);
    return problem ? `${problem[0]?.toUpperCase()}${problem.slice(1)}.` : null;
  };
  const lines = (name: LineField, label: string, hint: string) => (
    <Field label={label} hint={hint} error={problemOf(name)} note={noteOf(name)}>
      {(control) => (
        <Textarea
          {...control}
          rows={heightOf(draft[name])}
          value={draft[name]}
          disabled={isFixed(name)}
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => set(name, event.target.value)}
        />
      )}
    </Field>
  );
  return (
    <div className="space-y-6">
      <Section title="Accounts">
        <Checkbox
          label={<>Make an account at the first sign-in {noteOf("auto_create_users")}</>}
          hint="If not, people need an invitation, or an account that was made for them."
          checked={draft.auto_create_users}
          disabled={isFixed("auto_create_users")}
          onChange={(event) => set("auto_create_users", event.target.checked)}
        />
        {lines(
          "allowed_email_domains",
          "Domains that may make accounts",
          "One per line, e.g. example.com. Empty: every domain.",
        )}
      </Section>
      <Section title="Roles">
        <Field
          label="Role of everybody else"
          hint="For people whom no group and nobody by hand gives a role."
          error={problemOf("default_role")}
          note={noteOf("default_role")}
        >
          {(control) => (
            <Select
              {...control}
              value={draft.default_role}
              disabled={isFixed("default_role")}
              onChange={(event) => set("default_role", event.target.value as UserRole)}
            >
              <RoleOptions />
            </Select>
          )}
        </Field>
        {lines(
          "admin_groups",
          "Groups of administrators",
          "One per line, spelt exactly as the identity provider does.",
        )}
        <RuleRows
          field="group_to_role"
          title="Group gives role"
          hint="Of several rules that concern a person, the strongest role counts."
          note={noteOf("group_to_role")}
          rows={draft.group_to_role}
          initialValue="user"
          problems={problems}
          isReadOnly={isFixed("group_to_role")}
          onChange={(rows) => set("group_to_role", rows)}
          renderValue={({ value }, { onChange: onValue, ...control }) => (
            <Select {...control} value={value} onChange={(event) => onValue(event.target.value)}>
              <RoleOptions />
            </Select>
          )}
        />
      </Section>
      <Section title="Teams">
        <RuleRows
          field="group_to_team"
          title="Group gives team"
          hint="A team's name, or its path such as Engineering/Platform. People join with the group and leave with it."
          note={noteOf("group_to_team")}
          rows={draft.group_to_team}
          initialValue=""
          problems={problems}
          isReadOnly={isFixed("group_to_team")}
          onChange={(rows) => set("group_to_team", rows)}
          renderValue={({ value }, { onChange: onValue, ...control }) => (
            <Input
              {...control}
              value={value}
              placeholder="Team"
              autoCapitalize="none"
              spellCheck={false}
              className="h-9 text-sm"
              onChange={(event) => onValue(event.target.value)}
            />
          )}
        />
        <Checkbox
          className="sm:col-span-2"
          label={<>Make teams that a rule names and that are missing {noteOf("auto_create_teams")}</>}
          hint="If not, whoever the rule concerns signs in without that team."
          checked={draft.auto_create_teams}
          disabled={isFixed("auto_create_teams")}
          onChange={(event) => set("auto_create_teams", event.target.checked)}
        />
      </Section>
    </div>
  );
}
