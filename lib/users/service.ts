/**
 * Users: people with a role on the whole system and places in teams. Routes call this; other domains ask it who a person
 * is. Memberships are changed through the teams domain.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { changedFields, recordAudit } from "@/lib/audit/record";
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
import { createBudgetFor } from "@/lib/budgets/service";
import { type Context, requireReach, requireVersion, withTransaction } from "@/lib/context";
import type { Prisma, User } from "@/lib/db/generated/client";
import { AppError, invalidField, notFound } from "@/lib/errors";
import type { IncludeQuery } from "@/lib/figures/schema";
import { addFigures, type Figured, rankBy } from "@/lib/figures/service";
import { newId } from "@/lib/ids";
import { emitEvent } from "@/lib/outbox/emit";
import { endSessionsOf } from "@/lib/sessions/service";
import { readSettings } from "@/lib/settings/service";
import { addMember } from "@/lib/teams/members";
import { type IdentityView, listIdentitiesFor } from "./identities";
import {
  type CreateUserInput,
  type DisableUserInput,
  type ListUsersQuery,
  type UpdateUserInput,
  userSorts,
} from "./schema";
import * as store from "./store";

const nowhere: Reach = { kind: "some", userId: null, teamIds: [] };

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
async function getUserFor(ctx: Context, action: Action, id: string): Promise<User> {
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

async function presentUser(ctx: Context, user: User): Promise<UserView> {
  const [view] = await presentUsers(ctx, [user]);
  return view ?? { ...user, teams: [] };
}

async function presentWithFigures(
  ctx: Context,
  users: readonly User[],
  include: IncludeQuery["include"],
): Promise<Figured<UserView>[]> {
  const views = await presentUsers(ctx, users);
  if (!include) return views;
  const bound = users.map(({ id }) => ({ id, scopes: [{ type: "user" as const, id }], memberId: id }));
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

function requireRole(ctx: Context, role: UserRole): void {
  if (mayGiveRole(ctx.principal.authority, role)) return;
  throw new AppError("forbidden", `You cannot give the role "${role}": it may do more than you.`, {
    fields: [{ path: "role", message: "may do more than you" }],
  });
}

// A key with narrow scopes could otherwise take over someone stronger, by putting another e-mail address on the account.
function requireNotAbove(ctx: Context, user: User): void {
  if (!mayGiveRole(ctx.principal.authority, user.role as UserRole))
    throw new AppError("forbidden", `You cannot change this user: the role "${user.role}" may do more than you.`);
}

// The master key remains whoever goes, but nobody locks themselves out by a slip.
function refuseOneself(ctx: Context, id: string, deed: string): void {
  if (ctx.principal.authority.userId === id)
    throw new AppError("conflict", `You cannot ${deed}. Ask another administrator.`);
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

type Change = Prisma.UserUncheckedUpdateInput;

/** Locks the user, lets `decide` refuse or name the change, and writes it with its audit entry. */
function changeUser(
  ctx: Context,
  id: string,
  action: string,
  decide: (ctx: Context, before: User) => Change | Promise<Change>,
): Promise<UserView> {
  return withTransaction(ctx, async (tx) => {
    await store.lockUser(tx.db, id);
    const before = await getUserFor(tx, "users.write", id);
    requireNotAbove(tx, before);
    const change = await decide(tx, before);
    const user = await store.updateUser(tx.db, id, { ...change, updated_at: new Date(tx.clock.now()) });
    await recordAudit(tx, { action, target_type: "user", target_id: id, ...changedFields(before, user) });
    return presentUser(tx, user);
  });
}

/** The role that counts for somebody with these sources. */
async function roleBy(ctx: Context, sources: RoleSources): Promise<UserRole> {
  return effectiveRole(sources, (await readSettings(ctx.db)).default_role);
}

// Otherwise the caller would read a success and the person would keep the stronger role.
function refuseStrongerGroups(role: UserRole, groupRole: UserRole): void {
  throw new AppError(
    "conflict",
    `This person's groups give the role "${groupRole}", which is stronger. Change their groups at the identity provider, or what the groups give in the settings (group_to_role, admin_groups).`,
    {
      fields: [{ path: "role", message: `is weaker than "${groupRole}", which the person's groups give` }],
      details: { asked: role, oidc_role: groupRole },
    },
  );
}

/** The change of the role by hand; null takes it away, so that groups or the default decide. */
async function changeRole(ctx: Context, before: User, manual_role: UserRole | null): Promise<Change> {
  if (manual_role === before.manual_role) return {};
  refuseOneself(ctx, before.id, "change your own role");
  const role = await roleBy(ctx, { manual_role, oidc_role: before.oidc_role });
  requireRole(ctx, role);
  if (manual_role !== null && role !== manual_role) refuseStrongerGroups(manual_role, role);
  return { manual_role, role };
}

/** Changes a user. `role` is the one given by hand; where the person's groups give a stronger one, it is a conflict. */
export function updateUser(
  ctx: Context,
  id: string,
  input: UpdateUserInput,
  ifVersion: number | null,
): Promise<UserView> {
  return changeUser(ctx, id, "user.updated", async (tx, before) => {
    requireVersion(before, ifVersion);
    const { role, ...fields } = input;
    return { ...(fields as Change), ...(role === undefined ? {} : await changeRole(tx, before, role)) };
  });
}

/** Disables a user: sessions end, and their keys are refused until they are enabled again. */
export function disableUser(ctx: Context, id: string, input: DisableUserInput): Promise<UserView> {
  return changeUser(ctx, id, "user.disabled", async (tx, before) => {
    refuseOneself(tx, id, "disable yourself");
    if (before.disabled_at) throw new AppError("conflict", "This user is already disabled.");
    const disabled_reason = input.reason ?? null;
    await emitEvent(tx, "user.disabled", { id, email: before.email, reason: disabled_reason });
    await endSessionsOf(tx, { userId: id });
    return { disabled_at: new Date(tx.clock.now()), disabled_reason };
  });
}

export function enableUser(ctx: Context, id: string): Promise<UserView> {
  return changeUser(ctx, id, "user.enabled", (_tx, before) => {
    if (!before.disabled_at) throw new AppError("conflict", "This user is not disabled.");
    return { disabled_at: null, disabled_reason: null };
  });
}

/** Ends every session of a user; keys keep working. */
export function signOutUser(ctx: Context, id: string): Promise<UserView> {
  return changeUser(ctx, id, "user.signed_out", async (tx) => {
    await endSessionsOf(tx, { userId: id });
    return {};
  });
}

/** Deletes a user with their memberships and keys, whose secrets stop working at once. What they used stays on record. */
export function deleteUser(ctx: Context, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    await store.lockUser(tx.db, id);
    const user = await getUserFor(tx, "users.write", id);
    requireNotAbove(tx, user);
    refuseOneself(tx, id, "delete yourself");
    const key_ids = await store.deleteUser(tx.db, id);
    await recordAudit(tx, {
      action: "user.deleted",
      target_type: "user",
      target_id: id,
      before: user,
      details: { key_ids },
    });
    return undefined;
  });
}
