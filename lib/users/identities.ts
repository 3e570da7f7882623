/**
 * People as issuers know them: the identities that are linked to an account, and what of the account follows them. Part of the
 * users domain's service. lib/provisioning decides who is linked to whom, and calls this within its own transaction.
 */

import { changedFields, recordAudit } from "@/lib/audit/record";
import { covers, reachOf, strongestUserRole, type UserRole } from "@/lib/authz/permissions";
import { effectiveRole } from "@/lib/authz/role-sources";
import { type Context, requireReach } from "@/lib/context";
import type { Identity, Prisma, User } from "@/lib/db/generated/client";
import { notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { emitEvent } from "@/lib/outbox/emit";
import { readSettings } from "@/lib/settings/service";
import * as store from "./store";
import * as identityStore from "./store-identities";

export type { LinkedUser } from "./store-identities";

/** What an issuer says about a person. */
export interface IssuedClaims {
  issuer: string;
  subject: string;
  email: string | null;
  email_verified: boolean;
  name: string | null;
  groups: readonly string[];
}

/** The person with this identity; null where nobody has it. Reads only. */
export function findByIdentity(
  ctx: Pick<Context, "db">,
  { issuer, subject }: Pick<IssuedClaims, "issuer" | "subject">,
) {
  return identityStore.findByIdentity(ctx.db, issuer, subject);
}

/** The account of this e-mail address, and whether anybody has signed in to it by an identity provider. Reads only. */
export function findByEmail(ctx: Pick<Context, "db">, email: string): Promise<store.Invitee | null> {
  return store.findInvitee(ctx.db, { email });
}

/** The same as `findByIdentity`; until the transaction ends, nobody else signs in as this subject or changes the person. */
export async function holdByIdentity(tx: Context, { issuer, subject }: Pick<IssuedClaims, "issuer" | "subject">) {
  await identityStore.lockSubject(tx.db, issuer, subject);
  const found = await identityStore.findByIdentity(tx.db, issuer, subject);
  if (!found) return null;
  await store.lockUsers(tx.db, [found.user.id]);
  return identityStore.findByIdentity(tx.db, issuer, subject);
}

/** The same as `findByEmail`; until the transaction ends, nobody else changes the person. */
export async function holdByEmail(tx: Context, email: string): Promise<store.Invitee | null> {
  await store.lockUserByEmail(tx.db, email);
  return store.findInvitee(tx.db, { email });
}

/** Makes the account of a first sign-in, without a role by hand; null where the e-mail address was taken meanwhile. */
export async function createByClaims(
  tx: Context,
  { email, name }: { email: string; name: string | null },
  defaultRole: UserRole,
): Promise<User | null> {
  const id = newId("user", tx.clock.now());
  const created_at = new Date(tx.clock.now());
  const row = { id, email, name, role: defaultRole, created_via: "oidc", created_at, updated_at: created_at };
  return (await store.insertUserIfAbsent(tx.db, row)) ? store.findUser({ kind: "all" }, tx.db, id) : null;
}

function factsOf(tx: Context, { email, email_verified, name, groups }: IssuedClaims) {
  return { email, email_verified, name, groups: [...groups], last_sync_at: new Date(tx.clock.now()) };
}

export function linkIdentity(tx: Context, userId: string, claims: IssuedClaims): Promise<Identity> {
  const { issuer, subject } = claims;
  const now = new Date(tx.clock.now());
  const id = newId("identity", now.getTime());
  return identityStore.insertIdentity(tx.db, {
    id,
    user_id: userId,
    issuer,
    subject,
    ...factsOf(tx, claims),
    created_at: now,
  });
}

export function refreshIdentity(tx: Context, id: string, claims: IssuedClaims): Promise<Identity> {
  return identityStore.updateIdentity(tx.db, id, factsOf(tx, claims));
}

/** The person with this e-mail address from now on; null where somebody else has it. */
export async function takeEmail(tx: Context, userId: string, email: string): Promise<User | null> {
  const isTaken = await identityStore.takeEmail(tx.db, userId, email, new Date(tx.clock.now()));
  return isTaken ? store.findUser({ kind: "all" }, tx.db, userId) : null;
}

/** Writes what the groups and the issuer say about a person. `before` is held; its row comes back as it was where nothing differs. */
export async function applyToUser(
  tx: Context,
  before: User,
  { name, oidc_role }: { name: string | null; oidc_role: UserRole | null },
  defaultRole: UserRole,
): Promise<User> {
  const role = effectiveRole({ manual_role: before.manual_role, oidc_role }, defaultRole);
  if (before.name === name && before.oidc_role === oidc_role && before.role === role) return before;
  // Each column alone: the gateway hears of a person whose role is written, be it the same one.
  const change: Prisma.UserUncheckedUpdateInput = {
    ...(before.name === name ? {} : { name }),
    ...(before.oidc_role === oidc_role ? {} : { oidc_role }),
    ...(before.role === role ? {} : { role }),
    updated_at: new Date(tx.clock.now()),
  };
  return store.updateUser(tx.db, before.id, change);
}

export interface IdentityView {
  id: string;
  issuer: string;
  subject: string;
  email: string | null;
  email_verified: boolean;
  groups: string[];
  last_sync_at: Date;
}

/** The identities of a person, for themselves and for those who may change them; null for everybody else. */
export async function listIdentitiesFor(ctx: Context, userId: string): Promise<IdentityView[] | null> {
  requireReach(ctx, "users.read");
  const { authority } = ctx.principal;
  const mayChange = reachOf(authority, "users.write");
  if (authority.userId !== userId && !(mayChange && covers(mayChange, { userId }))) return null;
  const identities = await identityStore.listIdentities(ctx.db, userId);
  return identities.map(({ id, issuer, subject, email, email_verified, groups, last_sync_at }) => ({
    id,
    issuer,
    subject,
    email,
    email_verified,
    groups,
    last_sync_at,
  }));
}

/**
 * The account of this e-mail address, made without any place or role by hand if there is none, and held until the transaction ends.
 * For lib/invitations, which decides who may ask.
 */
export async function ensureInvitee(tx: Context, email: string): Promise<store.Invitee> {
  const role = (await readSettings(tx.db)).default_role;
  const fields = { id: newId("user", tx.clock.now()), email, role, created_via: "invited" };
  const isNew = await store.insertUserIfAbsent(tx.db, fields);
  await store.lockUserByEmail(tx.db, email);
  const found = await store.findInvitee(tx.db, { email });
  if (!found) throw notFound();
  if (!isNew) return found;
  await emitEvent(tx, "user.provisioned", fields);
  await recordAudit(tx, { action: "user.created", target_type: "user", target_id: fields.id, after: found.user });
  return found;
}

/** The account that an invitation waits with; null where it is gone. */
export function findInvitee(ctx: Context, id: string): Promise<store.Invitee | null> {
  return store.findInvitee(ctx.db, { id });
}

/** Gives a role by hand to whoever accepted an invitation; a stronger one that they have stays. */
export async function giveRole(tx: Context, id: string, role: UserRole): Promise<void> {
  await store.lockUsers(tx.db, [id]);
  const before = await store.findUser({ kind: "all" }, tx.db, id);
  if (!before) throw notFound();
  const manual_role = strongestUserRole([role, (before.manual_role ?? role) as UserRole]) ?? role;
  const user = await store.updateUser(tx.db, id, {
    manual_role,
    role: effectiveRole({ manual_role, oidc_role: before.oidc_role }, role),
    updated_at: new Date(tx.clock.now()),
  });
  await recordAudit(tx, {
    action: "user.updated",
    target_type: "user",
    target_id: id,
    ...changedFields(before, user),
    details: { cause: "invitation" },
  });
}
