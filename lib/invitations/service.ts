/**
 * Invitations: a place on this server, and in a team, that waits for whoever has an e-mail address. Inviting makes the account;
 * what it promises is given when the person first signs in with that address, as long as the inviter may still give it.
 * Routes call this; lib/provisioning calls acceptInvitation.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { changedFields, recordAudit } from "@/lib/audit/record";
import { findCreator } from "@/lib/auth/creator";
import { hashSecret } from "@/lib/auth/hash";
import { systemPrincipal } from "@/lib/auth/principal";
import { type Action, reachOf } from "@/lib/authz/permissions";
import { getConfig } from "@/lib/config/config";
import { type Context, createdBy, requireCover, requireReach, withTransaction } from "@/lib/context";
import { parseDuration } from "@/lib/durations";
import { AppError, invalidField, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { readSettings } from "@/lib/settings/service";
import { givePlace } from "@/lib/teams/members";
import { getTeamFor } from "@/lib/teams/service";
import { ensureInvitee, findInvitee, giveRole } from "@/lib/users/identities";
import { findBeyond, type Promised } from "./grant";
import { refuseGuessing } from "./guesses";
import { queueInvitationMail } from "./jobs";
import { generateLinkSecret, linkOf } from "./link";
import { type InvitationView, maskEmail, presentInvitations, promisedBy, stateOf } from "./present";
import {
  type CreateInvitationInput,
  type InvitationState,
  invitationSorts,
  type ListInvitationsQuery,
  type OpenInvitationInput,
  type ResendInvitationInput,
} from "./schema";
import * as store from "./store";

export interface InvitationWithLink {
  invitation: InvitationView;
  link: string;
  is_mailed: boolean;
}

/** The invitation if the caller may take `action` on it; 403 if it may only be seen, 404 if it is hidden or missing. */
async function getInvitationFor(ctx: Context, action: Action, id: string): Promise<store.InvitationRow> {
  const found = await store.findInvitation(requireReach(ctx, action), ctx.db, id);
  if (found) return found;
  const visible = reachOf(ctx.principal.authority, "invitations.read");
  if (visible && (await store.findInvitation(visible, ctx.db, id)))
    throw new AppError("forbidden", `You need the right "${action}" on this invitation.`);
  throw notFound();
}

async function present(ctx: Context, row: store.InvitationRow): Promise<InvitationView> {
  const [view] = await presentInvitations(ctx, [row]);
  if (!view) throw notFound();
  return view;
}

export async function getInvitation(ctx: Context, id: string): Promise<InvitationView> {
  return present(ctx, await getInvitationFor(ctx, "invitations.read", id));
}

export async function listInvitations(ctx: Context, query: ListInvitationsQuery): Promise<Page<InvitationView>> {
  const reach = requireReach(ctx, "invitations.read");
  const now = new Date(ctx.clock.now());
  const page = toPage(await store.listInvitations(reach, ctx.db, query, now, keyset(query, invitationSorts)), query);
  return { ...page, data: await presentInvitations(ctx, page.data) };
}

async function requireTeam(ctx: Context, teamId: string): Promise<void> {
  try {
    await getTeamFor(ctx, "invitations.write", teamId);
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") throw invalidField("team_id", "there is no such team");
    throw error;
  }
}

// Whoever sends an invitation, for the first time or again, answers for what it gives.
async function requireOwnToGive(ctx: Context, promised: Promised): Promise<void> {
  const { default_role } = await readSettings(ctx.db);
  const path = findBeyond(ctx.principal.authority, promised, default_role);
  if (!path) return;
  const message = `"${promised[path] ?? default_role}" may do more than you`;
  throw new AppError("forbidden", `You cannot invite to this: ${path} ${message}.`, {
    fields: [{ path, message }],
  });
}

function refuseMember(userId: string): never {
  throw new AppError(
    "conflict",
    "Somebody signs in with this e-mail address already. Add them as a member of the team instead.",
    { fields: [{ path: "email", message: "belongs to somebody who signs in already" }], details: { user_id: userId } },
  );
}

function expiryOf(ctx: Context, { expires_in }: { expires_in: string }): Date {
  return new Date(ctx.clock.now() + parseDuration(expires_in));
}

async function withLink(tx: Context, row: store.InvitationRow, secret: string): Promise<InvitationWithLink> {
  const is_mailed = await queueInvitationMail(tx, row.id, secret);
  return { invitation: await present(tx, row), link: linkOf(getConfig().publicUrl, secret), is_mailed };
}

/** The account that the invitation will wait with. */
async function requireInvitee(tx: Context, email: string, teamId: string | null): Promise<string> {
  const { user, isLinked } = await ensureInvitee(tx, email);
  if (isLinked) refuseMember(user.id);
  if (user.disabled_at)
    throw new AppError("conflict", "The account with this e-mail address is disabled. Enable it first.");
  const open = await store.findOpen(tx.db, user.id, teamId, new Date(tx.clock.now()));
  if (open)
    throw new AppError("conflict", "An invitation to this is open already. Send it again, or revoke it.", {
      details: { invitation_id: open.id },
    });
  return user.id;
}

