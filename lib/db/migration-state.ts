/**
 * What a database knows of our migrations, compared with what the code holds. Read by lib/db/migrate.ts at boot and by the
 * readiness route; it needs no schema engine, so it may be bundled anywhere.
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";

export interface MigrationState {
  /** Finished in the database, oldest first. */
  applied: string[];
  /** Held by the code and not yet finished in the database. */
  pending: string[];
  /** Finished in the database and unknown to the code: the database is newer. */
  unknown: string[];
  /** Begun in the database and never finished nor rolled back. */
  failed: string[];
}

/** Where the migrations lie, relative to the directory the server was started in. */
export const defaultMigrationsDir = path.join("prisma", "migrations");

/** Names of the migration directories under `migrationsDir`, in the order they apply in. */
export async function listMigrations(migrationsDir: string): Promise<string[]> {
  const entries = await readdir(migrationsDir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The SQL of one migration. */
export function readMigration(migrationsDir: string, name: string): Promise<string> {
  return readFile(path.join(migrationsDir, name, "migration.sql"), "utf8");
}

interface MigrationRow {
  migration_name: string;
  finished_at: Date | null;
}

/** The rows that count: rolled-back attempts are history. An absent table is an empty history. */
async function readHistory(client: pg.Client): Promise<MigrationRow[]> {
  const table = await client.query<{ name: string | null }>("SELECT to_regclass('_prisma_migrations')::text AS name");
  if (!table.rows[0]?.name) return [];
  const history = await client.query<MigrationRow>(
    "SELECT migration_name, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name",
  );
  return history.rows;
}

/** Compares over an open connection. */
export async function compareMigrations(client: pg.Client, migrationsDir: string): Promise<MigrationState> {
  const [known, history] = await Promise.all([listMigrations(migrationsDir), readHistory(client)]);
  const applied = history.filter((row) => row.finished_at !== null).map((row) => row.migration_name);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
    failed: history.filter((row) => row.finished_at === null).map((row) => row.migration_name),
  };
}

/** Compares the database at `databaseUrl` with the migrations under `migrationsDir`. Throws what pg throws when it cannot connect. */
export async function migrationState(
  databaseUrl: string,
  migrationsDir: string = defaultMigrationsDir,
): Promise<MigrationState> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return await compareMigrations(client, migrationsDir);
  } finally {
    await client.end();
  }
}
