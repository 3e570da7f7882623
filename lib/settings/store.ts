/** The one row of settings. Only lib/settings calls this. */
import type { Db } from "@/lib/db/client";
import type { Prisma, Settings } from "@/lib/db/generated/client";

const id = 1;

export function readRow(db: Db): Promise<Settings> {
  return db.settings.findUniqueOrThrow({ where: { id } });
}

/** Reads the row and keeps others from changing it until the transaction ends. */
export async function lockRow(db: Db): Promise<Settings> {
  await db.$executeRaw`SELECT id FROM settings WHERE id = ${id} FOR UPDATE`;
  return readRow(db);
}

export function writeRow(db: Db, data: Prisma.InputJsonObject, now: Date): Promise<Settings> {
  return db.settings.update({ where: { id }, data: { data, updated_at: now, version: { increment: 1 } } });
}
