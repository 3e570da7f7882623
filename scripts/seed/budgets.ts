/**
 * Budgets on every level with limits that fit what was spent, their accounts, and the alerts of those that are near or over. Only
 * scripts/seed calls this.
 */
import { buildAlertData, crossedThresholds, eventTypeOf } from "@/lib/alerts/alert-data";
import { ensurePeriods, type PeriodKey } from "@/lib/db/budget-periods";
import { newId } from "@/lib/ids";
import { type PeriodKind, periodAt } from "@/lib/periods";
import type { SeedKey } from "./keys";
import type { SeedTeam, SeedUser } from "./people";
import { dayMs, daysBefore, insertRows, type Seed } from "./rows";

const nanoPerUsd = 1_000_000_000n;

interface SeedBudget {
  id: string;
  scope_type: "team" | "user" | "member" | "key";
  scope_id: string;
  scope_name: string;
  limit_nano: bigint;
  period: PeriodKind;
  timezone: string;
  hard: boolean;
  thresholds: number[];
  created_at: Date;
}

export interface SeedMessage {
  id: string;
  type: string;
  data: object;
  created_at: Date;
}

const zones = [
  ["UTC", 70],
  ["Europe/Berlin", 18],
  ["America/New_York", 8],
  ["Asia/Tokyo", 4],
] as const;

type Scope = Pick<SeedBudget, "scope_type" | "scope_id" | "scope_name">;

function planBudget(seed: Seed, scope: Scope, period: PeriodKind): SeedBudget {
  const { dice, now } = seed;
  const created_at = daysBefore(now, 100 + dice.share() * 200);
  const timezone = dice.weighted(zones);
  const hard = dice.chance(0.75);
  const thresholds = [50, 75, 90, 100];
  return {
    id: newId("budget", created_at.getTime()),
    ...scope,
    limit_nano: 0n,
    period,
    timezone,
    hard,
    thresholds,
    created_at,
  };
}

function planBudgets(
  seed: Seed,
  teams: readonly SeedTeam[],
  users: readonly SeedUser[],
  keys: readonly SeedKey[],
): SeedBudget[] {
  const { dice } = seed;
  const periodOf = () =>
    dice.weighted([
      ["monthly", 80],
      ["weekly", 12],
      ["daily", 8],
    ] as const);
  const onTeams = teams
    .filter((team) => team.depth < 2 || dice.chance(0.75))
    .map((team) =>
      planBudget(
        seed,
        { scope_type: "team", scope_id: team.id, scope_name: team.name },
        team.depth < 3 ? "monthly" : periodOf(),
      ),
    );
  const onUsers = users
    .filter(() => dice.chance(0.3))
    .map((user) => planBudget(seed, { scope_type: "user", scope_id: user.id, scope_name: user.email }, periodOf()));
  const onMembers = users.flatMap((user) => {
    const [team] = user.teams;
    if (!team || !dice.chance(0.1)) return [];
    return [
      planBudget(
        seed,
        { scope_type: "member", scope_id: `${team.id}/${user.id}`, scope_name: `${team.name} / ${user.email}` },
        "monthly",
      ),
    ];
  });
  const onKeys = keys
    .filter((key) => key.isLive && (key.type === "virtual" || dice.chance(0.1)))
    .map((key) =>
      planBudget(
        seed,
        { scope_type: "key", scope_id: key.id, scope_name: key.name },
        key.type === "virtual" ? "total" : periodOf(),
      ),
    );
  return [...onTeams, ...onUsers, ...onMembers, ...onKeys];
}

function periodsOf({ now }: Seed, budget: SeedBudget): PeriodKey[] {
  const keyAt = (atMs: number): PeriodKey => {
    const { start, end } = periodAt(budget.period, budget.timezone, atMs);
    const { scope_type, scope_id } = budget;
    return { budget_id: budget.id, scope_type, scope_id, period_start: start, period_end: end };
  };
  const current = keyAt(now.getTime());
  const isLarge = budget.scope_type === "team" && budget.period !== "total";
  if (!isLarge) return [current];
  const before = keyAt(current.period_start.getTime() - dayMs);
  return [current, before, keyAt(before.period_start.getTime() - dayMs)];
}

const accountsBatch = 500;

async function openAccounts(seed: Seed, budgets: readonly SeedBudget[]): Promise<void> {
  const periods = budgets.flatMap((budget) => periodsOf(seed, budget));
  const client = await seed.pool.connect();
  try {
    await client.query("SET random_page_cost = 1.1; SET work_mem = '64MB'; SET jit = off");
    for (let start = 0; start < periods.length; start += accountsBatch)
      await ensurePeriods((text, params) => client.query(text, params), periods.slice(start, start + accountsBatch));
  } finally {
    client.release(true);
  }
}

