/** How the seed writes rows, and its dice: the same seed makes the same organisation. Only scripts/seed calls this. */
import type pg from "pg";
import { seededRandom } from "@/lib/testing/usage-seed";

const batch = 5_000;

function toText(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Inserts rows that all have the same fields; the table itself says of what type each is. */
export async function insertRows(
  client: pg.Pool | pg.ClientBase,
  table: string,
  rows: readonly object[],
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const names = Object.keys(first)
    .map((name) => `"${name}"`)
    .join(", ");
  const text = `INSERT INTO ${table} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${table}, $1::json)`;
  for (let start = 0; start < rows.length; start += batch)
    await client.query(text, [JSON.stringify(rows.slice(start, start + batch), toText)]);
}

export class Dice {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** In [0, 1). */
  share(): number {
    return this.random();
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  /** One of the pairs' values, each as likely as its weight. */
  weighted<T>(pairs: readonly [readonly [T, number], ...(readonly [T, number])[]]): T {
    let rest = this.random() * pairs.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of pairs) {
      rest -= weight;
      if (rest < 0) return value;
    }
    return pairs[0][0];
  }
}

/** What everybody here is given: where to write, how many to make, when it is, and the dice. */
export interface Seed {
  pool: pg.Pool;
  sizes: Sizes;
  now: Date;
  dice: Dice;
}

export interface Sizes {
  teams: number;
  users: number;
  keys: number;
  events: number;
  /** Entries of the audit log, deliveries, and requests for more on a budget; absent: a few. */
  audit?: number;
  deliveries?: number;
  requests?: number;
}

export const dayMs = 86_400_000;
/** How far back calls go. */
export const historyDays = 90;

export function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * dayMs);
}
