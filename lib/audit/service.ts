/**
 * The audit log as it is read: listed, exported and verified. Nothing here writes; that is lib/audit/record's part, in the
 * transaction of each change, and lib/audit/retention's.
 */
import type pg from "pg";
import { pagesOf } from "@/lib/api/export";
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { type Context, requireReach } from "@/lib/context";
import type { AuditEntry } from "@/lib/db/generated/client";
import { getPool, inReport } from "@/lib/db/pool";
import { type Break, type ChainEnd, chainStart, findBreak, readLetGo } from "./chain";
import { type ActorType, auditSorts, type ExportAuditQuery, type ListAuditQuery } from "./schema";
import * as store from "./store";

export type PresentedEntry = Omit<AuditEntry, "seq" | "actor_type"> & { seq: number; actor_type: ActorType };

function presentEntry(entry: AuditEntry): PresentedEntry {
  return { ...entry, seq: Number(entry.seq), actor_type: entry.actor_type as ActorType };
}

/** A page of entries, newest first, with what their targets are called now. */
export async function listAudit(
  ctx: Context,
  query: ListAuditQuery,
): Promise<Page<PresentedEntry & { target_name: string | null }>> {
  const reach = requireReach(ctx, "audit.read");
  const { limit, cursor, sort, ...filter } = query;
  const order = { limit, cursor, sort };
  const page = toPage(await store.listEntries(reach, ctx.db, filter, keyset(order, auditSorts)), order);
  const names = await store.findTargetNames(ctx.db, [
    ...new Set(page.data.flatMap(({ target_id }) => target_id ?? [])),
  ]);
  const data = page.data.map((entry) => ({
    ...presentEntry(entry),
    target_name: names.get(entry.target_id ?? "") ?? null,
  }));
  return { ...page, data };
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
  anchor: { seq: number; hash: string } | null;
  head: { seq: number; hash: string } | null;
  first_broken?: Break;
}

const batchSize = 1_000;

interface Walk {
  /** The last entry that was found whole. */
  end: ChainEnd;
  lastId: string | null;
  checked: number;
  broken: Break | null;
  /** The end of what the log itself says was let go. */
  letGo: ChainEnd;
}

async function walkChain(client: pg.ClientBase, start: ChainEnd): Promise<Walk> {
  const walk: Walk = { end: start, lastId: null, checked: 0, broken: null, letGo: chainStart };
  for (;;) {
    const batch = await store.readChain(client, walk.end.seq, batchSize);
    for (const entry of batch) {
      walk.broken = findBreak(entry, walk.end);
      if (walk.broken) return walk;
      walk.end = { seq: entry.seq, hash: entry.hash };
      walk.lastId = entry.id;
      walk.checked += 1;
      walk.letGo = readLetGo(entry) ?? walk.letGo;
    }
    if (batch.length < batchSize) return walk;
  }
}

/** The chain was walked to its last row: is that where its writers left it? */
function findWrongEnd({ end, lastId }: Walk, head: ChainEnd | null): Break | null {
  if (!head || head.seq > end.seq) return { seq: Number(end.seq) + 1, id: null, reason: "missing" };
  if (head.seq < end.seq) return { seq: Number(head.seq) + 1, id: null, reason: "added" };
  return head.hash === end.hash ? null : { seq: Number(end.seq), id: lastId, reason: "altered" };
}

/** The chain begins after the anchor only if the log itself says that what is before it was let go. */
async function findWrongStart(client: pg.ClientBase, anchor: ChainEnd, told: ChainEnd): Promise<Break | null> {
  if (anchor.seq !== told.seq || anchor.hash !== told.hash)
    return { seq: Number(told.seq) + 1, id: null, reason: "missing" };
  const stray = await store.findEntryUpTo(client, anchor.seq);
  return stray && { seq: Number(stray.seq), id: stray.id, reason: "added" };
}

/**
 * Computes the chain again, from where retention has left it, at one moment and in constant memory, and tells where it first
 * breaks: an entry gone (also at the end, which the head row gives away, and at the start, where the log does not tell of it),
 * altered, moved or added.
 */
export async function verifyAudit(ctx: Context): Promise<Verification> {
  requireReach(ctx, "audit.read");
  return inReport(getPool(), async (client) => {
    const head = await store.readHead(client);
    const anchor: ChainEnd = head ? { seq: head.anchor_seq, hash: head.anchor_hash } : chainStart;
    const walk = await walkChain(client, anchor);
    const first_broken = walk.broken ?? findWrongEnd(walk, head) ?? (await findWrongStart(client, anchor, walk.letGo));
    return {
      ok: first_broken === null,
      checked: walk.checked,
      anchor: anchor.seq > 0n ? { seq: Number(anchor.seq), hash: anchor.hash } : null,
      head: head && { seq: Number(head.seq), hash: head.hash },
      ...(first_broken ? { first_broken } : {}),
    };
  });
}
