/** Fills a migrated database with a believable organisation. `npm run seed`, bench/console and the screenshots call this. */
import type pg from "pg";
import { systemContext } from "@/lib/context";
import type { PrismaClient } from "@/lib/db/generated/client";
import { loadCatalogue } from "@/lib/providers/catalogue";
import type { KeyRing } from "@/lib/secrets/key-ring";
import { seedBudgets } from "./budgets";
import { seedKeys } from "./keys";
import { seedPeople } from "./people";
import { seedAudit, seedWebhooks } from "./records";
import { seedRefusals } from "./refusals";
import { seedRequests } from "./requests";
import { Dice, type Seed, type Sizes } from "./rows";
import { seedTraces } from "./traces";
import { seedTraffic } from "./traffic";

export interface SeedOptions {
  pool: pg.Pool;
  db: PrismaClient;
  sizes: Sizes;
  /** Seals the webhooks' secrets; without one there are no webhooks. */
  ring: KeyRing | null;
  /** Told when a step is done. */
  say?: (what: string) => void;
}

/** Why this database is not to be filled; null if it may be. Calls are never mixed with others, not even by force. */
export async function findObstacle(pool: pg.Pool, isForced: boolean): Promise<string | null> {
  const { rows } = await pool.query<{ people: bigint; has_calls: boolean }>(
    "SELECT (SELECT count(*) FROM users) AS people, EXISTS (SELECT 1 FROM usage_events) AS has_calls",
  );
  const [found] = rows;
  if (found?.has_calls) return "there are calls in this database already: take a fresh one";
  if (found && found.people > 0n && !isForced)
    return `this database holds people already, ${found.people} of them: take a fresh one, or add to it with --force`;
  return null;
}

/** The organisation, in the order in which its parts need each other. */
export async function seedOrganisation({ pool, db, sizes, ring, say = () => undefined }: SeedOptions): Promise<void> {
  const seed: Seed = { pool, sizes, now: new Date(), dice: new Dice(20261120) };
  await loadCatalogue(systemContext(db, "seed"));
  const { teams, users } = await seedPeople(seed);
  say(`${teams.length} teams and ${users.length} people`);
  const keys = await seedKeys(seed, users);
  say(`${keys.length} keys`);
  await pool.query("ANALYZE");
  await seedTraffic(seed, keys);
  say(`${sizes.events} calls with their rollups`);
  await pool.query("VACUUM ANALYZE");
  const { count, messages } = await seedBudgets(seed, teams, users, keys);
  say(`${count} budgets and ${messages.length} alerts`);
  say(`${await seedRequests(seed)} requests for more`);
  await seedTraces(seed);
  await seedRefusals(seed, keys);
  const deliveries = ring ? await seedWebhooks(seed, ring, messages, keys) : 0;
  const entries = await seedAudit(seed, teams, users, keys);
  say(`${deliveries} deliveries and ${entries} audit entries`);
  await pool.query("VACUUM ANALYZE");
}
