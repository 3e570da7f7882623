/** Sums of usage over several tables in one statement, so that all of them are seen at one moment. Only lib/usage calls this. */
import type { Range, Source } from "./range";
import { failedStatuses, type Grouping } from "./schema";
import { conditionsOf, Parameters, type Queryable, type TableKind, type UsageFilter } from "./store-filter";

/** What rows are grouped by in the database; a provider is the sum of its models. */
export type SqlGrouping = Exclude<Grouping, "provider">;

export interface SumSegment {
  source: Source;
  fromMs: number;
  toMs: number;
  /** -1: its figures are taken away. */
  sign: 1 | -1;
  /** Whose they are, where that is not told by each row's time. */
  interval?: number;
}

/** A part of what is summed: the calls below these teams, or those of one person outside of them; absent: all calls. */
export interface SumPart {
  segments: readonly SumSegment[];
  /** Of the paths that there are. */
  within?: readonly string[];
  ownedBy?: { userId: string; outside: readonly string[] };
}

export interface SumRequest {
  /** No call is in two of them. */
  parts: readonly SumPart[];
  /** Every path of a team that was called from in the time; where it is asked by teams. */
  paths: readonly string[];
  /** Where each interval begins, in order; milliseconds. One alone has all that is summed. */
  starts: readonly number[];
  grouping: SqlGrouping | null;
  filter: UsageFilter;
  /** These groups only. */
  groupIds?: readonly string[];
  limit: number;
}

/** The paths that there were calls from in the months that the range touches. */
export async function listPaths(client: Queryable, { fromMs, toMs }: Range): Promise<string[]> {
  const text = `SELECT DISTINCT team_path AS path FROM usage_monthly
    WHERE month >= date_trunc('month', $1::timestamp)::date AND month < $2::timestamp AND team_path <> ''`;
  const { rows } = await client.query<{ path: string }>(
    text,
    [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, -1)),
  );
  return rows.map(({ path }) => path);
}

export const figureNames = [
  "requests",
  "errors",
  "prompt_tokens",
  "cached_tokens",
  "cache_write_tokens",
  "completion_tokens",
  "reasoning_tokens",
  "cost_nano",
] as const;
export type Figures = Record<(typeof figureNames)[number], bigint>;

export interface SumRow extends Figures {
  /** The interval: an index into `starts`. */
  interval: number;
  /** An id or a tag; empty for calls that have none, and where nothing was grouped. */
  group: string;
}

const failed = failedStatuses.map((status) => `'${status}'`).join(", ");
const tokens = figureNames.slice(2);

const tables = {
  events: {
    from: "usage_events",
    time: "started_at",
    timeType: "timestamptz",
    kind: "events",
    sums: ["count(*)", `count(*) FILTER (WHERE status IN (${failed}))`, ...tokens.map((name) => `sum(${name})`)],
  },
  hours: { from: "usage_hourly", time: "hour", timeType: "timestamptz", kind: "rollup", sums: null },
  team_days: { from: "usage_team_daily", time: "day", timeType: "date", kind: "rollup", sums: null },
  tag_days: { from: "usage_tag_daily", time: "day", timeType: "date", kind: "rollup", sums: null },
  user_days: { from: "usage_user_daily", time: "day", timeType: "date", kind: "rollup", sums: null },
  owner_days: { from: "usage_daily", time: "day", timeType: "date", kind: "rollup", sums: null },
  // It has calls and cost alone.
  owner_months: { from: "usage_monthly", time: "month", timeType: "date", kind: "rollup", sums: null },
} as const;
const rollupSums = figureNames.map((name) => `sum(${name})`);

const groups: Record<SqlGrouping, { events: string; rollup: string }> = {
  key: { events: "COALESCE(key_id, '')", rollup: "key_id" },
  user: { events: "COALESCE(user_id, '')", rollup: "user_id" },
  // Cut to the team itself where the sums are at hand: there are as many paths as teams.
  team: { events: "array_to_string(team_path, '/')", rollup: "team_path" },
  model: { events: "model_id", rollup: "model_id" },
  // A call counts once for each of its tags, which are all different.
  tag: { events: "COALESCE(tag, '')", rollup: "tag" },
};
/**
 * Of these there may be as many as rows. A rollup's rows of other groups are summed up by its own cells first, which are few, and only
 * those sums are told their interval.
 */
const manyGroups: ReadonlySet<SqlGrouping | null> = new Set(["key", "user"]);
const isByCell = ({ grouping, groupIds }: Statement["request"]) => !manyGroups.has(grouping) || groupIds !== undefined;
const eachTag = "LEFT JOIN LATERAL unnest(tags) AS tag ON true";

const signed = figureNames.map((name) => `sign * ${name} AS ${name}`).join(", ");

interface Statement {
  request: Omit<SumRequest, "starts">;
  part: SumPart;
  parameters: Parameters;
}

const pathOf = { events: "array_to_string(team_path, '/')", rollup: "team_path" } as const;

