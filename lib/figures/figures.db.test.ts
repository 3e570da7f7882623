import { beforeAll, describe, expect, test } from "vitest";
import { percentOf, projectExhaustion, remainingOf } from "@/lib/alerts/alert-data";
import { type Authority, covers, reachOf, type TeamRole } from "@/lib/authz/permissions";
import { listBudgetsQuery } from "@/lib/budgets/schema";
import { listBudgets } from "@/lib/budgets/service";
import { type Context, systemContext } from "@/lib/context";
import { ensurePeriods } from "@/lib/db/budget-periods";
import type { Budget, Key, Team, User } from "@/lib/db/generated/client";
import type { UsageEventRow } from "@/lib/gateway/meter/event";
import { recordUsage } from "@/lib/gateway/meter/write";
import { listKeysQuery } from "@/lib/keys/schema";
import { getKey, listKeys } from "@/lib/keys/service";
import { formatUsd, parseUsd } from "@/lib/money";
import { type PeriodKind, periodAt } from "@/lib/periods";
import { listTeamsQuery } from "@/lib/teams/schema";
import { getTeam, listTeams } from "@/lib/teams/service";
import { auditBooks } from "@/lib/testing/books";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeEvent, seededRandom } from "@/lib/testing/usage-seed";
import { listUsersQuery } from "@/lib/users/schema";
import { getUser, listUsers } from "@/lib/users/service";

const t = openTestDatabase();
const now = Date.parse("2026-04-20T15:45:12.345Z");
const monthStart = Date.parse("2026-04-01T00:00:00Z");
const dayStart = Date.parse("2026-04-19T16:00:00Z");
const dayMs = 86_400_000;
const random = seededRandom(4);
const below = (limit: number) => Math.floor(random() * limit);
const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;

const teams: Team[] = [];
const users: User[] = [];
const keys: Key[] = [];
const places: { teamId: string; userId: string }[] = [];
const events: UsageEventRow[] = [];
let budgets: Budget[] = [];

const periods = ["total", "daily", "weekly", "monthly", "yearly"] as const;
const zones = ["UTC", "Asia/Tokyo", "America/New_York"];

async function makeRandomBudget(
  scope_type: string,
  scope_id: string,
  fields: Partial<Pick<Budget, "limit_nano" | "period" | "timezone" | "thresholds" | "hard">> = {},
): Promise<void> {
  const id = `bud_${String(budgets.length).padStart(26, "0")}`;
  budgets.push(
    await t.db.budget.create({
      data: {
        id,
        scope_type,
        scope_id,
        // Now and then nothing at all, and amounts whose product with 10,000 no bigint holds.
        limit_nano: pick([0n, 1_000_000_000n, 20_000_000_000n, 300_000_000_000n, 5_000_000_000_000_000_000n]),
        period: pick(periods),
        timezone: pick(zones),
        thresholds: pick([[], [50, 100], [90], [1]]),
        hard: pick([true, true, false]),
        ...fields,
      },
    }),
  );
}

function periodKey(budget: Budget) {
  const { start, end } = periodAt(budget.period as PeriodKind, budget.timezone, now);
  const { scope_type, scope_id } = budget;
  return { budget_id: budget.id, scope_type, scope_id, period_start: start, period_end: end };
}

