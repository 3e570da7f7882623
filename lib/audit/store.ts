/** Rows of the audit log, read only. Only lib/audit calls this; entries are written by lib/audit/record alone. */
import type pg from "pg";
import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import type { AuditEntry, Prisma } from "@/lib/db/generated/client";

export interface AuditFilter {
  actor_id?: string | undefined;
  /** An action, or `<resource>.*`. */
  action?: string | undefined;
  target_type?: string | undefined;
  target_id?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  q?: string | undefined;
}

// The log tells about everything at once, so there is no part of it that belongs to a person or a team.
function within(reach: Reach): Prisma.AuditEntryWhereInput {
  return reach.kind === "all" ? {} : { seq: { lt: 0 } };
}

function matches({ action, from, to, q, ...exact }: AuditFilter): Prisma.AuditEntryWhereInput {
  const contains = { contains: q, mode: "insensitive" } as const;
  return {
    ...exact,
    ...(action ? { action: action.endsWith("*") ? { startsWith: action.slice(0, -1) } : action } : {}),
    created_at: { ...(from ? { gte: new Date(from) } : {}), ...(to ? { lt: new Date(to) } : {}) },
    ...(q
      ? { OR: [{ action: contains }, { actor_name: contains }, { target_id: contains }, { address: contains }] }
      : {}),
  };
}

export function listEntries(reach: Reach, db: Db, filter: AuditFilter, page: Keyset): Promise<AuditEntry[]> {
  return db.auditEntry.findMany({
    where: { AND: [within(reach), matches(filter), page.where] },
    orderBy: page.orderBy,
    take: page.take,
  });
}

/** Entries in the order of the chain, after the one of number `seq`. */
export function listEntriesAfter(
  reach: Reach,
  db: Db,
  filter: AuditFilter,
  seq: bigint,
  take: number,
): Promise<AuditEntry[]> {
  return db.auditEntry.findMany({
    where: { AND: [within(reach), matches(filter), { seq: { gt: seq } }] },
    orderBy: { seq: "asc" },
    take,
  });
}

/** The same of the whole chain and over one connection, for a walk that must see a single moment. */
export async function readChain(client: pg.ClientBase, seq: bigint, take: number): Promise<AuditEntry[]> {
  const text = "SELECT * FROM audit_entries WHERE seq > $1 ORDER BY seq LIMIT $2";
  return (await client.query<AuditEntry>(text, [seq, take])).rows;
}

/** Where the chain ends according to those who wrote it; null where even that is gone. */
export async function readHead(client: pg.ClientBase): Promise<{ seq: bigint; hash: string } | null> {
  const { rows } = await client.query<{ seq: bigint; hash: string }>("SELECT seq, hash FROM audit_head WHERE id = 1");
  return rows[0] ?? null;
}
