/**
 * What a person's groups make of them: the role, and the teams. Pure, so that a sign-in, a refresh and the preview in the settings
 * cannot differ.
 *
 * - A group counts by its exact name, case included; a group that no rule names counts for nothing.
 * - The role is the strongest that any group gives; a group of `admin_groups` gives `admin`.
 * - A team's name counts whatever its case, as among the teams themselves. `Engineering/Platform` is the team Platform right below
 *   the organisation Engineering. A bare name is the organisation of that name; where there is none and exactly one team anywhere is
 *   called so, it is that one.
 * - Where teams are made, a name means what it will mean once the person's other teams are there, so that the same claims lead to
 *   the same teams the next time.
 * - Neither the order of groups nor that of rules or teams matters.
 */
import { strongestUserRole, type UserRole } from "@/lib/authz/permissions";
import { joinTeamPath, splitTeamPath } from "@/lib/team-paths";
import type { SignInClaims } from "./schema";

export interface MappingRules {
  admin_groups: readonly string[];
  group_to_role: Readonly<Record<string, UserRole>>;
  group_to_team: Readonly<Record<string, readonly string[]>>;
  auto_create_teams: boolean;
}

/** A team as mapping knows it. */
export interface KnownTeam {
  id: string;
  name: string;
  parent_id: string | null;
}

export interface MappedTeam {
  /** The names from the organisation down: the team's own where it exists, else the rule's. */
  path: string;
  /** Null where it does not exist; it is to be made if `auto_create_teams` says so. */
  team_id: string | null;
  /** The groups that lead to it, in alphabetical order. */
  because: string[];
}

export interface Mapping {
  /** The strongest role that a group gives; null where none gives any. */
  role: UserRole | null;
  /** The groups that give it, in alphabetical order. */
  role_because: string[];
  /** By path. */
  teams: MappedTeam[];
  /** Groups that no rule names, in alphabetical order. */
  unmapped_groups: string[];
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const sameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** What a record says about `group`; an inherited property is not a rule. */
function ruleOf<T>(rules: Readonly<Record<string, T>>, group: string): T | undefined {
  return Object.hasOwn(rules, group) ? rules[group] : undefined;
}

function rolesOf(group: string, rules: MappingRules): UserRole[] {
  const mapped = ruleOf(rules.group_to_role, group);
  return [...(rules.admin_groups.includes(group) ? (["admin"] as const) : []), ...(mapped ? [mapped] : [])];
}

/** Siblings have different names whatever their case, so there is one at most. */
function childOf(teams: readonly KnownTeam[], parentId: string | null, name: string): KnownTeam | undefined {
  return teams.find((team) => team.parent_id === parentId && sameName(team.name, name));
}

/** The team that a path names among `teams`, which holds at least every team that has one of the path's names; null if there is none. */
export function findTeam(teams: readonly KnownTeam[], path: string): KnownTeam | null {
  const names = splitTeamPath(path);
  let found: KnownTeam | undefined;
  for (const name of names) {
    const next = childOf(teams, found?.id ?? null, name);
    if (!next) return names.length === 1 ? findOnly(teams, name) : null;
    found = next;
  }
  return found ?? null;
}

function findOnly(teams: readonly KnownTeam[], name: string): KnownTeam | null {
  const [only, another] = teams.filter((team) => sameName(team.name, name));
  return only && !another ? only : null;
}

/** The names from the organisation down to a team of `teams`. */
export function pathOf(teams: readonly KnownTeam[], team: KnownTeam): string {
  const names = [team.name];
  let parent = teams.find(({ id }) => id === team.parent_id);
  while (parent) {
    names.unshift(parent.name);
    const { parent_id } = parent;
    parent = teams.find(({ id }) => id === parent_id);
  }
  return joinTeamPath(names);
}

// No id looks like this.
const planned = (count: number) => `planned ${count}`;
const isPlanned = (id: string) => id.startsWith("planned ");

/** Adds what is missing of a path to `tree`. */
function plant(tree: KnownTeam[], path: string): void {
  let parentId: string | null = null;
  for (const name of splitTeamPath(path)) {
    let team = childOf(tree, parentId, name);
    if (!team) {
      team = { id: planned(tree.length), name, parent_id: parentId };
      tree.push(team);
    }
    parentId = team.id;
  }
}

/** The teams as they will be. One that is made may change what a bare name means, so this goes on until every path leads somewhere. */
function plantMissing(teams: readonly KnownTeam[], paths: readonly string[]): KnownTeam[] {
  const tree = [...teams];
  for (;;) {
    const missing = paths.filter((path) => !findTeam(tree, path));
    if (missing.length === 0) return tree;
    for (const path of missing) plant(tree, path);
  }
}

function teamsOf(groups: readonly string[], rules: MappingRules, teams: readonly KnownTeam[]): MappedTeam[] {
  const led = groups.flatMap((group) => (ruleOf(rules.group_to_team, group) ?? []).map((path) => ({ group, path })));
  // In one order whatever the rules', so that of two spellings of a missing team the same one always counts.
  const paths = [...new Set(led.map(({ path }) => path))].sort(byText);
  const tree = rules.auto_create_teams ? plantMissing(teams, paths) : teams;
  const mapped = new Map<string, MappedTeam>();
  for (const path of paths) {
    const team = findTeam(tree, path);
    const key = team?.id ?? path.toLowerCase();
    const because = led.filter((one) => one.path === path).map(({ group }) => group);
    const entry = mapped.get(key) ?? {
      path: team ? pathOf(tree, team) : path,
      team_id: team && !isPlanned(team.id) ? team.id : null,
      because: [],
    };
    mapped.set(key, { ...entry, because: [...new Set([...entry.because, ...because])].sort(byText) });
  }
  return [...mapped.values()].sort((a, b) => byText(a.path, b.path));
}

/** `teams` may be any part of the tree that holds the teams which `listWantedNames` names, and is complete above those it holds. */
export function mapClaims(
  claims: Pick<SignInClaims, "groups">,
  rules: MappingRules,
  teams: readonly KnownTeam[],
): Mapping {
  const groups = [...new Set(claims.groups)].sort(byText);
  const role = strongestUserRole(groups.flatMap((group) => rolesOf(group, rules))) ?? null;
  return {
    role,
    role_because: role ? groups.filter((group) => rolesOf(group, rules).includes(role)) : [],
    teams: teamsOf(groups, rules, teams),
    unmapped_groups: groups.filter(
      (group) => rolesOf(group, rules).length === 0 && (ruleOf(rules.group_to_team, group) ?? []).length === 0,
    ),
  };
}

/** The names of all teams that the rules of these groups speak of. */
export function listWantedNames(claims: Pick<SignInClaims, "groups">, rules: MappingRules): string[] {
  const paths = claims.groups.flatMap((group) => ruleOf(rules.group_to_team, group) ?? []);
  return [...new Set(paths.flatMap(splitTeamPath))];
}