beforeAll(async () => {
  const root = await makeTeam(t.db);
  teams.push(root, await makeTeam(t.db));
  for (let i = 0; i < 3; i++) teams.push(await makeTeam(t.db, { parent_id: root.id }));
  for (let i = 0; i < 4; i++) teams.push(await makeTeam(t.db, { parent_id: teams[2 + (i % 3)]?.id ?? null }));
  for (let i = 0; i < 7; i++) {
    const user = await makeUser(t.db);
    users.push(user);
    for (const team of new Set([pick(teams), pick(teams)])) {
      await makeMember(t.db, team, user);
      places.push({ teamId: team.id, userId: user.id });
    }
  }
  for (let i = 0; i < 24; i++) {
    const parent = i % 4 === 3 ? keys[i - 1] : undefined;
    const user = i % 5 === 4 ? null : pick(users);
    const fields = { user_id: user?.id ?? null, team_id: parent?.team_id ?? (i % 6 === 5 ? null : pick(teams).id) };
    keys.push(
      (await makeKey(t.db, { type: user ? "user" : "team", ...fields, parent_key_id: parent?.id ?? null })).key,
    );
  }
  for (let i = 0; i < 500; i++) {
    const key = i % 25 === 0 ? undefined : pick(keys);
    // Some calls were made while the key's team stood elsewhere in the tree.
    const team = teams.find((one) => one.id === key?.team_id);
    const former = teams[1]?.id ?? "";
    const path = team ? (i % 11 === 0 && team.id !== former ? [former, team.id] : team.path) : [];
    const event = makeEvent({
      started_at: new Date(i % 7 === 0 ? now - below(2 * dayMs) : now - below(60 * dayMs)),
      key_id: key?.id ?? null,
      user_id: key?.user_id ?? null,
      team_path: path,
      cost_nano: BigInt(1 + below(2 ** 30)),
    });
    events.push(event);
  }
  for (const [index, at] of [monthStart, monthStart - 1, dayStart, dayStart - 1].entries())
    events.push(makeEvent({ started_at: new Date(at), key_id: keys[index]?.id ?? null, cost_nano: 10n ** 15n }));
  await recordUsage(t.pool, events);

  for (const team of teams.slice(0, 6)) await makeRandomBudget("team", team.id);
  for (const team of teams.slice(0, 6)) await makeRandomBudget("team", team.id);
  for (const user of users.slice(0, 4)) await makeRandomBudget("user", user.id);
  for (const key of keys.slice(0, 10)) await makeRandomBudget("key", key.id);
  for (const user of users.slice(2)) await makeRandomBudget("member", `${pick(teams).id}/${user.id}`);
  // On the edge: two thirds of the month have gone, so half as much again is spent just about when it ends.
  const [caller] = events.filter((event) => event.user_id !== null && event.started_at.getTime() >= monthStart);
  const spent = events
    .filter((event) => event.user_id === caller?.user_id && event.started_at.getTime() >= monthStart)
    .reduce((sum, event) => sum + event.cost_nano, 0n);
  for (const percent of [110n, 150n, 152n, 153n, 155n, 200n])
    await makeRandomBudget("user", caller?.user_id ?? "", {
      limit_nano: (spent * percent) / 100n,
      period: "monthly",
      timezone: "UTC",
      thresholds: [],
    });
  await ensurePeriods((text, params) => t.pool.query(text, params), budgets.map(periodKey));
  budgets = await t.db.budget.findMany();
});

const system = () => systemContext(t.db, "test", { now: () => now });

function contextOf(authority: Partial<Authority>): Context {
  const full: Authority = { role: null, userId: null, teamRoles: new Map(), scopes: null, ...authority };
  return { ...system(), principal: { kind: "key", id: "key_test", name: "test", authority: full } };
}

/** A role in a team holds for all below it. */
function rolesIn(team: Team | undefined, role: TeamRole): Map<string, TeamRole> {
  return new Map(teams.filter((one) => team && one.path.includes(team.id)).map((one) => [one.id, role]));
}

const callers: Record<string, () => Context> = {
  everybody: system,
  "the owner of an organisation": () =>
    contextOf({ role: "user", userId: users[0]?.id ?? null, teamRoles: rolesIn(teams[0], "owner") }),
  "the owner of the team that others came from": () =>
    contextOf({ role: "user", userId: users[1]?.id ?? null, teamRoles: rolesIn(teams[1], "owner") }),
  "a member": () => contextOf({ role: "user", userId: users[2]?.id ?? null, teamRoles: rolesIn(teams[2], "member") }),
  "a key without the right to usage": () =>
    contextOf({ role: "admin", scopes: ["keys.read", "teams.read", "users.read", "budgets.read"] }),
  "a key without the right to budgets": () =>
    contextOf({ role: "admin", scopes: ["keys.read", "teams.read", "users.read", "usage.read"] }),
};

