/**
 * Rewrap: seals every stored secret again under the active key of the ring, so that an older key can be dropped. Called as a
 * job; online (rows change one at a time, only if nobody changed them meanwhile) and resumable (the rows themselves tell what
 * is left). Answers kept for idempotency keys are not rewrapped: they expire within a day.
 */
import { recordAudit } from "@/lib/audit/record";
import { getConfig } from "@/lib/config/config";
import { type Context, withTransaction } from "@/lib/context";
import type { Db } from "@/lib/db/client";
import { Prisma } from "@/lib/db/generated/client";
import { type KeyRing, type SecretPlace, seal, sealedColumns, UnsealError, unseal } from "./key-ring";

type SealedColumn = (typeof sealedColumns)[number];

export interface RewrapResult {
  rewrapped: number;
  /** Left as they are, because they cannot be opened: their key left the ring, or they were altered. */
  failed: SecretPlace[];
  /** How many secrets are not under the active key now. Zero: the older keys may be dropped. */
  remaining: number;
}

interface SealedRow {
  id: string;
  sealed: string;
}

// Table and column come from the list above, never from outside.
function namesOf({ table, field }: SealedColumn) {
  return { table: Prisma.raw(`"${table}"`), field: Prisma.raw(`"${field}"`) };
}

function outdated(column: SealedColumn, ring: KeyRing): Prisma.Sql {
  const { field } = namesOf(column);
  return Prisma.sql`${field} IS NOT NULL AND split_part(${field}, '.', 2) <> ${ring[0].id}`;
}

function findOutdated(db: Db, column: SealedColumn, ring: KeyRing, after: string, take: number): Promise<SealedRow[]> {
  const { table, field } = namesOf(column);
  return db.$queryRaw<SealedRow[]>`
    SELECT id, ${field} AS sealed FROM ${table} WHERE id > ${after} AND ${outdated(column, ring)} ORDER BY id LIMIT ${take}`;
}

async function countOutdated(db: Db, ring: KeyRing): Promise<number> {
  let count = 0;
  for (const column of sealedColumns) {
    const { table } = namesOf(column);
    const [row] = await db.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM ${table} WHERE ${outdated(column, ring)}`;
    count += row?.count ?? 0;
  }
  return count;
}

/** Replaces one ciphertext if it is still the one that was read; whoever changed it meanwhile has the last word. */
function replaceSealed(db: Db, column: SealedColumn, row: SealedRow, fresh: string): Promise<number> {
  const { table, field } = namesOf(column);
  return db.$executeRaw`UPDATE ${table} SET ${field} = ${fresh} WHERE id = ${row.id} AND ${field} = ${row.sealed}`;
}

function reseal(ring: KeyRing, place: SecretPlace, sealed: string): string | null {
  try {
    return seal(ring, place, unseal(ring, place, sealed));
  } catch (error) {
    if (error instanceof UnsealError) return null;
    throw error;
  }
}

async function rewrapColumn(
  db: Db,
  column: SealedColumn,
  ring: KeyRing,
  batch: number,
): Promise<{ rewrapped: number; failed: SecretPlace[] }> {
  const failed: SecretPlace[] = [];
  let rewrapped = 0;
  let after = "";
  for (;;) {
    const rows = await findOutdated(db, column, ring, after, batch);
    for (const row of rows) {
      const place = { table: column.table, row: row.id, field: column.field };
      const fresh = reseal(ring, place, row.sealed);
      if (fresh === null) failed.push(place);
      else rewrapped += await replaceSealed(db, column, row, fresh);
    }
    const last = rows.at(-1);
    if (!last || rows.length < batch) return { rewrapped, failed };
    after = last.id;
  }
}

/**
 * Goes once over all sealed columns, `batch` rows at a time. Safe to stop at any point, to repeat and to run in several
 * processes at once. Afterwards `remaining` counts what could not be opened and what came in meanwhile from a process that
 * still has another active key.
 */
export async function rewrapSecrets(
  ctx: Context,
  options: { batch?: number; ring?: KeyRing } = {},
): Promise<RewrapResult> {
  const { batch = 100, ring = getConfig().encryptionKeys } = options;
  const results = [];
  for (const column of sealedColumns) results.push(await rewrapColumn(ctx.db, column, ring, batch));
  const rewrapped = results.reduce((sum, result) => sum + result.rewrapped, 0);
  const failed = results.flatMap((result) => result.failed);
  const remaining = await countOutdated(ctx.db, ring);
  if (rewrapped > 0 || failed.length > 0) {
    const details = { key_id: ring[0].id, rewrapped, failed, remaining };
    await withTransaction(ctx, (tx) => recordAudit(tx, { action: "secrets.rewrapped", details }));
  }
  return { rewrapped, failed, remaining };
}