/** Paths are compared as a whole, which a list of any length answers at once; comparing arrays takes a hundred times as long. */
function conditionsOfPart({ request, part, parameters }: Statement, kind: TableKind): string[] {
  const [{ team_id, ...filter }, path] = [request.filter, pathOf[kind]];
  const among = (paths: readonly string[]) => `${path} = ANY(${parameters.add([...paths], "text[]")})`;
  const conditions = conditionsOf(kind, { kind: "all" }, filter, parameters);
  if (team_id !== undefined) conditions.push(among(request.paths.filter((one) => one.split("/").includes(team_id))));
  if (part.within) conditions.push(among(part.within));
  if (part.ownedBy) {
    conditions.push(`user_id = ${parameters.add(part.ownedBy.userId, "text")}`);
    if (part.ownedBy.outside.length > 0) conditions.push(`NOT ${among(part.ownedBy.outside)}`);
  }
  const { grouping, groupIds } = request;
  if (grouping === "team" && groupIds)
    conditions.push(among(["", ...request.paths].filter((one) => groupIds.includes(one.split("/").at(-1) ?? ""))));
  else if (grouping && groupIds)
    conditions.push(`${groups[grouping][kind]} = ANY(${parameters.add([...groupIds], "text[]")})`);
  return conditions;
}

/** What makes a row of each tag out of an event. */
function perTagOf({ grouping }: Statement["request"], source: Source): string {
  return source === "events" && grouping === "tag" ? eachTag : "";
}

function outerGroupOf({ grouping }: Statement["request"]): string {
  return grouping === "team" ? "split_part(grp, '/', -1)" : "grp";
}

/** Sums by these columns and the group, of the rows for which these conditions hold too. */
function sumText(
  statement: Statement,
  source: Source,
  { by, where, rows }: { by: string[]; where: string[]; rows?: string },
): string {
  const { request } = statement;
  const { from, kind, sums } = tables[source];
  const group = request.grouping ? groups[request.grouping][kind] : "''";
  const perTag = perTagOf(request, source);
  const figures = figureNames.map((name, index) => `${(sums ?? rollupSums)[index]} AS ${name}`);
  const columns = [...by, `${group} AS grp`];
  return `SELECT ${[...columns, ...figures].join(", ")} FROM ${rows ?? from} ${perTag}
    WHERE ${[...where, ...conditionsOfPart(statement, kind)].join(" AND ") || "true"} GROUP BY ${columns.map((_, index) => index + 1).join(", ")}`;
}

const boundOf = (ms: number) => new Date(ms).toISOString();

/** Rows that are told by their time to which interval they belong. */
function segmentText(statement: Statement, { source, fromMs, toMs, sign }: SumSegment, starts: string | null): string {
  const { time, timeType } = tables[source];
  const bound = (ms: number) => statement.parameters.add(boundOf(ms), timeType);
  const where = [`${time} >= ${bound(fromMs)}`, `${time} < ${bound(toMs)}`];
  // A day of a rollup is a UTC day, whatever the session's time zone.
  const instant = timeType === "date" ? `(${time}::timestamp AT TIME ZONE 'UTC')` : time;
  // The first interval may begin after a cell of which only the end belongs to it; the cell's beginning is taken away again.
  const bucket = starts === null ? "1" : `GREATEST(width_bucket(${instant}, ${starts}), 1)`;
  const byCell = starts !== null && source !== "events" && isByCell(statement.request);
  const by = byCell ? time : `${bucket} AS bucket`;
  return `SELECT ${byCell ? bucket : "bucket"} AS bucket, grp, ${signed}
    FROM (${sumText(statement, source, { by: [by], where })}) AS s, (VALUES (${sign})) AS taken(sign)`;
}

const dayMs = 86_400_000;

/** The days of each segment, one by one: a day is looked up, where a span would be compared with. */
function daysOf(segments: readonly SumSegment[]): SumSegment[] {
  return segments.flatMap((segment) =>
    Array.from({ length: (segment.toMs - segment.fromMs) / dayMs }, (_, index) => {
      const fromMs = segment.fromMs + index * dayMs;
      return { ...segment, fromMs, toMs: fromMs + dayMs };
    }),
  );
}

