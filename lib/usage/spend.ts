/**
 * What people, teams and keys have spent in the running UTC month and called in the last day: the figures that lists show and sort
 * by. Exact: they come from rollups that are written with the events. lib/figures calls this; reach stands in every statement.
 */
import { type Reach, reachOf } from "@/lib/authz/permissions";
import { type Context, requireReach } from "@/lib/context";
import { Prisma } from "@/lib/db/generated/client";
import { type Ranking, rankByRelation } from "@/lib/db/page-sql";
import { getPool, inReport } from "@/lib/db/pool";
import { intervalStarts, planSegments, type Range } from "./range";
import type { Interval } from "./schema";
import type { Queryable } from "./store-filter";
import { hoursBefore, monthStart } from "./windows";

export const spenders = ["user", "team", "key"] as const;
export type Spender = (typeof spenders)[number];

export interface Spend {
  spendNano: bigint;
  /** In the month. */
  requests: bigint;
  /** In the running hour and the 23 before it. */
  requests24h: bigint;
}

interface Sum {
  id: string;
  cost: bigint;
  requests: bigint;
}

/** Since when spend is counted: the start of the running UTC month. */
export function spendSince(ctx: Context): Date {
  return monthStart(ctx.clock.now());
}

/** What the stores of these call their table. */
const aliases = { user: "u", team: "t", key: "k" };
const owner = { user: Prisma.raw("user_id"), key: Prisma.raw("key_id") };

/** The team's ids as an array, of a rollup's path. */
const pathArray = Prisma.sql`string_to_array(team_path, '/')`;

// Thousands of rows have a few hundred paths between them, and comparing two arrays is dear: each path is looked at once.
function withinSql(reach: Reach, month: Date): Prisma.Sql {
  if (reach.kind === "all") return Prisma.sql`true`;
  const paths = Prisma.sql`
    SELECT path FROM (SELECT DISTINCT team_path AS path FROM usage_monthly WHERE month = ${month}::date) AS p
    WHERE EXISTS (SELECT 1 FROM unnest(string_to_array(path, '/')) AS t(id) WHERE id = ANY(${[...reach.teamIds]}::text[]))`;
  return Prisma.sql`(user_id = ${reach.userId} OR team_path IN (${paths}))`;
}

/** A team's figures are those of all its calls, so only whoever may see all of them is shown any. */
function seenTeams(reach: Reach): Prisma.Sql {
  return reach.kind === "all" ? Prisma.sql`true` : Prisma.sql`team_id = ANY(${[...reach.teamIds]}::text[])`;
}

/** A relation (id, cost, requests): the month of whoever called in it, as far as the reach goes; of these ids alone where they are given. */
function monthSql(reach: Reach, kind: Spender, month: Date, ids?: readonly string[]): Prisma.Sql {
  const of = (column: Prisma.Sql) => (ids ? Prisma.sql`AND ${column} = ANY(${[...ids]}::text[])` : Prisma.empty);
  const sums = Prisma.sql`sum(cost)::bigint AS cost, sum(requests)::bigint AS requests`;
  if (kind === "team")
    return Prisma.sql`
      SELECT team_id AS id, ${sums} FROM (
        SELECT team_path, sum(cost_nano) AS cost, sum(requests) AS requests FROM usage_monthly
        WHERE month = ${month}::date AND team_path <> '' GROUP BY 1
      ) AS p CROSS JOIN LATERAL unnest(${pathArray}) AS t(team_id)
      WHERE ${seenTeams(reach)} ${of(Prisma.sql`team_id`)} GROUP BY 1`;
  return Prisma.sql`
    SELECT ${owner[kind]} AS id, sum(cost_nano)::bigint AS cost, sum(requests)::bigint AS requests FROM usage_monthly
    WHERE month = ${month}::date AND ${withinSql(reach, month)} ${of(Prisma.sql`${owner[kind]}`)} GROUP BY 1`;
}

