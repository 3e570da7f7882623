/**
 * Users: people with a role on the whole system and places in teams. Here they are read and made; lifecycle.ts holds what happens to
 * one later, bulk.ts does that to many. Routes call this; other domains ask it who a person is. Memberships are changed through the
 * teams domain.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { recordAudit } from "@/lib/audit/record";
import { mayGiveRole } from "@/lib/authz/grants";
import {
  type Action,
  covers,
  type Reach,
  reachOf,
  strongestTeamRole,
  type TeamRole,
  type UserRole,
} from "@/lib/authz/permissions";
import { effectiveRole, type RoleSources } from "@/lib/authz/role-sources";
import type { BudgetScope } from "@/lib/budgets/schema";
import { createBudgetFor } from "@/lib/budgets/service";
import { type Context, requireReach, withTransaction } from "@/lib/context";
import type { User } from "@/lib/db/generated/client";
import { AppError, invalidField, notFound } from "@/lib/errors";
import type { IncludeQuery } from "@/lib/figures/schema";
import { addFigures, type Figured, rankBy } from "@/lib/figures/service";
import { newId } from "@/lib/ids";
import { emitEvent } from "@/lib/outbox/emit";
import { readSettings } from "@/lib/settings/service";
import { addMember } from "@/lib/teams/members";
import { type IdentityView, listIdentitiesFor } from "./identities";
import { type CreateUserInput, type ListUsersQuery, userSorts } from "./schema";
import * as store from "./store";

/** Where a caller without the right to see teams sees any. */
export const nowhere: Reach = { kind: "some", userId: null, teamIds: [] };

export interface UserTeam {
  team_id: string;
  name: string;
  /** From the organisation down to the team; not shown on the wire. */
  path: readonly string[];
  role: TeamRole;
  sources: { source: string; role: TeamRole }[];
}

export type UserView = User & { teams: UserTeam[] };

/** The user if the caller may take `action` on them; 403 if they may only be seen, 404 if hidden or missing. */
export async function getUserFor(ctx: Context, action: Action, id: string): Promise<User> {
  const user = await store.findUser(requireReach(ctx, action), ctx.db, id);
  if (user) return user;
  const visible = reachOf(ctx.principal.authority, "users.read");
  if (visible && (await store.findUser(visible, ctx.db, id)))
    throw new AppError("forbidden", `You need the right "${action}" on this user.`);
  throw notFound();
}

function groupPlaces(places: readonly store.Place[]): UserTeam[] {
  const teams = new Map<string, UserTeam>();
  for (const { team_id, team, source, role } of places) {
    const entry = teams.get(team_id) ?? { team_id, ...team, role: "viewer", sources: [] };
    entry.sources.push({ source, role: role as TeamRole });
    entry.role = strongestTeamRole(entry.sources.map((held) => held.role)) ?? "viewer";
    teams.set(team_id, entry);
  }
  return [...teams.values()];
}

// Whoever owns one team of a person has no business with the others.
async function presentUsers(ctx: Context, users: readonly User[]): Promise<UserView[]> {
  const { authority } = ctx.principal;
  const visible = reachOf(authority, "teams.read") ?? nowhere;
  const places = await store.listPlaces(
    ctx.db,
    users.map((user) => user.id),
  );
  return users.map((user) => {
    const shown = places.filter(
      (place) =>
        place.user_id === user.id && (user.id === authority.userId || covers(visible, { teamId: place.team_id })),
    );
    return { ...user, teams: groupPlaces(shown) };
  });
}

export async function presentUser(ctx: Context, user: User): Promise<UserView> {
  const [view] = await presentUsers(ctx, [user]);
  return view ?? { ...user, teams: [] };
}

/** The person and the teams that they are seen in, up to the organisation, nearest first; their calls are charged to those of one team. */
function scopesOf(id: string, teams: readonly UserTeam[]): BudgetScope[] {
  const above = new Set(teams.flatMap(({ path }) => path.toReversed()));
  return [{ type: "user", id }, ...[...above].map((team) => ({ type: "team" as const, id: team }))];
}

