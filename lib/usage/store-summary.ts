/** Sums of usage over several tables in one statement, so that all of them are seen at one moment. Only lib/usage calls this. */
import type { Reach } from "@/lib/authz/permissions";
import { failedStatuses, type Grouping } from "./schema";
import { conditionsOf, Parameters, type Queryable, type UsageFilter } from "./store-filter";

/** What rows are grouped by in the database; a provider is the sum of its models. */
export type SqlGrouping = Exclude<Grouping, "provider">;

export interface SumSegment {
  source: "events" | "hours" | "team_days" | "tag_days" | "owner_days";
  fromMs: number;
  toMs: number;
  /** -1: its figures are taken away. */
  sign: 1 | -1;
}

export interface SumRequest {
  segments: readonly SumSegment[];
  /** Where each interval begins, in order; milliseconds. */
  starts: readonly number[];
  grouping: SqlGrouping | null;
  filter: UsageFilter;
  /** These groups only. */
  groupIds?: readonly string[];
  /** Highest cost first, instead of by interval and group. */
  byCost?: boolean;
  limit: number;
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
  owner_days: { from: "usage_daily", time: "day", timeType: "date", kind: "rollup", sums: null },
} as const;
const rollupSums = figureNames.map((name) => `sum(${name})`);

const groups: Record<SqlGrouping, { events: string; rollup: string }> = {
  key: { events: "COALESCE(key_id, '')", rollup: "key_id" },
  user: { events: "COALESCE(user_id, '')", rollup: "user_id" },
  team: { events: "COALESCE(team_id, '')", rollup: "split_part(team_path, '/', -1)" },
  model: { events: "model_id", rollup: "model_id" },
  // A call counts once for each of its tags, which are all different.
  tag: { events: "COALESCE(tag, '')", rollup: "tag" },
};
const eachTag = "LEFT JOIN LATERAL unnest(tags) AS tag ON true";

function segmentText(
  request: SumRequest,
  segment: SumSegment,
  reach: Reach,
  starts: string,
  parameters: Parameters,
): string {
  const { from, time, timeType, kind, sums } = tables[segment.source];
  const bound = (ms: number) => parameters.add(new Date(ms).toISOString(), timeType);
  const conditions = [
    `${time} >= ${bound(segment.fromMs)}`,
    `${time} < ${bound(segment.toMs)}`,
    ...conditionsOf(kind, reach, request.filter, parameters),
  ];
  if (request.grouping && request.groupIds)
    conditions.push(`${groups[request.grouping][kind]} = ANY(${parameters.add([...request.groupIds], "text[]")})`);
  // A day of a rollup is a UTC day, whatever the session's time zone.
  const instant = timeType === "date" ? `(${time}::timestamp AT TIME ZONE 'UTC')` : time;
  const group = request.grouping ? groups[request.grouping][kind] : "''";
  const figures = (sums ?? rollupSums).map((sum, index) => `${segment.sign} * ${sum} AS ${figureNames[index]}`);
  const perTag = segment.source === "events" && request.grouping === "tag" ? eachTag : "";
  // The first interval may begin after a cell of which only the end belongs to it; the cell's beginning is taken away again.
  return `SELECT GREATEST(width_bucket(${instant}, ${starts}), 1) AS bucket, ${group} AS grp, ${figures.join(", ")}
    FROM ${from} ${perTag}
    WHERE ${conditions.join(" AND ")} GROUP BY 1, 2`;
}

/** The sums per interval and group, in the order of both. At most `limit` rows. */
export async function sumUsage(reach: Reach, client: Queryable, request: SumRequest): Promise<SumRow[]> {
  const parameters = new Parameters();
  const starts = parameters.add(
    request.starts.map((start) => new Date(start).toISOString()),
    "timestamptz[]",
  );
  const parts = request.segments.map((segment) => segmentText(request, segment, reach, starts, parameters));
  const text = `SELECT bucket, grp, ${figureNames.map((name) => `sum(${name})::text AS ${name}`).join(", ")}
    FROM (${parts.join(" UNION ALL ")}) AS s GROUP BY 1, 2 HAVING sum(requests) > 0
    ORDER BY ${request.byCost ? "sum(cost_nano) DESC, 2" : "1, 2"} LIMIT ${parameters.add(request.limit, "int")}`;
  type Row = { bucket: number; grp: string } & Record<keyof Figures, string>;
  const { rows } = await client.query<Row>(text, parameters.values);
  return rows.map(({ bucket, grp, ...figures }) => ({
    interval: bucket - 1,
    group: grp,
    ...(Object.fromEntries(figureNames.map((name) => [name, BigInt(figures[name])])) as Figures),
  }));
}