const kinds = {
  user: {
    list: (ctx: Context, query: object) => listUsers(ctx, listUsersQuery.parse(query)),
    get: (ctx: Context, id: string) => getUser(ctx, id, { include: "figures" }),
    isOf: (event: UsageEventRow, id: string) => event.user_id === id,
  },
  team: {
    list: (ctx: Context, query: object) => listTeams(ctx, listTeamsQuery.parse(query)),
    get: (ctx: Context, id: string) => getTeam(ctx, id, { include: "figures" }),
    isOf: (event: UsageEventRow, id: string) => event.team_path.includes(id),
  },
  key: {
    list: (ctx: Context, query: object) => listKeys(ctx, listKeysQuery.parse(query)),
    get: (ctx: Context, id: string) => getKey(ctx, id, { include: "figures" }),
    isOf: (event: UsageEventRow, id: string) => event.key_id === id,
  },
};
type Kind = keyof typeof kinds;
const kindNames = Object.keys(kinds) as Kind[];

/** What somebody sees of calls, by a plain walk over all of them; null where they may see none. */
function spendOf(ctx: Context, kind: Kind, id: string) {
  const reach = reachOf(ctx.principal.authority, "usage.read");
  // A team's figures are those of all its calls, or nobody's.
  if (!reach || (kind === "team" && !covers(reach, { teamId: id })))
    return { spend_usd: null, requests: null, requests_24h: null };
  const isVisible = (event: UsageEventRow) =>
    covers(reach, { userId: event.user_id }) || event.team_path.some((team) => covers(reach, { teamId: team }));
  const seen = events.filter((event) => kinds[kind].isOf(event, id) && (reach.kind === "all" || isVisible(event)));
  const month = seen.filter((event) => event.started_at.getTime() >= monthStart);
  return {
    spend_usd: formatUsd(month.reduce((sum, event) => sum + event.cost_nano, 0n)),
    requests: month.length,
    requests_24h: seen.filter((event) => event.started_at.getTime() >= dayStart).length,
  };
}

function isSeen({ principal }: Context, { teamId, userId }: (typeof places)[number]): boolean {
  const reach = reachOf(principal.authority, "teams.read");
  return userId === principal.authority.userId || (reach !== null && covers(reach, { teamId }));
}

/** What the calls of one may be charged to. */
function chainOf(ctx: Context, kind: Kind, id: string): string[] {
  if (kind === "team") return (teams.find((team) => team.id === id)?.path ?? []).map((team) => `team ${team}`);
  if (kind === "user") {
    const teamsOf = places.filter((place) => place.userId === id && isSeen(ctx, place)).map((place) => place.teamId);
    const above = teams.filter((team) => teams.some((one) => teamsOf.includes(one.id) && one.path.includes(team.id)));
    return [`user ${id}`, ...teams.map((team) => `member ${team.id}/${id}`), ...above.map((team) => `team ${team.id}`)];
  }
  const key = keys.find((one) => one.id === id);
  const path = teams.find((team) => team.id === key?.team_id)?.path ?? [];
  const above: string[] = [];
  for (let one = key; one; one = keys.find((parent) => parent.id === one?.parent_key_id)) above.push(`key ${one.id}`);
  const person = key?.user_id ? [`user ${key.user_id}`, ...path.map((team) => `member ${team}/${key.user_id}`)] : [];
  return [...above, ...person, ...path.map((team) => `team ${team}`)];
}

interface Account {
  spent: bigint;
  left: bigint;
  percent: number;
}

async function readAccounts(): Promise<Map<string, Account>> {
  const rows = await t.db.budgetPeriod.findMany();
  return new Map(
    budgets.map((budget) => {
      const start = periodKey(budget).period_start.getTime();
      const spent =
        rows.find((row) => row.budget_id === budget.id && row.period_start.getTime() === start)?.spent_nano ?? 0n;
      const left = remainingOf(budget.limit_nano, spent, 0n);
      return [budget.id, { spent, left, percent: percentOf(spent, budget.limit_nano) }];
    }),
  );
}

/** Of chains everything but other people's own budgets; in the list of people what one sees of budgets, and all that is on teams. */
async function tellableBudgets(ctx: Context, kind: Kind): Promise<Budget[]> {
  const { authority } = ctx.principal;
  const reach = reachOf(authority, "budgets.read");
  if (!reach) return [];
  if (reach.kind === "all") return budgets;
  if (kind !== "user")
    return budgets.filter(({ scope_type, scope_id }) => scope_type !== "user" || scope_id === authority.userId);
  const seen = (await listBudgets(ctx, listBudgetsQuery.parse({ limit: 200 }))).data.map(({ id }) => String(id));
  return budgets.filter(({ id, scope_type }) => scope_type === "team" || seen.includes(id));
}

