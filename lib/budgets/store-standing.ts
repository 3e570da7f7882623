/** How every budget stands in its current period, in SQL, for orders and filters over all of them. Only lib/budgets calls this. */
import type { Db } from "@/lib/db/client";
import { Prisma } from "@/lib/db/generated/client";
import type { Ranking } from "@/lib/db/page-sql";
import type { PeriodKind } from "@/lib/periods";

/** The current period of all budgets of one kind and zone. */
export interface Span {
  period: PeriodKind;
  timezone: string;
  start: Date;
  end: Date | null;
}

/** The kinds of period and the zones that there are. */
export function listTerms(db: Db): Promise<Pick<Span, "period" | "timezone">[]> {
  return db.$queryRaw`SELECT DISTINCT period, timezone FROM budgets`;
}

// What lib/alerts/alert-data says of one budget, of all of them: `projectExhaustion` is not null, `remainingOf`, and `percentOf` in hundredths.
const runsOut = Prisma.sql`(spent_nano >= limit_nano OR (spent_nano > 0 AND ends_ms IS NOT NULL AND now_ms > starts_ms
  AND div((limit_nano - spent_nano)::numeric(38, 0) * (now_ms - starts_ms), spent_nano) < ends_ms - now_ms))`;
const left = Prisma.sql`GREATEST(limit_nano - spent_nano - held_nano, 0)`;
const share = Prisma.sql`CASE WHEN limit_nano = 0 THEN 10000 ELSE LEAST(div(spent_nano::numeric(38, 0) * 10000, limit_nano), 9000000000000000000)::bigint END`;

/**
 * A relation of every budget (as `b`) that is `within`: `id, scope_type, scope_id, period, hard, limit_nano, spent_nano, held_nano, left_nano,
 * share, ends_ms, at_risk`. `share` is what is spent of the limit in hundredths of a percent. A period's account is made when something is charged to it, so
 * where there is none, nothing is spent.
 */
export function standingSql(within: Prisma.Sql, spans: readonly Span[], nowMs: number): Prisma.Sql {
  const columns = {
    periods: spans.map((span) => span.period),
    zones: spans.map((span) => span.timezone),
    starts: spans.map((span) => span.start.toISOString()),
    ends: spans.map((span) => span.end?.toISOString() ?? null),
  };
  const ms = (column: string) => Prisma.sql`floor(extract(epoch FROM ${Prisma.raw(column)}) * 1000)::bigint`;
  return Prisma.sql`
    SELECT id, scope_type, scope_id, period, hard, limit_nano, spent_nano, held_nano, ends_ms, ${left} AS left_nano, ${share} AS share,
      (${share} >= (SELECT min(t) FROM unnest(thresholds) AS t) * 100) IS TRUE OR ${runsOut} AS at_risk
    FROM (
      SELECT b.id, b.scope_type, b.scope_id, b.period, b.hard, b.limit_nano, b.thresholds, COALESCE(p.spent_nano, 0) AS spent_nano,
        COALESCE(p.held_nano, 0) AS held_nano, ${ms("s.starts_at")} AS starts_ms, ${ms("s.ends_at")} AS ends_ms, ${nowMs}::bigint AS now_ms
      FROM budgets b
      JOIN unnest(${columns.periods}::text[], ${columns.zones}::text[], ${columns.starts}::timestamptz[], ${columns.ends}::timestamptz[])
        AS s(period, timezone, starts_at, ends_at) ON s.period = b.period AND s.timezone = b.timezone
      LEFT JOIN budget_periods p ON p.budget_id = b.id AND p.period_start = s.starts_at
      WHERE ${within}
    ) AS accounts`;
}

const farFuture = 253_402_300_799_999;

/** The orders of budgets themselves, each a relation (id, value). */
export const budgetRankings = {
  percent: (standing: Prisma.Sql) => Prisma.sql`SELECT id, share AS value FROM (${standing}) AS s`,
  spent: (standing: Prisma.Sql) => Prisma.sql`SELECT id, spent_nano AS value FROM (${standing}) AS s`,
  left: (standing: Prisma.Sql) => Prisma.sql`SELECT id, left_nano AS value FROM (${standing}) AS s`,
  limit: (standing: Prisma.Sql) => Prisma.sql`SELECT id, limit_nano AS value FROM (${standing}) AS s`,
  // What never resets comes after everything that does.
  resets_at: (standing: Prisma.Sql) =>
    Prisma.sql`SELECT id, COALESCE(ends_ms, ${farFuture}::bigint) AS value FROM (${standing}) AS s`,
};

export function atRiskSql(standing: Prisma.Sql, isAtRisk: boolean): Prisma.Sql {
  return Prisma.sql`SELECT id FROM (${standing}) AS s WHERE at_risk = ${isAtRisk}`;
}

/** The share of what no budget binds: less than nothing spent. */
const unbound = -1n;
const bySecondPart = Prisma.sql`split_part(scope_id, '/', 2)`;

/**
 * Every budget that refuses calls, as `s`, read once. Its place among those that bind the same calls is one value, so that the least of
 * several is found by `min` and `LEAST`: what is left of it, and where that is equal the greater share.
 */
function hardSql(standing: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`s AS MATERIALIZED (SELECT scope_type, scope_id, ARRAY[left_nano, -share] AS place FROM (${standing}) AS a WHERE hard)`;
}