/** The order by spend. 403 for whoever may not see usage. */
export function rankBySpend(ctx: Context, kind: Spender): Ranking {
  const reach = requireReach(ctx, "usage.read");
  const month = spendSince(ctx);
  const relation = Prisma.sql`SELECT id, cost AS value FROM (${monthSql(reach, kind, month)}) AS m`;
  return rankByRelation(aliases[kind], relation, 0n);
}

function dayOfTeams(reach: Reach, since: Date, ids: readonly string[]): Prisma.Sql {
  return Prisma.sql`
    SELECT team_id AS id, sum(requests)::bigint AS requests FROM (
      SELECT team_path, sum(requests) AS requests FROM usage_hourly WHERE hour >= ${since} AND team_path <> '' GROUP BY 1
    ) AS p CROSS JOIN LATERAL unnest(${pathArray}) AS t(team_id)
    WHERE ${seenTeams(reach)} AND team_id = ANY(${[...ids]}::text[]) GROUP BY 1`;
}

function dayOfOwners(reach: Reach, kind: "user" | "key", since: Date, ids: readonly string[]): Prisma.Sql {
  const column = owner[kind];
  const within =
    reach.kind === "all"
      ? Prisma.sql`true`
      : Prisma.sql`(user_id = ${reach.userId} OR team_path && ${[...reach.teamIds]}::text[])`;
  // Grouped before the paths are compared, for the reason above.
  return Prisma.sql`
    SELECT id, sum(requests)::bigint AS requests FROM (
      SELECT ${column} AS id, user_id, team_path, count(*) AS requests FROM usage_events
      WHERE ${column} = ANY(${[...ids]}::text[]) AND started_at >= ${since} GROUP BY 1, 2, 3
    ) AS calls WHERE ${within} GROUP BY 1`;
}

/** Of a team only whoever may see all its calls learns figures; what it lacks here has none that the caller may see. */
function isSeen(reach: Reach, kind: Spender, id: string): boolean {
  return kind !== "team" || reach.kind === "all" || reach.teamIds.includes(id);
}

/** The figures of these people, teams or keys by id, as far as the caller may see usage; those whose figures are hidden are absent. */
export async function readSpend(ctx: Context, kind: Spender, ids: readonly string[]): Promise<Map<string, Spend>> {
  const reach = reachOf(ctx.principal.authority, "usage.read");
  if (!reach || ids.length === 0) return new Map();
  const since = hoursBefore(ctx.clock.now(), 23);
  const day = kind === "team" ? dayOfTeams(reach, since, ids) : dayOfOwners(reach, kind, since, ids);
  const [months, days] = await Promise.all([
    ctx.db.$queryRaw<Sum[]>(monthSql(reach, kind, spendSince(ctx), ids)),
    ctx.db.$queryRaw<Omit<Sum, "cost">[]>(day),
  ]);
  const monthOf = new Map(months.map((row) => [row.id, row]));
  const dayOf = new Map(days.map((row) => [row.id, row.requests]));
  return new Map(
    ids
      .filter((id) => isSeen(reach, kind, id))
      .map((id) => {
        const { cost = 0n, requests = 0n } = monthOf.get(id) ?? {};
        return [id, { spendNano: cost, requests, requests24h: dayOf.get(id) ?? 0n }] as const;
      }),
  );
}

/** Whose calls a budget counts: these keys', this person's, this team's and those below it; all that are given must hold. */
export interface SpendScope {
  keyIds?: readonly string[];
  userId?: string;
  teamId?: string;
}

export interface SpendStep {
  fromMs: number;
  costNano: bigint;
}

const stepTables = {
  events: { from: "usage_events", time: "started_at", type: "timestamptz" },
  hours: { from: "usage_hourly", time: "hour", type: "timestamptz" },
  team_days: { from: "usage_team_daily", time: "day", type: "date" },
  user_days: { from: "usage_user_daily", time: "day", type: "date" },
  owner_days: { from: "usage_daily", time: "day", type: "date" },
} as const;
type StepSource = keyof typeof stepTables;

function ofOwners({ keyIds, userId }: SpendScope): string[] {
  return [...(keyIds ? ["key_id = ANY($1::text[])"] : []), ...(userId ? ["user_id = $2::text"] : [])];
}

