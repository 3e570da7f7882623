/** Sign-ins without a browser: claims as an issuer would send them, and the settings that decide on them. Tests only. */
import { systemContext } from "@/lib/context";
import type { Db } from "@/lib/db/client";
import type { AuditEntry } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import { toJson } from "@/lib/json";
import type { SignInClaims } from "@/lib/provisioning/schema";
import { type Provisioned, provision } from "@/lib/provisioning/service";
import type { UpdateSettingsInput } from "@/lib/settings/schema";
import { SignInError } from "@/lib/sign-ins/codes";

/** Somebody nobody knows, with a verified address and no group. */
export function makeClaims(given: Partial<SignInClaims> = {}): SignInClaims {
  const subject = newId("identity");
  const base = { issuer: "https://dex.test", subject, email: `${subject}@example.test`, email_verified: true };
  return { ...base, name: null, groups: [], ...given };
}

/** The settings as if an admin had saved these and no others. */
export async function saveSettings(db: Db, settings: UpdateSettingsInput): Promise<void> {
  await db.settings.update({ where: { id: 1 }, data: { data: toJson(settings) } });
}

/** What the sign-in does with these claims. */
export function signInWith(
  db: Db,
  claims: SignInClaims,
  cause: "sign_in" | "refresh" = "sign_in",
): Promise<Provisioned> {
  return provision(systemContext(db, cause), claims, { cause });
}

/** The code that the sign-in is refused with; null where it is not. */
export async function refusalOf(db: Db, claims: SignInClaims): Promise<string | null> {
  try {
    await signInWith(db, claims);
    return null;
  } catch (error) {
    if (error instanceof SignInError) return error.code;
    throw error;
  }
}

/** Memberships as `team: role by source`. */
export async function placesOf(db: Db, userId: string): Promise<string[]> {
  const rows = await db.membership.findMany({
    where: { user_id: userId },
    include: { team: { select: { name: true } } },
  });
  return rows.map(({ team, role, source }) => `${team.name}: ${role} by ${source}`).sort();
}

export async function headOfAudit(db: Db): Promise<bigint> {
  return (await db.auditHead.findUniqueOrThrow({ where: { id: 1 } })).seq;
}

/** What the audit log has gained since. */
export function auditSince(db: Db, seq: bigint): Promise<AuditEntry[]> {
  return db.auditEntry.findMany({ where: { seq: { gt: seq } }, orderBy: { seq: "asc" } });
}

/** A digest of every row of every table with the transaction that wrote it: equal where nothing was written in between. */
export async function fingerprintTables(db: Db): Promise<Record<string, string>> {
  const tables = await db.$queryRaw<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`;
  const prints: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await db.$queryRawUnsafe<{ print: string }[]>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(xmin || ' ' || ctid, ',' ORDER BY ctid)), '') AS print FROM "${name}"`,
    );
    prints[name] = row?.print ?? "";
  }
  return prints;
}
