import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Reach, teamRoles } from "@/lib/authz/permissions";
import { type Context, systemContext } from "@/lib/context";
import type { UsageEventRow } from "@/lib/gateway/meter/event";
import { recordUsage } from "@/lib/gateway/meter/write";
import { formatUsd, parseUsd } from "@/lib/money";
import { openTestDatabase } from "@/lib/testing/database";
import { makeWorld, randomEvent, seededRandom } from "@/lib/testing/usage-seed";
import { intervalStarts, planIntervals, resolveRange } from "./range";
import { groupings, intervals, type SummaryQuery, summaryOutput, summaryQuery } from "./schema";
import { summarize } from "./service";

const t = openTestDatabase();
const world = makeWorld({ teams: 7, users: 6, keys: 25, models: 5 });
const now = Date.parse("2026-04-02T15:45:12.345Z");
const dayMs = 86_400_000;
const events: UsageEventRow[] = [];

beforeAll(async () => {
  const random = seededRandom(2026);
  // Over both clock changes of New York and Berlin in that spring, and the turn of a month.
  for (let i = 0; i < 1_500; i++) events.push(randomEvent(random, world, now - 40 * dayMs, now));
  // Events on the borders themselves, where a wrong comparison would count one twice or not at all.
  for (const border of ["2026-03-01T00:00:00Z", "2026-03-10T07:00:00Z", "2026-03-29T00:00:00Z"])
    events.push({ ...randomEvent(random, world, Date.parse(border), Date.parse(border) + 1) });
  for (let first = 0; first < events.length; first += 250) await recordUsage(t.pool, events.slice(first, first + 250));
});

const everyone: Reach = { kind: "all" };

function contextOf(reach: Reach): Context {
  const system = systemContext(t.db, "test", { now: () => now });
  if (reach.kind === "all") return system;
  const owned = new Map(reach.teamIds.map((id) => [id, teamRoles[0]]));
  const authority = {
    role: reach.userId ? ("user" as const) : null,
    userId: reach.userId,
    teamRoles: owned,
    scopes: null,
  };
  return { ...system, principal: { kind: "key", id: "key_test", name: "test", authority } };
}

function isWithin(reach: Reach, event: UsageEventRow): boolean {
  if (reach.kind === "all") return true;
  return (
    (reach.userId !== null && event.user_id === reach.userId) ||
    event.team_path.some((id) => reach.teamIds.includes(id))
  );
}

function isAsked(query: SummaryQuery, event: UsageEventRow): boolean {
  const range = resolveRange(query, now);
  const at = event.started_at.getTime();
  const names = [event.model, `${event.provider}/${event.model}`, event.model_id];
  return (
    at >= range.fromMs &&
    at < range.toMs &&
    (query.key_id === undefined || event.key_id === query.key_id) &&
    (query.user_id === undefined || event.user_id === query.user_id) &&
    (query.team_id === undefined || event.team_path.includes(query.team_id)) &&
    (query.model === undefined || names.includes(query.model)) &&
    (query.provider_id === undefined || event.provider_id === query.provider_id) &&
    (query.tag === undefined || event.tags.includes(query.tag))
  );
}

const groupsOf: Record<(typeof groupings)[number], (event: UsageEventRow) => (string | null)[]> = {
  key: (event) => [event.key_id],
  user: (event) => [event.user_id],
  team: (event) => [event.team_id],
  model: (event) => [event.model_id],
  provider: (event) => [event.provider_id],
  tag: (event) => (event.tags.length > 0 ? [...event.tags] : [null]),
};
const groupFields = {
  key: "key_id",
  user: "user_id",
  team: "team_id",
  model: "model_id",
  provider: "provider_id",
  tag: "tag",
} as const;

function figuresOf(rows: readonly UsageEventRow[]) {
  const sum = (read: (row: UsageEventRow) => number) => rows.reduce((total, row) => total + read(row), 0);
  return {
    requests: rows.length,
    errors: rows.filter((row) => row.status === "error" || row.status === "unknown").length,
    prompt_tokens: sum((row) => row.prompt_tokens),
    cached_tokens: sum((row) => row.cached_tokens),
    cache_write_tokens: sum((row) => row.cache_write_tokens),
    completion_tokens: sum((row) => row.completion_tokens),
    reasoning_tokens: sum((row) => row.reasoning_tokens),
    cost_usd: formatUsd(rows.reduce((total, row) => total + row.cost_nano, 0n)),
  };
}

