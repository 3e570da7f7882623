/**
 * The control plane's way to Postgres: one Prisma client per process and the transaction helper.
 * Stores, services' transactions and scripts may import this; the gateway uses lib/db/pool instead.
 */
import { PrismaPg } from "@prisma/adapter-pg";
import { type Prisma, PrismaClient } from "./generated/client";

/** A client or an open transaction: stores take either. */
export type Db = PrismaClient | Prisma.TransactionClient;

const clients = globalThis as unknown as { pllmPrisma?: { url: string; client: PrismaClient } };

export function createClient(databaseUrl: string): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: 10 }) });
}

/** The process's client, made at first use from DATABASE_URL. */
export function getDb(): PrismaClient {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set");
  if (clients.pllmPrisma?.url !== url) clients.pllmPrisma = { url, client: createClient(url) };
  return clients.pllmPrisma.client;
}

function isClient(db: Db): db is PrismaClient {
  return "$transaction" in db && typeof db.$transaction === "function";
}

/** Runs `work` in a transaction; inside one already, joins it. */
export async function inTransaction<T>(db: Db, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
  return isClient(db) ? db.$transaction(work, { timeout: 30_000, maxWait: 10_000 }) : work(db);
}
