/**
 * The mapping as a form holds it: lists as lines, records as rows that may be half written. Pure. What is sent is only what differs
 * from what was read, so that fields which the configuration file gives are never among it.
 */
import type { UserRole } from "@/lib/authz/permissions";
import type { FieldProblem } from "@/lib/errors";
import type { Settings } from "@/lib/settings/queries";

export interface MappingRow {
  /** Of this form alone: tells rows apart while they are written. */
  key: number;
  group: string;
  /** A role, or the name or path of a team. */
  value: string;
}

export interface MappingDraft {
  auto_create_users: boolean;
  /** One per line, as `admin_groups`. */
  allowed_email_domains: string;
  default_role: UserRole;
  admin_groups: string;
  group_to_role: MappingRow[];
  /** One row per group and team. */
  group_to_team: MappingRow[];
  auto_create_teams: boolean;
}

export type RowField = "group_to_role" | "group_to_team";
export type LineField = "allowed_email_domains" | "admin_groups";

/** The fields of the settings that the form edits. */
export type MappingRules = Pick<Settings, keyof MappingDraft>;

export function draftOf(settings: MappingRules): MappingDraft {
  const rows = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map(([group, value], key) => ({ key, group, value }));
  return {
    auto_create_users: settings.auto_create_users,
    allowed_email_domains: settings.allowed_email_domains.join("\n"),
    default_role: settings.default_role,
    admin_groups: settings.admin_groups.join("\n"),
    group_to_role: rows(Object.entries(settings.group_to_role)),
    group_to_team: rows(
      Object.entries(settings.group_to_team).flatMap(([group, teams]) => teams.map((team) => [group, team] as const)),
    ),
    auto_create_teams: settings.auto_create_teams,
  };
}

/** A row for something new, with a key that no other has. */
export function emptyRow(rows: readonly MappingRow[], value: string): MappingRow {
  return { key: Math.max(-1, ...rows.map((row) => row.key)) + 1, group: "", value };
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function isBlank({ group, value }: MappingRow): boolean {
  return group.trim() === "" && value.trim() === "";
}

/** What the form says, as the settings have it. A row without a group says nothing yet. */
export function rulesOf(draft: MappingDraft): MappingRules {
  const { group_to_role, group_to_team, allowed_email_domains, admin_groups, ...rest } = draft;
  const named = (rows: readonly MappingRow[]) => rows.filter((row) => row.group.trim() !== "");
  const teams = new Map<string, string[]>();
  for (const { group, value } of named(group_to_team)) {
    const team = value.trim();
    if (team !== "") teams.set(group.trim(), [...(teams.get(group.trim()) ?? []), team]);
  }
  return {
    ...rest,
    allowed_email_domains: linesOf(allowed_email_domains),
    admin_groups: linesOf(admin_groups),
    group_to_role: Object.fromEntries(
      named(group_to_role).map(({ group, value }) => [group.trim(), value as UserRole]),
    ),
    group_to_team: Object.fromEntries(teams),
  };
}

// Records are the same whatever the order of their entries, and a group that leads to no team is no rule; lists are as they stand.
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const rules = Object.entries(value).filter(([, entry]) => !Array.isArray(entry) || entry.length > 0);
  return JSON.stringify(rules.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The fields in which the form differs from what was read. */
export function changesOf(settings: MappingRules, draft: MappingDraft): Partial<MappingRules> {
  const rules = rulesOf(draft);
  const names = (Object.keys(rules) as (keyof MappingRules)[]).filter(
    (name) => canonical(rules[name]) !== canonical(settings[name]),
  );
  return Object.fromEntries(names.map((name) => [name, rules[name]]));
}

/** What is wrong already here, in the paths that the server would use: half rows, and a group that two rows give a role. */
export function findDraftProblems(draft: MappingDraft): FieldProblem[] {
  const halves = (field: RowField) =>
    draft[field].flatMap((row) => {
      if (isBlank(row)) return [];
      if (row.group.trim() === "") return [{ path: `${field}#${row.key}`, message: "needs the name of a group" }];
      return row.value.trim() === "" ? [{ path: `${field}#${row.key}`, message: "needs a team" }] : [];
    });
  const roles = draft.group_to_role.filter((row) => row.group.trim() !== "");
  const twice = roles.filter(
    (row, index) => roles.findIndex((other) => other.group.trim() === row.group.trim()) < index,
  );
  return [
    // A role always stands in its list, so a row of that kind is blank as soon as it has no group.
    ...halves("group_to_team"),
    ...draft.group_to_role
      .filter((row) => row.group.trim() === "")
      .map((row) => ({ path: `group_to_role#${row.key}`, message: "needs the name of a group" })),
    ...twice.map((row) => ({ path: `group_to_role#${row.key}`, message: "names a group that another rule has" })),
  ];
}

/** What stands below a row: a problem of this form, or one that the server named by group and place. */
export function problemOfRow(
  problems: readonly FieldProblem[],
  field: RowField,
  rows: readonly MappingRow[],
  row: MappingRow,
): string | null {
  const group = row.group.trim();
  const place = rows.filter((other) => other.group.trim() === group && other.value.trim() !== "").indexOf(row);
  const paths = [`${field}#${row.key}`, `${field}.${group}`, `${field}.${group}.${place}`];
  return problems.find((problem) => paths.includes(problem.path))?.message ?? null;
}

/** What stands below a field as a whole; a line of a list is named by its number. */
export function problemOfField(problems: readonly FieldProblem[], field: keyof MappingDraft): string | null {
  const found = problems.find(({ path }) => path === field || path.startsWith(`${field}.`));
  if (!found) return null;
  const line = found.path.slice(field.length + 1);
  return /^\d+$/.test(line) ? `Line ${Number(line) + 1} ${found.message}` : found.message;
}
