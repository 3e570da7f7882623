/**
 * Deletes audit entries that are older than `audit_retention_days`, oldest first, so that what is kept stays one chain: the head row
 * remembers the last entry that went, and an entry of its own tells of it. Run by the job `audit.retention` alone.
 */
import { type Context, withTransaction } from "@/lib/context";
import type { AuditEntry } from "@/lib/db/generated/client";
import { readSettings } from "@/lib/settings/service";
import { type ChainEnd, describeLetGo, findBreak, letGoAction } from "./chain";
import { lockHead, recordAudit } from "./record";
import * as store from "./store";

const dayMs = 86_400_000;
// The head stays locked for as long as a batch takes, and so does every change that is audited.
const batchSize = 2_000;

/** What does not verify is evidence, and stays until somebody has looked at it. */
function requireWhole(entries: readonly AuditEntry[], start: ChainEnd): ChainEnd {
  return entries.reduce((end, entry) => {
    const broken = findBreak(entry, end);
    if (broken)
      throw new Error(`the audit log is broken at entry ${broken.seq} (${broken.reason}): nothing is deleted`);
    return { seq: entry.seq, hash: entry.hash };
  }, start);
}

/** Deletes one batch of what is older than `before`; the number of entries that went. */
function deleteBatch(ctx: Context, before: Date): Promise<number> {
  return withTransaction(ctx, async (tx) => {
    const head = await lockHead(tx.db);
    const anchor = { seq: head.anchor_seq, hash: head.anchor_hash };
    const oldest = await store.listEntriesAfter({ kind: "all" }, tx.db, {}, anchor.seq, batchSize);
    const kept = oldest.findIndex((entry) => entry.created_at >= before);
    const due = kept === -1 ? oldest : oldest.slice(0, kept);
    if (due.length === 0) return 0;
    const end = requireWhole(due, anchor);
    await store.moveAnchor(tx.db, end.seq, end.hash);
    await recordAudit(tx, { action: letGoAction, target_type: "audit", details: describeLetGo(end, due.length) });
    return due.length;
  });
}

/** Enforces the retention that is set; does nothing where entries are kept for ever. Throws where the chain is broken. */
export async function expireAudit(ctx: Context): Promise<void> {
  const { audit_retention_days } = await readSettings(ctx.db);
  if (audit_retention_days === null) return;
  const before = new Date(ctx.clock.now() - audit_retention_days * dayMs);
  let deleted = batchSize;
  while (deleted === batchSize) deleted = await deleteBatch(ctx, before);
}
