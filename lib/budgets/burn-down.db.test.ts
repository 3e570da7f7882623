import { beforeAll, describe, expect, test } from "vitest";
import { projectExhaustion } from "@/lib/alerts/alert-data";
import { type Context, systemContext } from "@/lib/context";
import { ensurePeriods } from "@/lib/db/budget-periods";
import type { Budget, Team, User } from "@/lib/db/generated/client";
import type { UsageEventRow } from "@/lib/gateway/meter/event";
import { recordUsage } from "@/lib/gateway/meter/write";
import { newId } from "@/lib/ids";
import { formatUsd } from "@/lib/money";
import { type PeriodKind, periodAt } from "@/lib/periods";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeAlert } from "@/lib/testing/ledger-rows";
import { makeEvent, seededRandom } from "@/lib/testing/usage-seed";
import { getBurnDown } from "./burn-down";

const t = openTestDatabase();
// Past the clock change of New York, in the middle of an hour, a week and a month.
const now = Date.parse("2026-03-18T15:45:12.345Z");
const dayMs = 86_400_000;
const random = seededRandom(9);
const below = (limit: number) => Math.floor(random() * limit);
const events: UsageEventRow[] = [];
const limitNano = 400_000_000_000n;

let root: Team;
let child: Team;
let ada: User;
const keys = { shared: "", delegated: "", guest: "" };

beforeAll(async () => {
  root = await makeTeam(t.db);
  child = await makeTeam(t.db, { parent_id: root.id });
  ada = await makeUser(t.db);
  await makeMember(t.db, root, ada);
  keys.shared = (await makeKey(t.db, { type: "team", team_id: root.id })).key.id;
  keys.delegated = (await makeKey(t.db, { user_id: ada.id, team_id: child.id, parent_key_id: keys.shared })).key.id;
  keys.guest = (await makeKey(t.db, { type: "virtual", team_id: child.id, parent_key_id: keys.delegated })).key.id;
  const callers = [
    { key_id: keys.shared, team_path: [root.id] },
    { key_id: keys.delegated, user_id: ada.id, team_path: [root.id, child.id] },
    { key_id: keys.guest, team_path: [root.id, child.id] },
    { key_id: null, user_id: ada.id, team_path: [] },
    { key_id: null, team_path: [newId("team")] },
  ];
  for (let i = 0; i < 600; i++) {
    const ago = i % 3 === 0 ? below(2 * dayMs) : below(100 * dayMs);
    const cost_nano = BigInt(1 + below(2 ** 30));
    events.push(makeEvent({ ...callers[i % callers.length], started_at: new Date(now - ago), cost_nano }));
  }
  for (let first = 0; first < events.length; first += 200) await recordUsage(t.pool, events.slice(first, first + 200));
});

const scopes: Record<string, { id: () => string; counts: (event: UsageEventRow) => boolean }> = {
  key: { id: () => keys.shared, counts: ({ key_id }) => key_id !== null && Object.values(keys).includes(key_id) },
  user: { id: () => ada.id, counts: ({ user_id }) => user_id === ada.id },
  team: { id: () => root.id, counts: ({ team_path }) => team_path.includes(root.id) },
  member: {
    id: () => `${child.id}/${ada.id}`,
    counts: ({ user_id, team_path }) => user_id === ada.id && team_path.includes(child.id),
  },
};
const zones = ["UTC", "America/New_York", "Asia/Kolkata"];
const kinds: [PeriodKind, string][] = [
  ["daily", "hour"],
  ["weekly", "hour"],
  ["monthly", "day"],
  ["yearly", "day"],
  ["total", "day"],
];
const cases = Object.keys(scopes).flatMap((scope) =>
  kinds.flatMap(([period, step]) => zones.map((timezone) => ({ scope, period, step, timezone }))),
);

const context = (nowMs = now): Context => systemContext(t.db, "test", { now: () => nowMs });

async function makeBudget(scope: string, period: PeriodKind, timezone: string, atMs = now): Promise<Budget> {
  const budget = await t.db.budget.create({
    data: {
      id: newId("budget"),
      scope_type: scope,
      scope_id: scopes[scope]?.id() ?? "",
      limit_nano: limitNano,
      period,
      timezone,
      thresholds: [50, 100],
    },
  });
  const { start, end } = periodAt(period, timezone, atMs);
  const { id, scope_type, scope_id } = budget;
  await ensurePeriods(
    (text, params) => t.pool.query(text, params),
    [{ budget_id: id, scope_type, scope_id, period_start: start, period_end: end }],
  );
  return budget;
}