/** The share of the budget that has the first of these places. */
const shareOf = (places: Prisma.Sql) => Prisma.sql`-(LEAST(${places}))[2]`;

/** The first place in a team and all above it, as `team`. */
const leastOfTeams = Prisma.sql`team AS MATERIALIZED (
  SELECT below.id, min(s.place) AS place FROM teams below CROSS JOIN LATERAL unnest(below.path) AS p(id)
  JOIN s ON s.scope_type = 'team' AND s.scope_id = p.id GROUP BY 1)`;

/**
 * The share spent of the budget that binds each person: of those on the person, on their places in teams, and on the teams of those
 * memberships (as `m`) that are among `places`, up to the organisation; over users as `u`.
 */
export function rankUsers(standing: Prisma.Sql, places: Prisma.Sql): Ranking {
  return {
    with: Prisma.sql`
      ${hardSql(standing)}, ${leastOfTeams},
      own AS MATERIALIZED (
        SELECT CASE scope_type WHEN 'user' THEN scope_id ELSE ${bySecondPart} END AS id, min(place) AS place
        FROM s WHERE scope_type IN ('user', 'member') GROUP BY 1),
      member AS MATERIALIZED (
        SELECT m.user_id AS id, min(team.place) AS place FROM memberships m JOIN team ON team.id = m.team_id
        WHERE ${places} GROUP BY 1)`,
    joins: Prisma.sql`LEFT JOIN own ON own.id = u.id LEFT JOIN member ON member.id = u.id`,
    value: shareOf(Prisma.sql`own.place, member.place`),
    absent: unbound,
  };
}

/** The same of each team and all above it; over teams as `t`. */
export function rankTeams(standing: Prisma.Sql): Ranking {
  return {
    with: Prisma.sql`${hardSql(standing)}, ${leastOfTeams}`,
    joins: Prisma.sql`LEFT JOIN team ON team.id = t.id`,
    value: shareOf(Prisma.sql`team.place`),
    absent: unbound,
  };
}

/**
 * The same of each key's chain: the keys that it was made from, its person, their places in the teams above it, and those teams; over
 * keys as `k`. Each level is summed up before it is joined, so that a key costs four look-ups.
 */
export function rankKeys(standing: Prisma.Sql): Ranking {
  return {
    with: Prisma.sql`
      ${hardSql(standing)}, ${leastOfTeams},
      own AS MATERIALIZED (SELECT scope_id AS id, place FROM s WHERE scope_type = 'key'),
      child AS MATERIALIZED (SELECT k.id, place FROM own JOIN keys k ON k.parent_key_id = own.id),
      line AS MATERIALIZED (
        SELECT id, min(place) AS place FROM (
          SELECT id, place FROM own UNION ALL SELECT id, place FROM child
          UNION ALL SELECT k.id, place FROM child JOIN keys k ON k.parent_key_id = child.id
        ) AS levels GROUP BY 1),
      person AS MATERIALIZED (SELECT scope_id AS id, min(place) AS place FROM s WHERE scope_type = 'user' GROUP BY 1),
      member AS MATERIALIZED (
        SELECT below.id AS team_id, ${bySecondPart} AS user_id, min(s.place) AS place FROM s
        JOIN teams below ON below.path @> ARRAY[split_part(s.scope_id, '/', 1)] WHERE s.scope_type = 'member' GROUP BY 1, 2)`,
    joins: Prisma.sql`
      LEFT JOIN line ON line.id = k.id
      LEFT JOIN person ON person.id = k.user_id
      LEFT JOIN team ON team.id = k.team_id
      LEFT JOIN member ON member.team_id = k.team_id AND member.user_id = k.user_id`,
    value: shareOf(Prisma.sql`line.place, person.place, team.place, member.place`),
    absent: unbound,
  };
}

export interface Standing {
  id: string;
  scope_type: string;
  scope_id: string;
  period: PeriodKind;
  limit_nano: bigint;
  spent_nano: bigint;
  held_nano: bigint;
  left_nano: bigint;
  share: bigint;
  ends_ms: bigint | null;
}

/** The hard ones on any of these scopes, and on any place of these people in a team; of which the least is left first, and the fullest of several. */
export function listHardStandings(
  db: Db,
  standing: Prisma.Sql,
  scopes: readonly { type: string; id: string }[],
  memberIds: readonly string[],
): Promise<Standing[]> {
  // An id tells its own type, so the two need not be compared as pairs, for which whole reaches would be worked out first.
  const [types, ids] = [[...new Set(scopes.map((scope) => scope.type))], scopes.map((scope) => scope.id)];
  const onScopes = Prisma.sql`scope_type = ANY(${types}::text[]) AND scope_id = ANY(${ids}::text[])`;
  const ofMembers = Prisma.sql`scope_type = 'member' AND ${bySecondPart} = ANY(${[...memberIds]}::text[])`;
  const wanted = memberIds.length === 0 ? onScopes : Prisma.sql`(${onScopes} OR ${ofMembers})`;
  return db.$queryRaw`
    SELECT id, scope_type, scope_id, period, limit_nano, spent_nano, held_nano, left_nano, share, ends_ms FROM (${standing}) AS s
    WHERE hard AND ${wanted}
    ORDER BY left_nano, share DESC, id`;
}
