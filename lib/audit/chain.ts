/** The chain of the audit log: what makes two entries follow each other, and what retention leaves in it. Pure. */
import { z } from "zod";
import type { AuditEntry } from "@/lib/db/generated/client";
import { type HashedEntry, hashEntry } from "./record";
import type { BreakReason } from "./schema";

export interface ChainEnd {
  seq: bigint;
  hash: string;
}

/** Where the very first entry follows. */
export const chainStart: ChainEnd = { seq: 0n, hash: "" };

export interface Break {
  seq: number;
  id: string | null;
  reason: BreakReason;
}

/** What is wrong with an entry that should follow `end`; null if nothing is. */
export function findBreak(entry: AuditEntry, end: ChainEnd): Break | null {
  const expected = end.seq + 1n;
  if (entry.seq !== expected) return { seq: Number(expected), id: null, reason: "missing" };
  if (hashEntry(end.hash, entry as HashedEntry) === entry.hash) return null;
  return { seq: Number(entry.seq), id: entry.id, reason: "altered" };
}

/** The action of the entry that tells what was let go: without it a chain that begins late is a chain that was cut. */
export const letGoAction = "audit.expired";

const letGoDetails = z.object({ through_seq: z.int(), through_hash: z.string() });

/** What such an entry says, as `recordAudit` takes it. */
export function describeLetGo({ seq, hash }: ChainEnd, deleted: number): Record<string, unknown> {
  return { through_seq: Number(seq), through_hash: hash, deleted };
}

/** The last entry that was let go according to this one; null where it tells of something else. */
export function readLetGo(entry: Pick<AuditEntry, "action" | "details">): ChainEnd | null {
  if (entry.action !== letGoAction) return null;
  const details = letGoDetails.safeParse(entry.details);
  return details.success ? { seq: BigInt(details.data.through_seq), hash: details.data.through_hash } : null;
}