// One path stands in many rows, and comparing arrays is dear; so the paths that hold the team are found first.
const pathsText = `SELECT array_agg(path) AS paths FROM (
  SELECT DISTINCT team_path AS path FROM usage_monthly WHERE month >= date_trunc('month', $2::timestamp) AND month < $3::timestamp
) AS p WHERE string_to_array(path, '/') @> ARRAY[$1::text]`;

async function findPaths(client: Queryable, teamId: string, { fromMs, toMs }: Range): Promise<string[]> {
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, -1));
  const { rows } = await client.query<{ paths: string[] | null }>(pathsText, [teamId, from, to]);
  return rows[0]?.paths ?? [];
}

function stepText(source: StepSource, scope: SpendScope, { fromMs, toMs, sign }: Range & { sign: number }): string {
  const { from, time, type } = stepTables[source];
  const instant = type === "date" ? `(${time}::timestamp AT TIME ZONE 'UTC')` : time;
  const bound = (ms: number) => `'${new Date(ms).toISOString()}'::${type}`;
  const team = source === "events" ? "team_path @> ARRAY[$3::text]" : "team_path = ANY($4::text[])";
  const conditions = [`${time} >= ${bound(fromMs)}`, `${time} < ${bound(toMs)}`, ...ofOwners(scope)];
  return `SELECT GREATEST(width_bucket(${instant}, $5::timestamptz[]), 1) AS step, ${sign} * sum(cost_nano) AS cost FROM ${from}
    WHERE ${[...conditions, ...(scope.teamId ? [team] : [])].join(" AND ")} GROUP BY 1`;
}

/**
 * What a scope has spent in each interval of a range, exact to the nano-dollar, up to `nowMs`. No reach: whoever asks has found that
 * the caller may see what is spent there.
 */
export function sumSteps(
  scope: SpendScope,
  range: Range,
  interval: Interval,
  timezone: string,
  nowMs: number,
): Promise<SpendStep[]> {
  const starts = intervalStarts(range, interval, timezone);
  const ofUsersAlone = scope.keyIds === undefined;
  const detail = { ofTags: false, ofOwners: ofOwners(scope).length > 0, ofUsersAlone, ofEvents: false };
  const segments = planSegments(range, starts, detail, nowMs);
  return inReport(getPool(), async (client) => {
    const paths = scope.teamId ? await findPaths(client, scope.teamId, range) : [];
    const parts = segments.map((segment) => stepText(segment.source as StepSource, scope, segment));
    // Every placeholder has its type, also where no part mentions it.
    const text = `SELECT step, sum(cost)::bigint AS cost FROM (${parts.join(" UNION ALL ")}) AS s GROUP BY 1
      HAVING ($1::text[], $2::text, $3::text, $4::text[], $5::timestamptz[]) IS NOT NULL OR true`;
    const times = starts.map((start) => new Date(start).toISOString());
    const values = [scope.keyIds ?? [], scope.userId ?? "", scope.teamId ?? "", paths, times];
    const { rows } = await client.query<{ step: number; cost: bigint }>(text, values);
    const costs = new Map(rows.map((row) => [row.step - 1, row.cost]));
    return starts.map((start, index) => ({ fromMs: Math.max(start, range.fromMs), costNano: costs.get(index) ?? 0n }));
  });
}

/** The start of the first UTC day on which the scope spent anything; null where it never did. */
export async function findFirstDay(scope: SpendScope): Promise<Date | null> {
  const table = ofOwners(scope).length > 0 ? "usage_daily" : "usage_team_daily";
  const team = scope.teamId ? ["string_to_array(team_path, '/') @> ARRAY[$3::text]"] : [];
  const { rows } = await getPool().query<{ day: string | null }>(
    `SELECT min(day)::text AS day FROM ${table} WHERE ${[...ofOwners(scope), ...team].join(" AND ")}
     AND (($1::text[], $2::text, $3::text) IS NOT NULL OR true)`,
    [scope.keyIds ?? [], scope.userId ?? "", scope.teamId ?? ""],
  );
  const day = rows[0]?.day;
  return day ? new Date(`${day}T00:00:00Z`) : null;
}
