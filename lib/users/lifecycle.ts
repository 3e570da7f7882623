/**
 * What happens to a person's account after its creation: change, disable, enable, sign out, delete. Each is decided from the account as
 * it stands: `perform` carries a decision out, `rehearse` does the same without telling anyone, so that a dry run and the real one
 * cannot differ. Part of the users domain's service.
 */
import { changedFields, recordAudit } from "@/lib/audit/record";
import { mayGiveRole } from "@/lib/authz/grants";
import type { UserRole } from "@/lib/authz/permissions";
import { type Context, requireVersion, withTransaction } from "@/lib/context";
import type { Prisma, User } from "@/lib/db/generated/client";
import { AppError } from "@/lib/errors";
import { emitEvent } from "@/lib/outbox/emit";
import type { EventType } from "@/lib/outbox/schema";
import { endSessionsOf } from "@/lib/sessions/service";
import type { DisableUserInput, UpdateUserInput } from "./schema";
import { getUserFor, presentUser, requireRole, roleBy, type UserView } from "./service";
import * as store from "./store";

type Change = Prisma.UserUncheckedUpdateInput;

interface Deed {
  /** As the audit log names it. */
  action: string;
  change: Change;
  endsSessions?: true;
  event?: { type: EventType; data: Record<string, unknown> };
}

/** Says what is to be done, or throws why not. Rights on the account have been checked. */
export type Decide = (ctx: Context, before: User) => Deed | Promise<Deed>;

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

/** `role` is the one given by hand; where the person's groups give a stronger one, it is a conflict. */
export function decideUpdate({ role, ...fields }: UpdateUserInput): Decide {
  return async (ctx, before) => ({
    action: "user.updated",
    change: { ...(fields as Change), ...(role === undefined ? {} : await changeRole(ctx, before, role)) },
  });
}

export function decideDisable({ reason = null }: { reason?: string | null | undefined }): Decide {
  return (ctx, { id, email, disabled_at }) => {
    refuseOneself(ctx, id, "disable yourself");
    if (disabled_at) throw new AppError("conflict", "This user is already disabled.");
    return {
      action: "user.disabled",
      change: { disabled_at: new Date(ctx.clock.now()), disabled_reason: reason },
      endsSessions: true,
      event: { type: "user.disabled", data: { id, email, reason } },
    };
  };
}

export const decideEnable: Decide = (_ctx, { disabled_at }) => {
  if (!disabled_at) throw new AppError("conflict", "This user is not disabled.");
  return { action: "user.enabled", change: { disabled_at: null, disabled_reason: null } };
};

export const decideSignOut: Decide = () => ({ action: "user.signed_out", change: {}, endsSessions: true });

interface Done {
  before: User;
  after: User;
  deed: Deed;
}

async function apply(tx: Context, id: string, decide: Decide): Promise<Done> {
  await store.lockUsers(tx.db, [id]);
  const before = await getUserFor(tx, "users.write", id);
  requireNotAbove(tx, before);
  const deed = await decide(tx, before);
  const after = await store.updateUser(tx.db, id, { ...deed.change, updated_at: new Date(tx.clock.now()) });
  if (deed.endsSessions) await endSessionsOf(tx, { userId: id });
  return { before, after, deed };
}

/** Carries a decision out, with its event and audit entry, in one transaction. */
export function perform(ctx: Context, id: string, decide: Decide): Promise<UserView> {
  return withTransaction(ctx, async (tx) => {
    const { before, after, deed } = await apply(tx, id, decide);
    if (deed.event) await emitEvent(tx, deed.event.type, deed.event.data);
    const change = changedFields(before, after);
    await recordAudit(tx, { action: deed.action, target_type: "user", target_id: id, ...change });
    return presentUser(tx, after);
  });
}

/** Changes the rows as `perform` would and tells nobody: for a transaction that is rolled back. */
export async function rehearse(tx: Context, id: string, decide: Decide): Promise<void> {
  await apply(tx, id, decide);
}

export function updateUser(
  ctx: Context,
  id: string,
  input: UpdateUserInput,
  ifVersion: number | null,
): Promise<UserView> {
  return perform(ctx, id, (tx, before) => {
    requireVersion(before, ifVersion);
    return decideUpdate(input)(tx, before);
  });
}

/** Disables a user: sessions end, and their keys are refused until they are enabled again. */
export function disableUser(ctx: Context, id: string, input: DisableUserInput): Promise<UserView> {
  return perform(ctx, id, decideDisable(input));
}

export function enableUser(ctx: Context, id: string): Promise<UserView> {
  return perform(ctx, id, decideEnable);
}

/** Ends every session of a user; keys keep working. */
export function signOutUser(ctx: Context, id: string): Promise<UserView> {
  return perform(ctx, id, decideSignOut);
}

/** Deletes a user with their memberships and keys, whose secrets stop working at once. What they used stays on record. */
export function deleteUser(ctx: Context, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    await store.lockUsers(tx.db, [id]);
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
