/** A database of its own for one test file, cloned from the migrated template. Tests only. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { createClient } from "@/lib/db/client";
import type { PrismaClient } from "@/lib/db/generated/client";
import { createPool } from "@/lib/db/pool";
import { templateDatabase } from "./global-setup";

export interface TestDatabase {
  readonly url: string;
  readonly db: PrismaClient;
  readonly pool: pg.Pool;
}

async function runOnServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${inject("postgresUrl")}/postgres` });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Clones the template; the caller ends what it opens and calls `drop`. */
export async function cloneDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  await runOnServer(`CREATE DATABASE ${name} TEMPLATE ${templateDatabase}`);
  return { url: `${inject("postgresUrl")}/${name}`, drop: () => runOnServer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/** Call at the top of a test file: the database exists from `beforeAll` on and goes after the file's last test. */
export function openTestDatabase(): TestDatabase {
  let opened: { url: string; db: PrismaClient; pool: pg.Pool; drop(): Promise<void> } | undefined;
  beforeAll(async () => {
    const clone = await cloneDatabase();
    process.env.DATABASE_URL = clone.url;
    opened = { ...clone, db: createClient(clone.url), pool: createPool(clone.url) };
  });
  afterAll(async () => {
    await opened?.db.$disconnect();
    await opened?.pool.end();
    await opened?.drop();
  });
  const get = () => {
    if (!opened) throw new Error("the test database is there from beforeAll on");
    return opened;
  };
  return {
    get url() {
      return get().url;
    },
    get db() {
      return get().db;
    },
    get pool() {
      return get().pool;
    },
  };
}
