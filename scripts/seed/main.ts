/**
 * `npm run seed -- --keys 5000 --users 400 --teams 60 --events 200000 [--force]`: fills the database of DATABASE_URL, or the embedded one
 * under PLLM_HOME, with a believable organisation: a tree of teams, people, keys, ninety days of calls, budgets on every level, alerts,
 * webhooks with deliveries, an audit log. Nobody knows the secrets of its keys; sign in with the master key.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedPostgres } from "@/lib/boot/embedded-postgres";
import { ensureSecrets } from "@/lib/boot/secrets";
import { loadConfig } from "@/lib/config/config";
import { readKeyRing } from "@/lib/config/key-ring";
import { createClient } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { createPool } from "@/lib/db/pool";
import type { KeyRing } from "@/lib/secrets/key-ring";
import type { Sizes } from "./rows";
import { findObstacle, seedOrganisation } from "./seed";

const usage = `npm run seed -- [--keys 5000] [--users 400] [--teams 60] [--events 200000] [--force]

Fills the database of DATABASE_URL, or the embedded one under PLLM_HOME, with a believable organisation.
  --keys, --users, --teams, --events   how many of each; above are the defaults
  --force                              also where there are people in it already
  --help                               this`;

/** Null where only the options are asked for. */
function readArguments(): { sizes: Sizes; isForced: boolean } | null {
  const { values } = parseArgs({
    options: {
      keys: { type: "string", default: "5000" },
      users: { type: "string", default: "400" },
      teams: { type: "string", default: "60" },
      events: { type: "string", default: "200000" },
      force: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return null;
  const read = (name: "keys" | "users" | "teams" | "events"): number => {
    if (!/^[1-9]\d{0,8}$/.test(values[name])) throw new Error(`--${name} must be a whole number from 1 on\n${usage}`);
    return Number(values[name]);
  };
  return {
    sizes: { keys: read("keys"), users: read("users"), teams: read("teams"), events: read("events") },
    isForced: values.force,
  };
}

interface Target {
  url: string;
  ring: KeyRing | null;
  describe: string;
  stop(): Promise<void>;
}

/** The database that a server started here would take; one that DATABASE_URL names needs nothing else of a server's settings. */
async function openTarget(): Promise<Target> {
  const { DATABASE_URL, ENCRYPTION_KEYS } = process.env;
  const config = DATABASE_URL ? null : loadConfig(process.env, { cwd: process.cwd() });
  const url = DATABASE_URL ?? config?.databaseUrl;
  if (config && !url) {
    const database = await startEmbeddedPostgres(config.home);
    const ring = config.encryptionKeys ?? readKeyRing(ensureSecrets(config.home, ["encryption_keys"]).encryption_keys);
    const describe = `the embedded database in ${config.home}`;
    return { url: database.url, ring, describe, stop: () => database.stop() };
  }
  if (!url) throw new Error("no database is configured");
  const { hostname, port, pathname } = new URL(url);
  const ring = config?.encryptionKeys ?? (ENCRYPTION_KEYS ? readKeyRing(ENCRYPTION_KEYS) : null);
  return { url, ring, describe: `${hostname}${port && `:${port}`}${pathname}`, stop: async () => undefined };
}

async function fill(target: Target, sizes: Sizes, isForced: boolean): Promise<void> {
  await migrate(target.url, path.resolve("prisma/migrations"));
  const [pool, db] = [createPool(target.url), createClient(target.url)];
  try {
    const obstacle = await findObstacle(pool, isForced);
    if (obstacle) throw new Error(obstacle);
    const startedAt = performance.now();
    const say = (what: string) =>
      console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${what}`);
    if (!target.ring) console.log("ENCRYPTION_KEYS is not set: there will be no webhooks");
    await seedOrganisation({ pool, db, sizes, ring: target.ring, say });
  } finally {
    await db.$disconnect();
    await pool.end();
  }
}

async function run(): Promise<void> {
  const asked = readArguments();
  if (!asked) return console.log(usage);
  const target = await openTarget();
  console.log(`seeding ${target.describe}`);
  try {
    await fill(target, asked.sizes, asked.isForced);
  } finally {
    await target.stop();
  }
}

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
