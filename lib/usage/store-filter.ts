/** The where clauses of usage in raw SQL: reach first, then what was asked for. Only lib/usage calls this. */
import type pg from "pg";
import type { Reach } from "@/lib/authz/permissions";
import type { CallStatus } from "./schema";

export type Queryable = Pick<pg.ClientBase, "query">;

/** Collects the values of a statement; `add` answers the placeholder. */
export class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

export interface UsageFilter {
  key_id?: string | undefined;
  user_id?: string | undefined;
  /** This team and those below it. */
  team_id?: string | undefined;
  /** Undefined: any. */
  modelIds?: readonly string[] | undefined;
  tag?: string | undefined;
  status?: CallStatus | undefined;
  /** Of events alone: one of these models, or this very call or request. */
  q?: { modelIds: readonly string[]; id: string } | undefined;
}

/** How a table spells the ids of a team and its ancestors as an array, and that a row has a tag. */
const spellings = {
  events: { teams: "team_path", hasTag: (tag: string) => `tags @> ARRAY[${tag}]` },
  rollup: { teams: "string_to_array(team_path, '/')", hasTag: (tag: string) => `tag = ${tag}` },
} as const;
export type TableKind = keyof typeof spellings;

function reachCondition(reach: Reach, teams: string, parameters: Parameters): string[] {
  if (reach.kind === "all") return [];
  const own = reach.userId === null ? [] : [`user_id = ${parameters.add(reach.userId, "text")}`];
  const led = reach.teamIds.length === 0 ? [] : [`${teams} && ${parameters.add([...reach.teamIds], "text[]")}`];
  return [`(${[...own, ...led].join(" OR ") || "false"})`];
}

/**
 * Conditions on usage_events or a rollup: a person's own calls, and those of the teams that the caller may look into. Teams
 * count as the tree was at each call, which is also how budgets were charged.
 */
export function conditionsOf(kind: TableKind, reach: Reach, filter: UsageFilter, parameters: Parameters): string[] {
  const { teams, hasTag } = spellings[kind];
  const { key_id, user_id, team_id, modelIds, tag, status, q } = filter;
  const conditions = reachCondition(reach, teams, parameters);
  if (key_id !== undefined) conditions.push(`key_id = ${parameters.add(key_id, "text")}`);
  if (user_id !== undefined) conditions.push(`user_id = ${parameters.add(user_id, "text")}`);
  if (team_id !== undefined) conditions.push(`${teams} @> ${parameters.add([team_id], "text[]")}`);
  if (modelIds !== undefined) conditions.push(`model_id = ANY(${parameters.add([...modelIds], "text[]")})`);
  if (tag !== undefined) conditions.push(hasTag(parameters.add(tag, "text")));
  // Spelled out, since the index of what went wrong holds no other rows and a placeholder would hide that.
  if (status !== undefined)
    conditions.push(
      status === "ok" ? "status = 'ok'" : `status <> 'ok' AND status = ${parameters.add(status, "text")}`,
    );
  if (q !== undefined) {
    const id = parameters.add(q.id, "text");
    const byId = `id = ${id} OR request_id = ${id}`;
    // An OR without any model would keep the planner from the two indexes that find an id.
    const byModel = q.modelIds.length > 0 ? ` OR model_id = ANY(${parameters.add([...q.modelIds], "text[]")})` : "";
    conditions.push(`(${byId}${byModel})`);
  }
  return conditions;
}
