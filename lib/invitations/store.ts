/** Rows of invitations. Only lib/invitations calls this; reach stands in every where clause. */
import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import type { Invitation, Prisma } from "@/lib/db/generated/client";
import { containing } from "@/lib/db/search";
import type { InvitationState } from "./schema";

export type InvitationRow = Invitation & { team: { name: string } | null };

const include = { team: { select: { name: true } } } as const;

// An invitation belongs to its team; one without a team is for those who see all.
function within(reach: Reach): Prisma.InvitationWhereInput {
  return reach.kind === "all" ? {} : { team_id: { in: [...reach.teamIds] } };
}

const pending = { accepted_at: null, revoked_at: null } as const;

function inState(state: InvitationState, now: Date): Prisma.InvitationWhereInput {
  switch (state) {
    case "accepted":
      return { accepted_at: { not: null } };
    case "revoked":
      return { accepted_at: null, revoked_at: { not: null } };
    case "open":
      return { ...pending, expires_at: { gt: now } };
    case "expired":
      return { ...pending, expires_at: { lte: now } };
  }
}

export function findInvitation(reach: Reach, db: Db, id: string): Promise<InvitationRow | null> {
  return db.invitation.findFirst({ where: { AND: [{ id }, within(reach)] }, include });
}

/** Waits for other changes to this invitation, so that what is read next holds until the transaction ends. */
export async function lockInvitation(db: Db, id: string): Promise<void> {
  await db.$executeRaw`SELECT id FROM invitations WHERE id = ${id} FOR UPDATE`;
}

export interface InvitationFilter {
  q?: string | undefined;
  team_id?: string | undefined;
  state?: InvitationState | undefined;
}

export function listInvitations(
  reach: Reach,
  db: Db,
  { q, team_id, state }: InvitationFilter,
  now: Date,
  page: Keyset,
): Promise<InvitationRow[]> {
  const where: Prisma.InvitationWhereInput = {
    ...(q ? { email: containing(q) } : {}),
    ...(team_id ? { team_id } : {}),
  };
  return db.invitation.findMany({
    where: { AND: [within(reach), where, state ? inState(state, now) : {}, page.where] },
    orderBy: page.orderBy,
    take: page.take,
    include,
  });
}

/** By the hash of its link's secret, wherever it belongs: whoever has the link may see what it promises. */
export function findBySecret(db: Db, secretHash: string): Promise<InvitationRow | null> {
  return db.invitation.findUnique({ where: { secret_hash: secretHash }, include });
}

/**
 * The person's invitations that can still be accepted, held until the transaction ends, and with them their teams, so that one that is
 * being deleted is waited for here and not after the audit log's head is held.
 */
export async function lockOpen(db: Db, userId: string, now: Date): Promise<InvitationRow[]> {
  await db.$executeRaw`SELECT id FROM invitations WHERE user_id = ${userId} ORDER BY id FOR UPDATE`;
  await db.$executeRaw`
    SELECT id FROM teams WHERE id IN (SELECT team_id FROM invitations WHERE user_id = ${userId}) ORDER BY id FOR KEY SHARE`;
  return db.invitation.findMany({
    where: { user_id: userId, ...inState("open", now) },
    orderBy: { id: "asc" },
    include,
  });
}

/** An open invitation of this person to the same place. */
export function findOpen(db: Db, userId: string, teamId: string | null, now: Date): Promise<Invitation | null> {
  return db.invitation.findFirst({ where: { user_id: userId, team_id: teamId, ...inState("open", now) } });
}

export function insertInvitation(db: Db, data: Prisma.InvitationUncheckedCreateInput): Promise<InvitationRow> {
  return db.invitation.create({ data, include });
}

export function updateInvitation(
  db: Db,
  id: string,
  data: Prisma.InvitationUncheckedUpdateInput,
): Promise<InvitationRow> {
  return db.invitation.update({ where: { id }, data: { ...data, version: { increment: 1 } }, include });
}