describe("the points of a period", () => {
  test.each(cases)("of a $period budget on a $scope in $timezone are what was spent by then", async (one) => {
    const { scope, period, step, timezone } = one;
    const budget = await makeBudget(scope, period, timezone);
    const { start, end } = periodAt(period, timezone, now);
    const found = await getBurnDown(context(), budget.id, {});
    const mine = events.filter((event) => scopes[scope]?.counts(event) && event.started_at >= start);
    const spentBy = (ms: number) =>
      mine.filter((event) => event.started_at.getTime() < ms).reduce((sum, event) => sum + event.cost_nano, 0n);
    const account = await t.db.budgetPeriod.findFirstOrThrow({ where: { budget_id: budget.id } });
    const points = found.points.map(({ time, spent_usd }) => ({ ms: new Date(time).getTime(), spent_usd }));

    expect(found).toMatchObject({
      step,
      period_start: start,
      period_end: end,
      spent_usd: formatUsd(account.spent_nano),
    });
    expect(points.length).toBeGreaterThan(10);
    expect(points.at(-1)).toEqual({ ms: now, spent_usd: found.spent_usd });
    // All but the last, which is the account's: at their own instant, to the nano-dollar.
    for (const { ms, spent_usd } of points) expect(spent_usd).toBe(formatUsd(spentBy(ms)));
    const gaps = points.slice(1).map(({ ms }, index) => ms - (points[index]?.ms ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(step === "hour" ? 3_600_000 : 25 * 3_600_000);
    if (period !== "total") expect(points[0]).toEqual({ ms: start.getTime(), spent_usd: "0.00" });
  });

  test("of a period that is over end with it, and lead nowhere", async () => {
    const before = Date.parse("2026-02-10T00:00:00Z");
    const budget = await makeBudget("team", "monthly", "UTC", before);
    const { start, end } = periodAt("monthly", "UTC", before);
    const found = await getBurnDown(context(), budget.id, { period_start: start.toISOString() });
    const account = await t.db.budgetPeriod.findFirstOrThrow({ where: { budget_id: budget.id, period_start: start } });
    expect(found).toMatchObject({ period_start: start, period_end: end, forecast: null });
    expect(found.points.at(-1)).toEqual({ time: end, spent_usd: formatUsd(account.spent_nano) });
    expect(found.points).toHaveLength(29);
  });

  test("of a period in which nothing has happened yet are the line at zero", async () => {
    const budget = await makeBudget("user", "daily", "UTC");
    const later = now + 40 * dayMs;
    const found = await getBurnDown(context(later), budget.id, {});
    expect(found.spent_usd).toBe("0.00");
    expect(found.points.every(({ spent_usd }) => spent_usd === "0.00")).toBe(true);
    expect(found.forecast).toEqual({ spent_usd: "0.00", exhausted_at: null });
  });

  test("of a total on which nothing was ever spent are none", async () => {
    const budget = await t.db.budget.create({
      data: { id: newId("budget"), scope_type: "user", scope_id: newId("user"), limit_nano: 1n, period: "total" },
    });
    expect(await getBurnDown(context(), budget.id, {})).toMatchObject({ points: [], ideal: [], forecast: null });
  });
});

test("the ideal line and the forecast are those of the limit, by the rule of alerts; the alerts are those of the period", async () => {
  const budget = await makeBudget("team", "monthly", "America/New_York");
  const period = periodAt("monthly", "America/New_York", now);
  const { start, end } = period;
  const alert = await makeAlert(t.db, budget, 50);
  const fired = await t.db.alert.update({ where: { id: alert.id }, data: { period_start: start } });
  const other = await makeAlert(t.db, budget, 100);
  await t.db.alert.update({ where: { id: other.id }, data: { period_start: new Date(0) } });
  const { spent_nano } = await t.db.budgetPeriod.findFirstOrThrow({ where: { budget_id: budget.id } });
  const found = await getBurnDown(context(), budget.id, {});
  const [elapsed, length] = [BigInt(now - start.getTime()), BigInt((end?.getTime() ?? 0) - start.getTime())];
  expect(found).toMatchObject({
    limit_usd: "400.00",
    ideal: [
      { time: start, spent_usd: "0.00" },
      { time: end, spent_usd: "400.00" },
    ],
    forecast: {
      spent_usd: formatUsd((spent_nano * length) / elapsed),
      exhausted_at: projectExhaustion(period, limitNano, spent_nano, now),
    },
    alerts: [{ id: fired.id, threshold: 50, created_at: fired.created_at }],
  });
});

test("a period_start that begins no period of the budget is refused with the one that holds it, and so is the future", async () => {
  const budget = await makeBudget("team", "monthly", "UTC");
  const ask = (period_start: string) => getBurnDown(context(), budget.id, { period_start });
  await expect(ask("2026-03-02T00:00:00Z")).rejects.toMatchObject({
    code: "invalid_input",
    fields: [{ path: "period_start", message: expect.stringContaining("2026-03-01T00:00:00.000Z") }],
  });
  await expect(ask("2026-04-01T00:00:00Z")).rejects.toMatchObject({
    code: "invalid_input",
    fields: [{ path: "period_start", message: "has not come yet" }],
  });
});

test("a budget that the caller may not see is not there", async () => {
  const budget = await makeBudget("user", "monthly", "UTC");
  const authority = { role: "user" as const, userId: "usr_other", teamRoles: new Map(), scopes: null };
  const stranger: Context = { ...context(), principal: { kind: "key", id: "key_test", name: "test", authority } };
  await expect(getBurnDown(stranger, budget.id, {})).rejects.toMatchObject({ code: "not_found" });
  await expect(getBurnDown(context(), newId("budget"), {})).rejects.toMatchObject({ code: "not_found" });
});