/** The answer by a plain walk over all events. */
function expectedOf(reach: Reach, query: SummaryQuery) {
  const range = resolveRange(query, now);
  const starts = intervalStarts(range, query.interval, query.timezone);
  const asked = events.filter((event) => isWithin(reach, event) && isAsked(query, event));
  const cells = new Map<string, { time: number; group: string | null; rows: UsageEventRow[] }>();
  for (const event of asked) {
    const time = starts.findLast((start) => start <= event.started_at.getTime()) ?? Number.NaN;
    for (const group of query.group_by ? groupsOf[query.group_by](event) : [null]) {
      const cell = cells.get(`${time} ${group}`) ?? { time, group, rows: [] };
      cell.rows.push(event);
      cells.set(`${time} ${group}`, cell);
    }
  }
  const field = query.group_by ? groupFields[query.group_by] : null;
  return {
    totals: figuresOf(asked),
    rows: [...cells.values()].map(({ time, group, rows }) => ({
      time: new Date(time),
      ...(field ? { [field]: group } : {}),
      ...figuresOf(rows),
    })),
  };
}

const some = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 3 });
const [root] = world.keys[0]?.teamPath ?? [];
const teams = [...new Set(world.keys.flatMap((key) => key.teamPath))];
const users = world.keys.flatMap((key) => key.userId ?? []);
const rarely = <T>(values: readonly T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some(values) });

const aligned = fc.constantFrom(1, 3_600_000, dayMs);
const instants = fc
  .tuple(fc.integer({ min: now - 42 * dayMs, max: now + dayMs }), aligned)
  .map(([at, grain]) => Math.floor(at / grain) * grain);
const spans = fc.tuple(instants, instants).filter(([a, b]) => a !== b);

const queries = fc
  .record({
    span: fc.option(spans, { nil: undefined, freq: 6 }),
    interval: fc.constantFrom(...intervals),
    group_by: some(groupings),
    timezone: fc.constantFrom(
      "UTC",
      "Asia/Tokyo",
      "Asia/Kathmandu",
      "America/New_York",
      "Europe/Berlin",
      "Australia/Lord_Howe",
    ),
    key_id: rarely(world.keys.flatMap((key) => key.id ?? [])),
    user_id: rarely(users),
    team_id: rarely(teams),
    model: rarely(world.models.flatMap((model) => [model.id, model.name, `${model.provider}/${model.name}`])),
    provider_id: rarely(world.models.map((model) => model.providerId)),
    tag: rarely(world.tags),
  })
  .map(({ span, ...rest }): SummaryQuery => {
    const [from, to] = span ? [Math.min(...span), Math.max(...span)] : [undefined, undefined];
    const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
    // By the hour, forty days would be refused.
    const interval =
      rest.interval === "hour" && from !== undefined && to !== undefined && to - from > 31 * dayMs
        ? "day"
        : rest.interval;
    return { ...rest, interval, from: iso(from), to: iso(to) };
  });
