/** Rows of the audit log. Only lib/audit calls this; entries are written by lib/audit/record and deleted by lib/audit/retention alone. */
import type pg from "pg";
import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import { type AuditEntry, Prisma } from "@/lib/db/generated/client";
import { containing } from "@/lib/db/search";
import type { ChainHead } from "./record";

export interface AuditFilter {
  actor_type?: string | undefined;
  actor_id?: string | undefined;
  /** An action, or `<resource>.*`. */
  action?: string | undefined;
  target_type?: string | undefined;
  /** One id, or several with commas between them. */
  target_id?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  q?: string | undefined;
}

// The log tells about everything at once, so there is no part of it that belongs to a person or a team.
function within(reach: Reach): Prisma.AuditEntryWhereInput {
  return reach.kind === "all" ? {} : { seq: { lt: 0 } };
}

const searched = ["action", "actor_name", "target_id", "address"] as const;

function matches({ action, target_id, from, to, q, ...exact }: AuditFilter): Prisma.AuditEntryWhereInput {
  return {
    ...exact,
    ...(target_id ? { target_id: { in: target_id.split(",") } } : {}),
    ...(action ? { action: action.endsWith("*") ? { startsWith: action.slice(0, -1) } : action } : {}),
    created_at: { ...(from ? { gte: new Date(from) } : {}), ...(to ? { lt: new Date(to) } : {}) },
    ...(q ? { OR: searched.map((column) => ({ [column]: containing(q) })) } : {}),
  };
}

export function listEntries(reach: Reach, db: Db, filter: AuditFilter, page: Keyset): Promise<AuditEntry[]> {
  return db.auditEntry.findMany({
    where: { AND: [within(reach), matches(filter), page.where] },
    orderBy: page.orderBy,
    take: page.take,
  });
}

/** What these things are called, whatever their kind; a budget by what it is on. Those that are gone are absent. */
export async function findTargetNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const wanted = Prisma.sql`= ANY(${[...ids]}::text[])`;
  const rows = await db.$queryRaw<{ id: string; name: string | null }[]>`
    SELECT id, email AS name FROM users WHERE id ${wanted}
    UNION ALL SELECT id, name FROM teams WHERE id ${wanted}
    UNION ALL SELECT id, name FROM keys WHERE id ${wanted}
    UNION ALL SELECT id, coalesce(display_name, name) FROM providers WHERE id ${wanted}
    UNION ALL SELECT id, name FROM credentials WHERE id ${wanted}
    UNION ALL SELECT id, name FROM models WHERE id ${wanted}
    UNION ALL SELECT id, email FROM invitations WHERE id ${wanted}
    UNION ALL SELECT id, coalesce(description, substring(url from '^[a-z]+://[^/]+')) FROM webhooks WHERE id ${wanted}
    UNION ALL SELECT d.id, m.type FROM deliveries d JOIN messages m ON m.id = d.message_id WHERE d.id ${wanted}
    UNION ALL SELECT b.id, coalesce(u.email, t.name, k.name) FROM budgets b
      LEFT JOIN users u ON b.scope_type IN ('user', 'member') AND u.id = split_part(b.scope_id, '/', -1)
      LEFT JOIN teams t ON b.scope_type = 'team' AND t.id = b.scope_id
      LEFT JOIN keys k ON b.scope_type = 'key' AND k.id = b.scope_id
      WHERE b.id ${wanted}`;
  return new Map(rows.flatMap(({ id, name }) => (name ? [[id, name]] : [])));
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

/** Where the chain begins and ends according to those who wrote it; null where even that is gone. */
export async function readHead(client: pg.ClientBase): Promise<ChainHead | null> {
  const text = "SELECT seq, hash, anchor_seq, anchor_hash FROM audit_head WHERE id = 1";
  return (await client.query<ChainHead>(text)).rows[0] ?? null;
}

/** An entry at or before `seq`, where there should be none. */
export async function findEntryUpTo(client: pg.ClientBase, seq: bigint): Promise<{ seq: bigint; id: string } | null> {
  const text = "SELECT seq, id FROM audit_entries WHERE seq <= $1 ORDER BY seq LIMIT 1";
  return (await client.query<{ seq: bigint; id: string }>(text, [seq])).rows[0] ?? null;
}

/** Deletes the entries up to `seq` and lets the chain begin after it. */
export async function moveAnchor(db: Db, seq: bigint, hash: string): Promise<void> {
  await db.auditEntry.deleteMany({ where: { seq: { lte: seq } } });
  await db.auditHead.update({ where: { id: 1 }, data: { anchor_seq: seq, anchor_hash: hash } });
}