describe.each(Object.entries(callers))("the figures that are shown to %s", (_name, contextFor) => {
  test.each(kindNames)("of each %s are those of the calls and budgets that they may see", async (kind) => {
    const ctx = contextFor();
    const [accounts, tellable] = [await readAccounts(), await tellableBudgets(ctx, kind)];
    const { data } = await kinds[kind].list(ctx, { limit: 200, include: "figures" });
    expect(data.length).toBeGreaterThan(0);
    for (const { id, figures } of data) {
      expect(figures, id).toMatchObject({ since: new Date(monthStart), ...spendOf(ctx, kind, id) });
      const chain = chainOf(ctx, kind, id);
      const binding = tellable.filter(
        (budget) => budget.hard && chain.includes(`${budget.scope_type} ${budget.scope_id}`),
      );
      const lefts = binding.map((budget) => accounts.get(budget.id)?.left ?? 0n);
      if (binding.length === 0) {
        expect(figures?.budget, id).toBeNull();
        continue;
      }
      const shown = binding.find((budget) => budget.id === figures?.budget?.id);
      expect(shown, id).toBeDefined();
      expect(figures?.budget, id).toMatchObject({
        remaining_usd: formatUsd(lefts.toSorted((a, b) => Number(a - b))[0] ?? -1n),
        percent: accounts.get(shown?.id ?? "")?.percent,
        limit_usd: formatUsd(shown?.limit_nano ?? -1n),
        spent_usd: formatUsd(accounts.get(shown?.id ?? "")?.spent ?? -1n),
        resets_at: shown ? periodKey(shown).period_end : undefined,
      });
      expect(await kinds[kind].get(ctx, id)).toMatchObject({ figures });
    }
  });

  test.each(kindNames.flatMap((kind) => (["spend", "budget_percent"] as const).map((field) => ({ kind, field }))))(
    "order the list of each $kind by $field, page by page, without a row twice or none",
    async ({ kind, field }) => {
      const ctx = contextFor();
      const right = field === "spend" ? "usage.read" : "budgets.read";
      if (!reachOf(ctx.principal.authority, right)) {
        await expect(kinds[kind].list(ctx, { sort: field })).rejects.toMatchObject({ code: "forbidden" });
        return;
      }
      const all = (await kinds[kind].list(ctx, { limit: 200, include: "figures" })).data;
      const figureOf = ({ figures }: (typeof all)[number]) =>
        field === "spend"
          ? parseUsd(String(figures?.spend_usd ?? "0"))
          : BigInt(Math.round((figures?.budget?.percent ?? -0.01) * 100));
      for (const sort of [field, `-${field}`]) {
        const ids: string[] = [];
        for (let cursor: string | undefined; ; ) {
          const page = await kinds[kind].list(ctx, { limit: 3, sort, ...(cursor ? { cursor } : {}) });
          ids.push(...page.data.map((row) => row.id));
          if (page.next_cursor === null) break;
          cursor = page.next_cursor;
        }
        const sign = sort === field ? 1 : -1;
        const expected = [...all].sort((a, b) => {
          const [x, y] = [figureOf(a), figureOf(b)];
          if (x !== y) return x < y ? -sign : sign;
          return a.id < b.id ? -sign : sign;
        });
        expect(ids).toEqual(expected.map((row) => row.id));
      }
    },
  );
});

