/**
 * The caller's own view: who they are, what they may do, and what is theirs. Holds no rows; asks the domains. Called by the
 * routes under /me.
 */
import { type Page, pageRows } from "@/lib/api/pagination";
import type { Presentable } from "@/lib/api/route";
import { actorOf } from "@/lib/auth/principal";
import { type Action, actions, type Reach, reachOf, type TeamRole, type UserRole } from "@/lib/authz/permissions";
import type { BudgetOutput, BudgetScope, ListMyBudgetsQuery } from "@/lib/budgets/schema";
import { listBudgetPageOn } from "@/lib/budgets/service";
import { type Context, requireReach } from "@/lib/context";
import type { User } from "@/lib/db/generated/client";
import type { Figured } from "@/lib/figures/service";
import {
  getOwnKey,
  getTeamPathOf,
  type KeyView,
  listKeyLevels,
  listKeys,
  listLinesOf,
  listSharedKeys,
} from "@/lib/keys/service";
import { listCallableModels, type ModelRules } from "@/lib/models/callable";
import type { CallableModel, ListCallableQuery } from "@/lib/models/schema";
import { readSettings } from "@/lib/settings/service";
import { getTeam, listTeamLevels, presentTeams } from "@/lib/teams/service";
import { type Summary, summarizeOwn } from "@/lib/usage/service";
import { findPerson, type UserTeam } from "@/lib/users/service";
import { type MyKeysQuery, type MyTeamsQuery, type MyUsageQuery, myTeamSorts } from "./schema";

type ReachKind = "all" | "team" | "own";

function kindOf(reach: Reach): ReachKind {
  if (reach.kind === "all") return "all";
  return reach.teamIds.length > 0 ? "team" : "own";
}

/** Every right of the caller with how far it goes: the same table that decides on requests. */
function listRights(ctx: Context): { action: Action; reach: ReachKind }[] {
  return actions.flatMap((action) => {
    const reach = reachOf(ctx.principal.authority, action);
    return reach ? [{ action, reach: kindOf(reach) }] : [];
  });
}

/** Direct memberships of the person; a key without a person has its own team, of which it is an owner. */
async function listOwnTeams(ctx: Context, key: KeyView | null): Promise<UserTeam[]> {
  const { authority } = ctx.principal;
  if (!reachOf(authority, "teams.read")) return [];
  if (authority.userId) return (await findPerson(ctx, authority.userId))?.teams ?? [];
  if (!key?.team_id || !authority.teamRoles.has(key.team_id)) return [];
  const team = await getTeam(ctx, key.team_id);
  const role = authority.teamRoles.get(team.id) ?? "viewer";
  return [{ team_id: team.id, name: team.name, path: team.path, role, sources: [] }];
}

function findOwnKey(ctx: Context): Promise<KeyView> | null {
  return ctx.principal.kind === "key" ? getOwnKey(ctx, ctx.principal.id) : null;
}

export interface MyAccount {
  id: string;
  email: string;
  name: string | null;
  manual_role: UserRole | null;
  oidc_role: UserRole | null;
}

function presentAccount({ id, email, name, manual_role, oidc_role }: User): MyAccount {
  return { id, email, name, manual_role: manual_role as UserRole | null, oidc_role: oidc_role as UserRole | null };
}

export interface Me {
  kind: Context["principal"]["kind"];
  name: string;
  role: UserRole | null;
  user: MyAccount | null;
  key: KeyView | null;
  teams: UserTeam[];
  rights: { action: Action; reach: ReachKind }[];
}

export async function getMe(ctx: Context): Promise<Me> {
  requireReach(ctx, "me.read");
  const { kind, authority } = ctx.principal;
  const key = await findOwnKey(ctx);
  // Whoever was handed a guest key need not learn from whom.
  const isGuest = key?.type === "virtual";
  const person = authority.userId && !isGuest ? await findPerson(ctx, authority.userId) : null;
  return {
    kind,
    name: actorOf(ctx.principal).name,
    role: authority.role,
    user: person ? presentAccount(person.user) : null,
    key,
    teams: await listOwnTeams(ctx, key),
    rights: listRights(ctx),
  };
}

