/**
 * Brings a database to the schema of this code. Called at boot by server.ts and by the test harness, before anything
 * else touches the database. Migrations are in Prisma's format, so `prisma migrate deploy` agrees elsewhere.
 */
import path from "node:path";
import type { MigrationList } from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";
import { compareMigrations, listMigrations, type MigrationState, readMigration } from "./migration-state";
import { noExternalTables, openSchemaEngine } from "./schema-engine";

/** A database that this code must not run on; the message is fit for an operator. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/** Any constant that nothing else in the database locks; the engine's own lock is another one. */
const lockKey = "7042185312906113";
const lockTimeout = "180s";
const leastServerVersion = 150_000;

async function readMigrationList(migrationsDir: string): Promise<MigrationList> {
  const names = await listMigrations(migrationsDir);
  return {
    baseDir: path.resolve(migrationsDir),
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: "migration.sql",
          content: { tag: "ok" as const, value: await readMigration(migrationsDir, name) },
        },
      })),
    ),
  };
}

function refuseUnusable(state: MigrationState): void {
  if (state.failed.length > 0) {
    throw new MigrationError(
      `the database holds a migration that failed half-way (${state.failed.join(", ")}): repair it by hand or restore a ` +
        "backup, then mark it with `prisma migrate resolve`",
    );
  }
  if (state.unknown.length > 0) {
    throw new MigrationError(
      `the database is newer than this code: it holds ${state.unknown.join(", ")}, which this version does not know. ` +
        "Start a newer version, or restore a backup made by this one",
    );
  }
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const result = await client.query<{ number: number; version: string }>(
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version",
  );
  const server = result.rows[0];
  if (server && server.number >= leastServerVersion) return;
  throw new MigrationError(`the database server is PostgreSQL ${server?.version}: version 15 or newer is needed`);
}

async function applyPending(databaseUrl: string, migrationsDir: string): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    const migrationsList = await readMigrationList(migrationsDir);
    const engine = await openSchemaEngine(pool);
    try {
      const result = await engine.applyMigrations({ migrationsList, filters: noExternalTables });
      return result.appliedMigrationNames;
    } finally {
      engine.free();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`a migration failed: ${reason}`, { cause: error });
  } finally {
    await pool.end();
  }
}

/**
 * Applies what is pending, in order, and answers the names. Processes that start together take turns by a session-level
 * advisory lock, so the later ones find nothing to do.
 * Throws MigrationError where the server is too old, the database is newer than the code, holds a failed migration or refuses one.
 */
export async function migrate(databaseUrl: string, migrationsDir: string): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  // A connection that breaks while the engine works must not end the process; the next query reports it.
  client.on("error", () => undefined);
  await client.connect();
  try {
    await refuseOldServer(client);
    await client.query(`SET lock_timeout = '${lockTimeout}'`);
    await client.query("SELECT pg_advisory_lock($1::bigint)", [lockKey]);
    const state = await compareMigrations(client, migrationsDir);
    refuseUnusable(state);
    if (state.pending.length === 0) return { applied: [] };
    return { applied: await applyPending(databaseUrl, migrationsDir) };
  } finally {
    // Closing the session gives the lock back, also after an error.
    await client.end();
  }
}