/** Invites whoever has this e-mail address, makes their account if there is none, and mails the link where mail is set up. */
export function createInvitation(ctx: Context, input: CreateInvitationInput): Promise<InvitationWithLink> {
  return withTransaction(ctx, async (tx) => {
    const team_id = input.team_id ?? null;
    const promised = { role: input.role ?? null, team_id, team_role: team_id ? (input.team_role ?? "member") : null };
    if (team_id) await requireTeam(tx, team_id);
    else requireCover(tx, "invitations.write", { teamId: null });
    await requireOwnToGive(tx, promised);
    const user_id = await requireInvitee(tx, input.email, team_id);
    const now = tx.clock.now();
    const secret = generateLinkSecret();
    const row = await store.insertInvitation(tx.db, {
      ...promised,
      id: newId("invitation", now),
      user_id,
      email: input.email,
      secret_hash: hashSecret(secret),
      created_by: createdBy(tx),
      expires_at: expiryOf(tx, input),
      created_at: new Date(now),
    });
    const answer = await withLink(tx, row, secret);
    const { email, expires_at } = row;
    const after = { email, user_id, ...promised, expires_at };
    await recordAudit(tx, { action: "invitation.created", target_type: "invitation", target_id: row.id, after });
    return answer;
  });
}

/** Locks the invitation and refuses what is settled: accepted or revoked. */
async function holdUnsettled(tx: Context, id: string): Promise<store.InvitationRow> {
  await store.lockInvitation(tx.db, id);
  const row = await getInvitationFor(tx, "invitations.write", id);
  const state = stateOf(row, tx.clock.now());
  if (state === "accepted")
    throw new AppError("conflict", "This invitation was accepted. Change the membership instead.");
  if (state === "revoked") throw new AppError("conflict", "This invitation was revoked. Invite again.");
  return row;
}

/** Gives an open or expired invitation a new link and a new end; the old link is dead. Whoever resends it is its inviter from then on. */
export function resendInvitation(ctx: Context, id: string, input: ResendInvitationInput): Promise<InvitationWithLink> {
  return withTransaction(ctx, async (tx) => {
    const before = await holdUnsettled(tx, id);
    await requireOwnToGive(tx, promisedBy(before));
    const invitee = await findInvitee(tx, before.user_id);
    if (invitee?.isLinked) refuseMember(before.user_id);
    const secret = generateLinkSecret();
    const row = await store.updateInvitation(tx.db, id, {
      secret_hash: hashSecret(secret),
      created_by: createdBy(tx),
      expires_at: expiryOf(tx, input),
    });
    const answer = await withLink(tx, row, secret);
    const shown = ({ created_by, expires_at }: store.InvitationRow) => ({ created_by, expires_at });
    await recordAudit(tx, {
      action: "invitation.resent",
      target_type: "invitation",
      target_id: id,
      ...changedFields(shown(before), shown(row)),
    });
    return answer;
  });
}

/** Takes an invitation back. The account that was made for it stays, and nobody can sign in to it without another one. */
export function revokeInvitation(ctx: Context, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    const before = await holdUnsettled(tx, id);
    await store.updateInvitation(tx.db, id, { revoked_at: new Date(tx.clock.now()) });
    await recordAudit(tx, {
      action: "invitation.revoked",
      target_type: "invitation",
      target_id: id,
      before: { email: before.email, ...promisedBy(before) },
    });
    return undefined;
  });
}

export interface OpenedInvitation
  extends Pick<InvitationView, "inviter" | "team_name" | "team_role" | "role" | "expires_at"> {
  state: InvitationState;
  email: string;
}

/** What the page behind a link shows. Asks for no right: the link's secret is one. 404 for a secret that opens nothing. */
export async function openInvitation(ctx: Context, { secret }: OpenInvitationInput): Promise<OpenedInvitation> {
  const guesses = refuseGuessing(ctx);
  const row = await store.findBySecret(ctx.db, hashSecret(secret));
  if (!row) {
    guesses.note();
    throw notFound();
  }
  const { state, is_granted, inviter, team_name, team_role, role, expires_at } = await present(ctx, row);
  const invitee = await findInvitee(ctx, row.user_id);
  const isVoid = state === "open" && (!is_granted || invitee?.user.disabled_at != null);
  return {
    state: isVoid ? "revoked" : state,
    email: maskEmail(row.email),
    inviter,
    team_name,
    team_role,
    role,
    expires_at,
  };
}

async function isStillGranted(tx: Context, row: store.InvitationRow): Promise<boolean> {
  const { authority } = await findCreator(tx.db, row.created_by);
  const { default_role } = await readSettings(tx.db);
  return authority !== null && findBeyond(authority, promisedBy(row), default_role) === null;
}

/**
 * Gives the person what their open invitations promise, at the sign-in that links their account, in that sign-in's transaction.
 * Returns the ids of the invitations; none means that there is none to accept: expired, revoked, or beyond what the inviter may give
 * by now. Whoever calls this has made sure that the e-mail address is the person's own. `cause` goes into the audit entries.
 */
export async function acceptInvitation(
  ctx: Context,
  { userId, cause = {} }: { userId: string; cause?: Record<string, unknown> },
): Promise<string[]> {
  const tx: Context = { ...ctx, principal: systemPrincipal("invitation") };
  const accepted_at = new Date(tx.clock.now());
  const accepted: string[] = [];
  for (const row of await store.lockOpen(tx.db, userId, accepted_at)) {
    if (!(await isStillGranted(tx, row))) continue;
    const { role, team_id, team_role } = promisedBy(row);
    await store.updateInvitation(tx.db, row.id, { accepted_at });
    if (role) await giveRole(tx, userId, role);
    if (team_id) await givePlace(tx, team_id, userId, team_role ?? "member");
    await recordAudit(tx, {
      action: "invitation.accepted",
      target_type: "invitation",
      target_id: row.id,
      after: { user_id: userId, role, team_id, team_role },
      details: { ...cause, created_by: row.created_by },
    });
    accepted.push(row.id);
  }
  return accepted;
}
