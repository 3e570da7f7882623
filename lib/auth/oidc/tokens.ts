/** Refresh tokens: sealed, one for each identity, the newest that the provider gave. Part of lib/auth/oidc. */
import { getConfig } from "@/lib/config/config";
import type { Db } from "@/lib/db/client";
import { seal, unseal } from "@/lib/secrets/key-ring";

const placeOf = (identityId: string) => ({ table: "identities", row: identityId, field: "refresh_token" });

export interface KeptToken {
  /** As it stands in the row; it tells whether somebody stored another one meanwhile. */
  sealed: string;
}

export function openToken(identityId: string, { sealed }: KeptToken): string {
  return unseal(getConfig().encryptionKeys, placeOf(identityId), sealed);
}

function sealFor(identityId: string, token: string): string {
  return seal(getConfig().encryptionKeys, placeOf(identityId), token);
}

/** Keeps what a sign-in brought: a new refresh token, or none where the provider gave none. */
export async function keepToken(db: Db, identityId: string, token: string | null, dueAt: Date): Promise<void> {
  const sealed = token === null ? null : sealFor(identityId, token);
  await db.identity.updateMany({
    where: { id: identityId },
    data: { refresh_token: sealed, refresh_due_at: sealed === null ? null : dueAt },
  });
}

/** Follows a refresh: the token that came back, or the same one again; nothing where a sign-in brought a newer one meanwhile. */
export async function followToken(
  db: Db,
  identityId: string,
  used: KeptToken,
  change: { token: string | null; dueAt: Date },
): Promise<void> {
  const fresh = change.token === null ? {} : { refresh_token: sealFor(identityId, change.token) };
  await db.identity.updateMany({
    where: { id: identityId, refresh_token: used.sealed },
    data: { ...fresh, refresh_due_at: change.dueAt },
  });
}

/** Forgets a token that is of no use; false where a sign-in brought a newer one meanwhile. */
export async function dropToken(db: Db, identityId: string, used: KeptToken): Promise<boolean> {
  const { count } = await db.identity.updateMany({
    where: { id: identityId, refresh_token: used.sealed },
    data: { refresh_token: null, refresh_due_at: null },
  });
  return count === 1;
}

export interface DueIdentity extends KeptToken {
  id: string;
  issuer: string;
  subject: string;
  last_sync_at: Date;
}

/**
 * Takes identities of `issuers` that are due; nobody else gets them before `leaseUntil`. Those of people who are disabled rest
 * until they are enabled again.
 */
export function claimDue(
  db: Db,
  { issuers, now, leaseUntil, take }: { issuers: readonly string[]; now: Date; leaseUntil: Date; take: number },
): Promise<DueIdentity[]> {
  return db.$queryRaw<DueIdentity[]>`
    WITH due AS MATERIALIZED (
      SELECT i.id FROM identities i JOIN users u ON u.id = i.user_id
      WHERE i.refresh_token IS NOT NULL AND i.refresh_due_at <= ${now} AND i.issuer = ANY(${[...issuers]}::text[])
        AND u.disabled_at IS NULL
      ORDER BY i.refresh_due_at, i.id LIMIT ${take} FOR UPDATE OF i SKIP LOCKED)
    UPDATE identities SET refresh_due_at = ${leaseUntil} FROM due WHERE identities.id = due.id
    RETURNING identities.id, issuer, subject, last_sync_at, refresh_token AS sealed`;
}