async function presentWithFigures(
  ctx: Context,
  users: readonly User[],
  include: IncludeQuery["include"],
): Promise<Figured<UserView>[]> {
  const views = await presentUsers(ctx, users);
  if (!include) return views;
  const bound = views.map(({ id, teams }) => ({ id, scopes: scopesOf(id, teams), memberId: id }));
  return addFigures(ctx, "user", views, bound);
}

export type UserDetail = Figured<UserView> & { identities: IdentityView[] | null };

export async function getUser(ctx: Context, id: string, { include }: IncludeQuery = {}): Promise<UserDetail> {
  const user = await getUserFor(ctx, "users.read", id);
  const [view] = await presentWithFigures(ctx, [user], include);
  return { ...(view ?? { ...user, teams: [] }), identities: await listIdentitiesFor(ctx, id) };
}

export async function listUsers(ctx: Context, query: ListUsersQuery): Promise<Page<Figured<UserView>>> {
  const reach = requireReach(ctx, "users.read");
  const teams = reachOf(ctx.principal.authority, "teams.read") ?? nowhere;
  const ranking = await rankBy(ctx, "user", query.sort);
  const page = toPage(await store.listUsers(reach, ctx.db, query, teams, keyset(query, userSorts), ranking), query);
  return { ...page, data: await presentWithFigures(ctx, page.data, query.include) };
}

/** A person and the teams they are directly in, for rooms that decide on their own rights; null if there is none. */
export async function findPerson(ctx: Context, id: string): Promise<{ user: User; teams: UserTeam[] } | null> {
  const user = await store.findUser({ kind: "all" }, ctx.db, id);
  return user ? { user, teams: groupPlaces(await store.listPlaces(ctx.db, [id])) } : null;
}

export function requireRole(ctx: Context, role: UserRole): void {
  if (mayGiveRole(ctx.principal.authority, role)) return;
  throw new AppError("forbidden", `You cannot give the role "${role}": it may do more than you.`, {
    fields: [{ path: "role", message: "may do more than you" }],
  });
}

async function joinTeams(ctx: Context, userId: string, teams: CreateUserInput["teams"]): Promise<void> {
  for (const [index, place] of teams.entries()) {
    const path = `teams.${index}.team_id`;
    if (teams.findIndex((other) => other.team_id === place.team_id) < index)
      throw invalidField(path, "is named more than once");
    try {
      await addMember(ctx, place.team_id, { user_id: userId, role: place.role });
    } catch (error) {
      if (error instanceof AppError && error.code === "not_found") throw invalidField(path, "there is no such team");
      throw error;
    }
  }
}

/** The role that counts for somebody with these sources. */
export async function roleBy(ctx: Context, sources: RoleSources): Promise<UserRole> {
  return effectiveRole(sources, (await readSettings(ctx.db)).default_role);
}

/** Creates a user with first memberships and a first budget. An e-mail address that is taken is a conflict. */
export function createUser(ctx: Context, input: CreateUserInput): Promise<UserView> {
  return withTransaction(ctx, async (tx) => {
    requireReach(tx, "users.write");
    const { teams, budget, role: manual_role = null, ...fields } = input;
    const given = await roleBy(tx, { manual_role, oidc_role: null });
    requireRole(tx, given);
    const id = newId("user", tx.clock.now());
    const roles = { role: given, manual_role };
    const user = await store.insertUser(tx.db, { ...fields, ...roles, metadata: fields.metadata ?? {}, id });
    await joinTeams(tx, id, teams);
    if (budget) await createBudgetFor(tx, { type: "user", id }, budget);
    const { email, role, created_via } = user;
    await emitEvent(tx, "user.provisioned", { id, email, role, created_via });
    await recordAudit(tx, { action: "user.created", target_type: "user", target_id: id, after: user });
    return presentUser(tx, user);
  });
}