/** The person's own keys; none for a caller who is no person. */
export async function listMyKeys(ctx: Context, query: MyKeysQuery): Promise<Page<KeyView>> {
  const { userId } = ctx.principal.authority;
  return userId ? listKeys(ctx, { ...query, user_id: userId }) : { data: [], next_cursor: null };
}

export type MyTeam = Figured<{
  team_id: string;
  name: string;
  role: TeamRole;
  shared_keys: { id: string; name: string; team_id: string }[];
}>;

/** The caller's teams, with the shared keys from which a member may make keys of their own. */
export async function listMyTeams(ctx: Context, query: MyTeamsQuery): Promise<Page<MyTeam>> {
  requireReach(ctx, "teams.read");
  const part = query.q?.toLowerCase() ?? "";
  const teams = (await listOwnTeams(ctx, await findOwnKey(ctx)))
    .filter((team) => team.name.toLowerCase().includes(part))
    .map((team) => ({ ...team, id: team.team_id }));
  const page = pageRows(teams, query, myTeamSorts);
  const shared = await listSharedKeys(ctx);
  const shown = await presentTeams(ctx, page.data, query.include);
  const data = shown.map(({ team_id, name, role, figures }) => ({
    team_id,
    name,
    role,
    ...(figures ? { figures } : {}),
    shared_keys: shared
      .filter((key) => key.team_path.includes(team_id))
      .map((key) => ({ id: key.id, name: key.name, team_id: key.team_id })),
  }));
  return { ...page, data };
}

/**
 * All that the caller's calls may be charged to: a person's keys as long as they can be used and those that they were made from, places and teams up to the
 * organisation, or a key's own chain.
 */
export async function listOwnScopes(ctx: Context): Promise<BudgetScope[]> {
  const { userId } = ctx.principal.authority;
  const key = await findOwnKey(ctx);
  if (!userId) {
    const path = key ? await getTeamPathOf(ctx, key) : [];
    const own = key ? [{ type: "key" as const, id: key.id }] : [];
    return [...own, ...path.map((id) => ({ type: "team" as const, id }))];
  }
  const [{ keyIds, ...line }, person] = await Promise.all([listLinesOf(ctx, userId), findPerson(ctx, userId)]);
  const teamIds = [...new Set([...line.teamIds, ...(person?.teams.flatMap((team) => team.path) ?? [])])];
  return [
    { type: "user", id: userId },
    ...keyIds.map((id) => ({ type: "key" as const, id })),
    ...teamIds.flatMap((id) => [
      { type: "team" as const, id },
      { type: "member" as const, id: `${id}/${userId}` },
    ]),
  ];
}

/** Every budget that may bind the caller, those of teams above their own included, with what is left of each. */
export async function listMyBudgets(ctx: Context, query: ListMyBudgetsQuery): Promise<Page<Presentable<BudgetOutput>>> {
  return listBudgetPageOn(ctx, await listOwnScopes(ctx), query);
}

/** Every level whose lists of models bind calls with this key; of a person without one, their own and the server's. */
async function listModelLevels(ctx: Context, keyId: string | undefined): Promise<ModelRules[]> {
  const { default_allowed_models, default_blocked_models } = await readSettings(ctx.db);
  const defaults = { allowed_models: default_allowed_models, blocked_models: default_blocked_models };
  const keys = keyId ? await listKeyLevels(ctx, keyId) : [];
  const [key] = keys;
  const userId = key ? key.user_id : ctx.principal.authority.userId;
  const person = userId ? await findPerson(ctx, userId) : null;
  const teams = key?.team_id ? await listTeamLevels(ctx, key.team_id) : [];
  return [...keys, ...(person ? [person.user] : []), ...teams, defaults];
}

/** The models that the caller may call with a key of theirs. */
export async function listMyModels(ctx: Context, query: ListCallableQuery): Promise<Page<CallableModel>> {
  requireReach(ctx, "models.read");
  return listCallableModels(ctx, await listModelLevels(ctx, query.key_id), query);
}

/** The caller's own calls: a person's, or those of the key that asks where it belongs to nobody. */
export function summarizeMyUsage(ctx: Context, query: MyUsageQuery): Promise<Summary> {
  return summarizeOwn(ctx, query);
}