const reaches: fc.Arbitrary<Reach> = fc.oneof(
  fc.constant(everyone),
  fc.record({
    kind: fc.constant("some" as const),
    userId: fc.constantFrom(null, ...users),
    teamIds: fc.subarray(teams, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("some" as const), userId: fc.constantFrom(...users), teamIds: fc.constant([]) }),
);

const withoutNames = ["key_name", "user_email", "team_name", "model", "provider"];

type Row = Awaited<ReturnType<typeof summarize>>["data"][number];

/** What `top` has to make of an answer without it. */
function foldBeyond(top: number, rows: readonly Row[], groupBy: (typeof groupings)[number]) {
  const groupOf = (row: Row) => row[groupFields[groupBy]] ?? "";
  const costs = new Map<string, bigint>();
  for (const row of rows) costs.set(groupOf(row), (costs.get(groupOf(row)) ?? 0n) + parseUsd(row.cost_usd));
  const leading = [...costs].sort(([, a], [, b]) => (a === b ? 0 : a > b ? -1 : 1)).slice(0, top);
  const isLeading = (row: Row) => leading.some(([group]) => group === groupOf(row));
  const times = [...new Set(rows.filter((row) => !isLeading(row)).map(({ time }) => time.getTime()))];
  const others = times.map((time) => {
    const same = rows.filter((row) => row.time.getTime() === time && !isLeading(row));
    const sum = (name: "requests" | "errors" | "prompt_tokens" | "completion_tokens") =>
      same.reduce((total, row) => total + row[name], 0);
    return {
      time: new Date(time),
      requests: sum("requests"),
      errors: sum("errors"),
      prompt_tokens: sum("prompt_tokens"),
      completion_tokens: sum("completion_tokens"),
      cost_usd: formatUsd(same.reduce((total, row) => total + parseUsd(row.cost_usd), 0n)),
    };
  });
  return { leading: rows.filter(isLeading), others };
}

describe("a summary", () => {
  test("of the top groups shows them as they are and all others as one row", async () => {
    const asked = queries.filter(({ group_by }) => group_by !== undefined);
    await fc.assert(
      fc.asyncProperty(reaches, asked, fc.integer({ min: 1, max: 5 }), async (reach, query, top) => {
        const whole = await summarize(contextOf(reach), query);
        const answer = await summarize(contextOf(reach), { ...query, top });
        const { leading, others } = foldBeyond(top, whole.data, query.group_by ?? "key");
        expect(answer.totals).toEqual(whole.totals);
        expect(answer.data.filter((row) => !row.other)).toEqual(leading);
        const byTime = (a: { time: Date }, b: { time: Date }) => a.time.getTime() - b.time.getTime();
        expect(answer.data.filter((row) => row.other).sort(byTime)).toMatchObject(others.sort(byTime));
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test("equals a plain sum over the events to the nano-dollar, whatever is asked and by whom", async () => {
    const sources = new Set<string>();
    await fc.assert(
      fc.asyncProperty(reaches, queries, async (reach, query) => {
        const range = resolveRange(query, now);
        const answer = await summarize(contextOf(reach), query);
        const expected = expectedOf(reach, query);
        const order = (rows: object[]) => rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
        const found = answer.data.map((row) =>
          Object.fromEntries(
            Object.entries(row).filter(
              ([name]) => !withoutNames.includes(name) && !(name === "provider_id" && query.group_by === "model"),
            ),
          ),
        );
        expect(order(found)).toEqual(order(expected.rows));
        expect(answer.totals).toEqual(expected.totals);
        expect([answer.from.getTime(), answer.to.getTime()]).toEqual([range.fromMs, range.toMs]);
        for (const [ofOwners, ofUsersAlone] of [
          [true, false],
          [true, true],
          [false, false],
        ] as const)
          for (const ofTags of [true, false])
            for (const { source, sign } of planIntervals(
              range,
              intervalStarts(range, query.interval, query.timezone),
              { ofEvents: false, ofOwners, ofUsersAlone, ofTags },
              now,
            ))
              sources.add(`${sign}${source}`);
      }),
      { numRuns: 400 },
    );
    const rollups = ["hours", "owner_days", "tag_days", "team_days", "user_days"].map((source) => `1${source}`);
    expect([...sources].sort()).toEqual(["-1events", "-1hours", "1events", ...rollups]);
  });

  test("sees a moved team's past where it was: below the organisation that paid for it", async () => {
    const query = summaryQuery.parse({ interval: "total", team_id: root });
    const { totals } = await summarize(contextOf(everyone), query);
    expect(totals).toEqual(expectedOf(everyone, query).totals);
    expect(totals.requests).toBeGreaterThan(500);
  });

  test("by tag counts a call once in the totals, however many tags it has", async () => {
    const query = summaryQuery.parse({ interval: "total", group_by: "tag" });
    const { data, totals } = await summarize(contextOf(everyone), query);
    const summed = data.reduce((sum, row) => sum + parseUsd(row.cost_usd), 0n);
    expect(summed).toBeGreaterThan(parseUsd(totals.cost_usd));
    expect(data.map((row) => row.tag)).toContain(null);
  });

  test("of a day in a zone with odd minutes begins at that zone's midnight", async () => {
    const query = summaryQuery.parse({
      timezone: "Asia/Kathmandu",
      from: "2026-03-09T18:15:00Z",
      to: "2026-03-11T18:15:00Z",
    });
    const { data } = await summarize(contextOf(everyone), query);
    expect(data.map((row) => row.time.toISOString())).toEqual(["2026-03-09T18:15:00.000Z", "2026-03-10T18:15:00.000Z"]);
  });

  test("names what it groups by, and fits what the API promises", async () => {
    for (const group_by of groupings) {
      const answer = await summarize(contextOf(everyone), summaryQuery.parse({ group_by, interval: "total" }));
      const wire = JSON.parse(JSON.stringify(answer));
      expect(summaryOutput.parse(wire)).toEqual(wire);
      expect(wire.data.length).toBeGreaterThan(1);
      expect(Object.keys(wire.data[0])).toContain(groupFields[group_by]);
    }
  });

  test("that would be longer than anyone reads is refused", async () => {
    const random = seededRandom(5);
    const many = makeWorld({ teams: 1, users: 1, keys: 1_000, models: 1 });
    const crowd = Array.from({ length: 13_500 }, () => randomEvent(random, many, now - 400 * dayMs, now - 360 * dayMs));
    await recordUsage(t.pool, crowd);
    const wide = { from: "2025-02-25T00:00:00Z", to: "2025-04-10T00:00:00Z", group_by: "key" };
    await expect(summarize(contextOf(everyone), summaryQuery.parse(wide))).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ path: "interval" }],
    });
    const { data } = await summarize(contextOf(everyone), summaryQuery.parse({ ...wide, interval: "month" }));
    expect(data.length).toBeLessThan(4_000);
  });
});
