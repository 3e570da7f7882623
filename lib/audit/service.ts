/**
 * The audit log as it is read: listed, exported and verified. Nothing here writes; that is lib/audit/record's part, in the
 * transaction of each change.
 */
import { pagesOf } from "@/lib/api/export";
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { type Context, requireReach } from "@/lib/context";
import type { AuditEntry } from "@/lib/db/generated/client";
import { getPool, inReport } from "@/lib/db/pool";
import { type HashedEntry, hashEntry } from "./record";
import type { BreakReason, ExportAuditQuery, ListAuditQuery } from "./schema";
import * as store from "./store";

type ActorType = "master" | "user" | "key" | "system";
export type PresentedEntry = Omit<AuditEntry, "seq" | "actor_type"> & { seq: number; actor_type: ActorType };

function presentEntry(entry: AuditEntry): PresentedEntry {
  return { ...entry, seq: Number(entry.seq), actor_type: entry.actor_type as ActorType };
}

/** A page of entries, newest first. */
export async function listAudit(ctx: Context, query: ListAuditQuery): Promise<Page<PresentedEntry>> {
  const reach = requireReach(ctx, "audit.read");
  const { limit, cursor, ...filter } = query;
  const bySeq = { limit, cursor, sort: "-seq" };
  const rows = await store.listEntries(reach, ctx.db, filter, keyset(bySeq, { seq: "number" }));
  const page = toPage(rows, bySeq);
  return { ...page, data: page.data.map(presentEntry) };
}

/** All entries of a query in the order of the chain, page by page. */
export async function exportAudit(
  ctx: Context,
  filter: Omit<ExportAuditQuery, "format">,
): Promise<AsyncIterable<PresentedEntry[]>> {
  const reach = requireReach(ctx, "audit.read");
  return pagesOf(async (last: PresentedEntry | null, take) => {
    const rows = await store.listEntriesAfter(reach, ctx.db, filter, BigInt(last?.seq ?? 0), take);
    return rows.map(presentEntry);
  });
}

export interface Verification {
  ok: boolean;
  checked: number;
  head: { seq: number; hash: string } | null;
  first_broken?: { seq: number; id: string | null; reason: BreakReason };
}

const batchSize = 1_000;

interface ChainEnd {
  seq: bigint;
  hash: string;
}

/** What is wrong with an entry that should follow `end`; null if nothing is. */
function findBreak(entry: AuditEntry, end: ChainEnd): Verification["first_broken"] | null {
  const expected = end.seq + 1n;
  if (entry.seq !== expected) return { seq: Number(expected), id: null, reason: "missing" };
  if (hashEntry(end.hash, entry as HashedEntry) === entry.hash) return null;
  return { seq: Number(entry.seq), id: entry.id, reason: "altered" };
}

/** The chain was walked to its last row: is that where its writers left it? */
function findWrongEnd(
  end: ChainEnd,
  head: ChainEnd | null,
  lastId: string | null,
): Verification["first_broken"] | null {
  if (!head || head.seq > end.seq) return { seq: Number(end.seq) + 1, id: null, reason: "missing" };
  if (head.seq < end.seq) return { seq: Number(head.seq) + 1, id: null, reason: "added" };
  return head.hash === end.hash ? null : { seq: Number(end.seq), id: lastId, reason: "altered" };
}

/**
 * Computes the whole chain again, at one moment and in constant memory, and tells where it first breaks: an entry gone (also at
 * the end, which the head row gives away), altered, moved or added.
 */
export async function verifyAudit(ctx: Context): Promise<Verification> {
  requireReach(ctx, "audit.read");
  return inReport(getPool(), async (client) => {
    const head = await store.readHead(client);
    const told = head && { seq: Number(head.seq), hash: head.hash };
    let end: ChainEnd = { seq: 0n, hash: "" };
    let lastId: string | null = null;
    let checked = 0;
    for (;;) {
      const batch = await store.readChain(client, end.seq, batchSize);
      for (const entry of batch) {
        const broken = findBreak(entry, end);
        if (broken) return { ok: false, checked, head: told, first_broken: broken };
        end = { seq: entry.seq, hash: entry.hash };
        lastId = entry.id;
        checked += 1;
      }
      if (batch.length < batchSize) break;
    }
    const wrongEnd = findWrongEnd(end, head, lastId);
    return { ok: wrongEnd === null, checked, head: told, ...(wrongEnd ? { first_broken: wrongEnd } : {}) };
  });
}
