/**
 * The caller's own view: who they are, what they may do, and what is theirs. Holds no rows; asks the domains. Called by the
 * routes under /me.
 */
import type { Page } from "@/lib/api/pagination";
import { actorOf } from "@/lib/auth/principal";
import { type Action, actions, type Reach, reachOf, type TeamRole, type UserRole } from "@/lib/authz/permissions";
import { type Context, requireReach } from "@/lib/context";
import { getOwnKey, type KeyView, listKeys, listSharedKeys } from "@/lib/keys/service";
import { getTeam } from "@/lib/teams/service";
import { findPerson, type UserTeam } from "@/lib/users/service";
import type { MyKeysQuery } from "./schema";

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
  return [{ team_id: team.id, name: team.name, role: authority.teamRoles.get(team.id) ?? "viewer", sources: [] }];
}

function findOwnKey(ctx: Context): Promise<KeyView> | null {
  return ctx.principal.kind === "key" ? getOwnKey(ctx, ctx.principal.id) : null;
}

export interface Me {
  kind: Context["principal"]["kind"];
  name: string;
  role: UserRole | null;
  user: { id: string; email: string; name: string | null } | null;
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
    user: person ? { id: person.user.id, email: person.user.email, name: person.user.name } : null,
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

export interface MyTeam {
  team_id: string;
  name: string;
  role: TeamRole;
  shared_keys: { id: string; name: string; team_id: string }[];
}

/** The caller's teams, with the shared keys from which a member may make keys of their own. */
export async function listMyTeams(ctx: Context): Promise<{ data: MyTeam[] }> {
  requireReach(ctx, "teams.read");
  const teams = await listOwnTeams(ctx, await findOwnKey(ctx));
  const shared = await listSharedKeys(ctx);
  const data = teams.map(({ team_id, name, role }) => ({
    team_id,
    name,
    role,
    shared_keys: shared
      .filter((key) => key.team_path.includes(team_id))
      .map((key) => ({ id: key.id, name: key.name, team_id: key.team_id })),
  }));
  return { data };
}
