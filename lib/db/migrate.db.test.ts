import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, expect, inject, test } from "vitest";
import { MigrationError, migrate } from "./migrate";
import { migrationState } from "./migration-state";
import { diffSchemas } from "./schema-engine";

const cleanups: (() => unknown)[] = [];
const projectMigrations = path.resolve("prisma/migrations");

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function query<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

async function createDatabase(): Promise<string> {
  const server = inject("postgresUrl");
  const name = `migrate_${randomBytes(6).toString("hex")}`;
  await query(`${server}/postgres`, `CREATE DATABASE ${name}`);
  cleanups.push(() => query(`${server}/postgres`, `DROP DATABASE ${name} WITH (FORCE)`));
  return `${server}/${name}`;
}

function makeMigrations(migrations: Record<string, string>): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), "pllm-migrations-"));
  cleanups.push(() => rmSync(directory, { recursive: true }));
  for (const [name, sql] of Object.entries(migrations)) addMigration(directory, name, sql);
  return directory;
}

function addMigration(directory: string, name: string, sql: string): void {
  mkdirSync(path.join(directory, name));
  writeFileSync(path.join(directory, name, "migration.sql"), sql);
}

const first = { "20250101000000_first": "CREATE TABLE one (id int PRIMARY KEY);" };
const second = { "20250102000000_second": "ALTER TABLE one ADD COLUMN name text; INSERT INTO one VALUES (1, 'a');" };

test("applies what is pending in order, names it, and has nothing to do the second time", async () => {
  const url = await createDatabase();
  const directory = makeMigrations({ ...second, ...first });
  expect(await migrationState(url, directory)).toMatchObject({
    applied: [],
    pending: ["20250101000000_first", "20250102000000_second"],
  });
  expect(await migrate(url, directory)).toEqual({ applied: ["20250101000000_first", "20250102000000_second"] });
  expect(await migrate(url, directory)).toEqual({ applied: [] });
  expect(await query(url, "SELECT * FROM one")).toEqual([{ id: 1, name: "a" }]);
  addMigration(directory, "20250103000000_third", "CREATE TABLE two (id int);");
  expect((await migrationState(url, directory)).pending).toEqual(["20250103000000_third"]);
  expect(await migrate(url, directory)).toEqual({ applied: ["20250103000000_third"] });
});

test("eight processes' worth of starts at once: each comes up, each migration is applied once", async () => {
  const url = await createDatabase();
  const directory = makeMigrations({ ...first, ...second });
  const results = await Promise.all(Array.from({ length: 8 }, () => migrate(url, directory)));
  expect(results.flatMap((result) => result.applied).sort()).toEqual(["20250101000000_first", "20250102000000_second"]);
  expect(await query(url, "SELECT count(*)::int AS count FROM one")).toEqual([{ count: 1 }]);
});

// Eleven seconds because the engine's own lock gives up after ten: only a wait of ours is longer.
test("a start waits out the long migration of another one", async () => {
  const url = await createDatabase();
  const directory = makeMigrations({ "20250101000000_long": "SELECT pg_sleep(11); CREATE TABLE late (id int);" });
  const results = await Promise.all([migrate(url, directory), migrate(url, directory)]);
  expect(results.flatMap((result) => result.applied)).toEqual(["20250101000000_long"]);
});

test("leaves no session behind, so that the database can be a template at once", async () => {
  const url = await createDatabase();
  await migrate(url, makeMigrations(first));
  const name = new URL(url).pathname.slice(1);
  const sessions = `SELECT pid FROM pg_stat_activity WHERE datname = '${name}'`;
  await expect.poll(() => query(`${inject("postgresUrl")}/postgres`, sessions)).toEqual([]);
});

test("refuses a database that is newer than the code, naming what it does not know", async () => {
  const url = await createDatabase();
  await migrate(url, makeMigrations({ ...first, ...second }));
  const older = makeMigrations(first);
  expect(await migrationState(url, older)).toMatchObject({ unknown: ["20250102000000_second"], pending: [] });
  await expect(migrate(url, older)).rejects.toThrow(MigrationError);
  await expect(migrate(url, older)).rejects.toThrow(/newer than this code: it holds 20250102000000_second/);
});

test("a migration that fails is named, and refused at every later start until it is repaired", async () => {
  const url = await createDatabase();
  const directory = makeMigrations({ ...first, "20250102000000_broken": "INSERT INTO nowhere VALUES (1);" });
  await expect(migrate(url, directory)).rejects.toThrow(/20250102000000_broken/);
  expect(await migrationState(url, directory)).toMatchObject({
    failed: ["20250102000000_broken"],
    applied: ["20250101000000_first"],
  });
  await expect(migrate(url, directory)).rejects.toThrow(/failed half-way \(20250102000000_broken\)/);
});

test("a failed start gives the lock back", async () => {
  const url = await createDatabase();
  await expect(migrate(url, makeMigrations({ "20250101000000_broken": "SELECT 1/0;" }))).rejects.toThrow(
    MigrationError,
  );
  await query(url, "DROP TABLE _prisma_migrations");
  await expect(migrate(url, makeMigrations(first))).resolves.toEqual({ applied: ["20250101000000_first"] });
});

const catalogue = {
  columns: `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' ORDER BY 1, 2`,
  constraints: `SELECT conrelid::regclass::text AS owner, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype IN ('p', 'f', 'u')
    AND conrelid::regclass::text <> '_prisma_migrations' ORDER BY 1, 2`,
};

test("the project's migrations build the tables that its schema files describe", async () => {
  const migrated = await createDatabase();
  const described = await createDatabase();
  await migrate(migrated, projectMigrations);
  const files = readdirSync("prisma/schema").filter((name) => name.endsWith(".prisma"));
  const schema = files.map((name) => ({ path: name, content: readFileSync(path.join("prisma/schema", name), "utf8") }));
  await query(described, await diffSchemas(null, schema));
  for (const statement of Object.values(catalogue)) {
    expect(await query(migrated, statement)).toEqual(await query(described, statement));
  }
  expect(await migrationState(migrated, projectMigrations)).toMatchObject({ pending: [], unknown: [], failed: [] });
});

test("the migrations apply from a copy of their directory, as in an image", async () => {
  const url = await createDatabase();
  const copy = makeMigrations({});
  cpSync(projectMigrations, copy, { recursive: true });
  expect((await migrate(url, copy)).applied.length).toBeGreaterThan(0);
});