const leastNano = nanoPerUsd / 10n;

/** To a figure that a person would have chosen: two leading digits. */
function roundAmount(nano: bigint): bigint {
  if (nano < leastNano) return leastNano;
  const step = 10n ** BigInt(nano.toString().length - 2);
  return ((nano + step - 1n) / step) * step;
}

/** How much of the limit is used up, in percent: most have room, some are near, a few over. Of a hard one hardly more than all. */
function usedPercent({ dice }: Seed, hard: boolean): number {
  const [from, to] = dice.weighted([
    [[5, 60], 78],
    [[60, 80], 11],
    [[80, 97], 7],
    [hard ? [97, 100] : [101, 140], 4],
  ] as const);
  return from + dice.share() * (to - from);
}

interface SpentRow {
  budget_id: string;
  period_start: Date;
  spent_nano: string;
}

async function setLimits(seed: Seed, budgets: readonly SeedBudget[]): Promise<Map<string, bigint>> {
  const { rows } = await seed.pool.query<SpentRow>(
    "SELECT DISTINCT ON (budget_id) budget_id, period_start, spent_nano::text FROM budget_periods ORDER BY budget_id, period_start DESC",
  );
  const spentBy = new Map(rows.map((row) => [row.budget_id, BigInt(row.spent_nano)]));
  for (const budget of budgets) {
    const spent = spentBy.get(budget.id) ?? 0n;
    const wanted = (spent * 10_000n) / BigInt(Math.max(1, Math.round(usedPercent(seed, budget.hard) * 100)));
    budget.limit_nano = spent === 0n ? BigInt(seed.dice.pick([5, 10, 20, 50])) * nanoPerUsd : roundAmount(wanted);
  }
  await seed.pool.query(
    "UPDATE budgets b SET limit_nano = l.nano FROM unnest($1::text[], $2::bigint[]) AS l(id, nano) WHERE b.id = l.id",
    [budgets.map((budget) => budget.id), budgets.map((budget) => budget.limit_nano.toString())],
  );
  return spentBy;
}

interface Announcement {
  alert: {
    id: string;
    budget_id: string;
    period_start: Date;
    threshold: number;
    message_id: string;
    data: object;
    created_at: Date;
  };
  message: SeedMessage;
}

/** The alerts of a budget's current period, spread over the time since its start as if spending had grown evenly. */
function announce(seed: Seed, budget: SeedBudget, spentNano: bigint): Announcement[] {
  const period = periodAt(budget.period, budget.timezone, seed.now.getTime());
  const startMs = Math.max(period.start.getTime(), seed.now.getTime() - 80 * dayMs);
  return crossedThresholds(budget.thresholds, budget.limit_nano, -1n, spentNano).map((threshold) => {
    const reached = (budget.limit_nano * BigInt(threshold)) / 100n;
    const share = spentNano === 0n ? 0 : Number((reached * 1_000n) / spentNano) / 1_000;
    const created_at = new Date(startMs + Math.min(1, share) * (seed.now.getTime() - startMs));
    const [id, message_id] = [newId("alert", created_at.getTime()), newId("message", created_at.getTime())];
    const data = buildAlertData({
      alertId: id,
      threshold,
      budget: { id: budget.id, limitNano: budget.limit_nano, period: budget.period, hard: budget.hard },
      period,
      scope: { type: budget.scope_type, id: budget.scope_id, name: budget.scope_name },
      spentNano: reached,
      heldNano: 0n,
      nowMs: created_at.getTime(),
    });
    return {
      alert: { id, budget_id: budget.id, period_start: period.start, threshold, message_id, data, created_at },
      message: { id: message_id, type: eventTypeOf(threshold), data, created_at },
    };
  });
}

/** The budgets, and the messages of their alerts. Calls have to be there: limits are chosen by them. */
export async function seedBudgets(
  seed: Seed,
  teams: readonly SeedTeam[],
  users: readonly SeedUser[],
  keys: readonly SeedKey[],
): Promise<{ count: number; messages: SeedMessage[] }> {
  const budgets = planBudgets(seed, teams, users, keys);
  await insertRows(
    seed.pool,
    "budgets",
    budgets.map(({ scope_name: _name, ...budget }) => ({ ...budget, updated_at: budget.created_at, version: 1 })),
  );
  await openAccounts(seed, budgets);
  const spentBy = await setLimits(seed, budgets);
  const announced = budgets.flatMap((budget) => announce(seed, budget, spentBy.get(budget.id) ?? 0n));
  const messages = announced.map(({ message }) => message);
  await insertRows(seed.pool, "messages", messages);
  await insertRows(
    seed.pool,
    "alerts",
    announced.map(({ alert }) => alert),
  );
  return { count: budgets.length, messages };
}