/** Rows of one table that are told by the segment in which they lie. */
function windowsText(statement: Statement, source: Source, segments: readonly SumSegment[]): string {
  const { from, time, timeType } = tables[source];
  const windows = timeType === "date" ? daysOf(segments) : segments;
  const add = (value: unknown, type: string) => statement.parameters.add(value, type);
  const list = (read: (window: SumSegment) => string | number, type: string) => add(windows.map(read), `${type}[]`);
  const columns = [
    list(({ fromMs }) => boundOf(fromMs), timeType),
    list(({ toMs }) => boundOf(toMs), timeType),
    list(({ interval = 0 }) => interval + 1, "int"),
    list(({ sign }) => sign, "int"),
  ];
  const given = `unnest(${columns.join(", ")}) AS w(from_at, to_at, bucket, sign)`;
  if (timeType !== "date") {
    // Left to itself the planner would read the whole time once and compare each row with each window: OFFSET 0 has it look up each window.
    const looked = `(SELECT * FROM ${from} WHERE ${time} >= w.from_at AND ${time} < w.to_at OFFSET 0)`;
    const rows = `${given} CROSS JOIN LATERAL ${looked} AS ${from}`;
    const sums = sumText(statement, source, { by: ["w.bucket", "w.sign"], where: [], rows });
    return `SELECT bucket, grp, ${signed} FROM (${sums}) AS s`;
  }
  const bound = (ms: number) => add(boundOf(ms), timeType);
  const first = Math.min(...windows.map(({ fromMs }) => fromMs));
  const end = Math.max(...windows.map(({ toMs }) => toMs));
  const where = [`${time} >= ${bound(first)}`, `${time} < ${bound(end)}`];
  if (isByCell(statement.request))
    return `SELECT bucket, grp, ${signed} FROM (${sumText(statement, source, { by: [time], where })}) AS s JOIN ${given} ON ${time} = w.from_at`;
  const rows = `${from} JOIN ${given} ON ${time} = w.from_at`;
  const sums = sumText(statement, source, { by: ["w.bucket", "w.sign"], where, rows });
  return `SELECT bucket, grp, ${signed} FROM (${sums}) AS s`;
}

function partTexts(statement: Statement, starts: string | null): string[] {
  const { segments } = statement.part;
  const windows = segments.filter(({ interval }) => interval !== undefined);
  const ofSource = (source: Source) => windows.filter((window) => window.source === source);
  return [
    ...segments
      .filter(({ interval }) => interval === undefined)
      .map((segment) => segmentText(statement, segment, starts)),
    ...[...new Set(windows.map(({ source }) => source))].map((source) =>
      windowsText(statement, source, ofSource(source)),
    ),
  ];
}

/** The sums per interval and group, in the order of both. At most `limit` rows. */
export async function sumUsage(client: Queryable, request: SumRequest): Promise<SumRow[]> {
  const parameters = new Parameters();
  const times = request.starts.map((start) => new Date(start).toISOString());
  const isSplit =
    times.length > 1 && request.parts.some(({ segments }) => segments.some((one) => one.interval === undefined));
  const starts = isSplit ? parameters.add(times, "timestamptz[]") : null;
  const parts = request.parts.flatMap((part) => partTexts({ request, part, parameters }, starts));
  const text = `SELECT bucket, ${outerGroupOf(request)} AS grp, ${figureNames.map((name) => `sum(${name})::text AS ${name}`).join(", ")}
    FROM (${parts.join(" UNION ALL ")}) AS s GROUP BY 1, 2 HAVING sum(requests) > 0
    ORDER BY 1, 2 LIMIT ${parameters.add(request.limit, "int")}`;
  type Row = { bucket: number; grp: string } & Record<keyof Figures, string>;
  const { rows } = await client.query<Row>(text, parameters.values);
  return rows.map(({ bucket, grp, ...figures }) => ({
    interval: bucket - 1,
    group: grp,
    ...(Object.fromEntries(figureNames.map((name) => [name, BigInt(figures[name])])) as Figures),
  }));
}

/** What one segment says of each group's calls and cost. Of many groups there are nearly as many sums as rows, so these stay rows. */
function costText(statement: Statement, grouping: SqlGrouping, { source, fromMs, toMs, sign }: SumSegment): string {
  const { from, kind, time, timeType } = tables[source];
  const bound = (ms: number) => statement.parameters.add(boundOf(ms), timeType);
  const isSummed = !manyGroups.has(grouping);
  const read = (column: string) => `${sign === 1 ? "" : "-"}${isSummed ? `sum(${column})` : column}`;
  const where = [`${time} >= ${bound(fromMs)}`, `${time} < ${bound(toMs)}`, ...conditionsOfPart(statement, kind)];
  return `SELECT ${groups[grouping][kind]} AS grp, ${read(kind === "events" ? "1" : "requests")} AS requests, ${read("cost_nano")} AS cost_nano
    FROM ${from} ${perTagOf(statement.request, source)} WHERE ${where.join(" AND ")} ${isSummed ? "GROUP BY 1" : ""}`;
}

/** The groups whose calls cost most in all segments together, dearest first. At most `limit`. */
export async function findLeading(
  client: Queryable,
  { grouping, ...rest }: Omit<SumRequest, "starts" | "groupIds"> & { grouping: SqlGrouping },
): Promise<string[]> {
  const parameters = new Parameters();
  const request = { grouping, ...rest };
  const texts = request.parts.flatMap((part) =>
    part.segments.map((segment) => costText({ request, part, parameters }, grouping, segment)),
  );
  const text = `SELECT ${outerGroupOf(request)} AS grp FROM (${texts.join(" UNION ALL ")}) AS s
    GROUP BY 1 HAVING sum(requests) > 0 ORDER BY sum(cost_nano) DESC, 1 LIMIT ${parameters.add(request.limit, "int")}`;
  const { rows } = await client.query<{ grp: string }>(text, parameters.values);
  return rows.map(({ grp }) => grp);
}