test("a budget binds by what calls in flight leave of it, the nearest of several that leave as much, and never a soft one", async () => {
  const team = await makeTeam(t.db);
  const { key } = await makeKey(t.db, { type: "team", team_id: team.id });
  const figureOf = async () => (await getKey(system(), key.id, { include: "figures" })).figures?.budget;
  const make = async (scope_type: string, scope_id: string, hard: boolean) => {
    const fields = { limit_nano: 2_000_000_000n, period: "monthly", timezone: "UTC", hard };
    await makeRandomBudget(scope_type, scope_id, fields);
    const budget = budgets.at(-1);
    if (!budget) throw new Error("no budget was made");
    await ensurePeriods((text, params) => t.pool.query(text, params), [periodKey(budget)]);
    return budget.id;
  };
  const before = budgets.length;
  const hold = (budget_id: string, held_nano: bigint) =>
    t.db.budgetPeriod.updateMany({ where: { budget_id }, data: { held_nano } });
  const soft = await make("key", key.id, false);
  await hold(soft, 2_000_000_000n);
  expect(await figureOf()).toBeNull();
  const far = await make("team", team.id, true);
  const scope = { type: "team", id: team.id, name: team.name };
  expect(await figureOf()).toMatchObject({ id: far, scope, remaining_usd: "2.00" });
  const near = await make("key", key.id, true);
  expect(await figureOf()).toMatchObject({ id: near, remaining_usd: "2.00" });
  await hold(far, 500_000_000n);
  expect(await figureOf()).toMatchObject({ id: far, remaining_usd: "1.50", percent: 0 });
  await t.db.budget.deleteMany({ where: { id: { in: budgets.splice(before).map(({ id }) => id) } } });
  await t.db.key.delete({ where: { id: key.id } });
  await t.db.team.delete({ where: { id: team.id } });
});

describe("the list of budgets", () => {
  const readAll = async (query: object) =>
    (await listBudgets(system(), listBudgetsQuery.parse({ limit: 200, ...query }))).data;
  const sortsBy = {
    percent: (_budget: Budget, account: Account | undefined) => account?.percent ?? -1,
    spent: (_budget: Budget, account: Account | undefined) => account?.spent ?? -1n,
    left: (_budget: Budget, account: Account | undefined) => account?.left ?? -1n,
    limit: (budget: Budget) => budget.limit_nano,
    resets_at: (budget: Budget) => periodKey(budget).period_end?.getTime() ?? Number.POSITIVE_INFINITY,
  };

  test.each(Object.keys(sortsBy) as (keyof typeof sortsBy)[])("sorts by %s, page by page", async (field) => {
    const accounts = await readAccounts();
    const figureOf = (budget: Budget) => sortsBy[field](budget, accounts.get(budget.id));
    for (const sort of [field, `-${field}`]) {
      const sign = sort === field ? 1 : -1;
      const expected = [...budgets].sort((a, b) => {
        const [x, y] = [figureOf(a), figureOf(b)];
        if (x !== y) return x < y ? -sign : sign;
        return a.id < b.id ? -sign : sign;
      });
      const ids: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await listBudgets(
          system(),
          listBudgetsQuery.parse({ limit: 4, sort, ...(cursor ? { cursor } : {}) }),
        );
        ids.push(...page.data.map((row) => String(row.id)));
        if (page.next_cursor === null) break;
        cursor = page.next_cursor;
      }
      expect(ids).toEqual(expected.map((budget) => budget.id));
    }
  });

  test("tells of each budget whether it is at risk, and narrows to those that are", async () => {
    const accounts = await readAccounts();
    const isAtRisk = (budget: Budget) => {
      const { spent, percent } = accounts.get(budget.id) ?? { spent: 0n, percent: 0 };
      const { period_start, period_end } = periodKey(budget);
      const runsOut =
        projectExhaustion({ start: period_start, end: period_end }, budget.limit_nano, spent, now) !== null;
      return runsOut || budget.thresholds.some((threshold) => percent >= threshold);
    };
    const idsOf = (found: { id: string | Date }[]) => found.map((budget) => String(budget.id)).sort();
    const [risky, safe] = [budgets.filter(isAtRisk), budgets.filter((budget) => !isAtRisk(budget))];
    expect(Math.min(risky.length, safe.length)).toBeGreaterThan(3);
    for (const sort of [undefined, "-percent"]) {
      expect(idsOf(await readAll({ at_risk: "true", ...(sort ? { sort } : {}) }))).toEqual(idsOf(risky));
      expect(idsOf(await readAll({ at_risk: "false", ...(sort ? { sort } : {}) }))).toEqual(idsOf(safe));
    }
    for (const budget of await readAll({}))
      expect(budget.current.at_risk, String(budget.id)).toBe(risky.some((one) => one.id === budget.id));
  });
});

test("the books that all this is read from are right", async () => {
  expect(await auditBooks(t.pool)).toEqual({});
});
