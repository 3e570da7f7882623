/**
 * Why a call cost what it cost, took as long as it took, or was refused: what the gateway noted, put together with the price and
 * the names of what it mentions. Part of the usage domain's service; routes call this.
 */
import { decodeCursor, encodeCursor, type Page } from "@/lib/api/pagination";
import { type Context, requireReach } from "@/lib/context";
import type { ModelPrice } from "@/lib/db/generated/client";
import { getPool, inReport } from "@/lib/db/pool";
import { bucketPrices, formatBucketCost, formatUsd, toBuckets } from "@/lib/money";
import { getEvent, nameOwners, type PresentedEvent } from "./events";
import type { CallTrace, ListRefusalsQuery } from "./schema";
import { listNames, type NameKind } from "./store";
import * as store from "./store-detail";

const bucketNames = {
  input: "input",
  cachedInput: "cached_input",
  cacheWrite: "cache_write",
  output: "output",
} as const;

const namedKinds: readonly NameKind[] = ["key", "user", "team", "credential", "budget"];

export interface CostPart {
  bucket: (typeof bucketNames)[keyof typeof bucketNames];
  tokens: number;
  per_mtok_usd: string;
  cost_usd: string;
}

export type EventDetail = PresentedEvent & {
  recorded_at: Date | null;
  trace: CallTrace | null;
  price: Pick<ModelPrice, "id" | "source" | "valid_from"> | null;
  cost_parts: CostPart[];
  names: Record<string, string>;
};

/** The parts of a call's cost; their sum, rounded once, is the cost. */
function costPartsOf(event: PresentedEvent, row: ModelPrice): CostPart[] {
  const buckets = toBuckets({
    prompt: event.prompt_tokens,
    cached: event.cached_tokens,
    cacheWrite: event.cache_write_tokens,
    completion: event.completion_tokens,
  });
  const prices = bucketPrices({
    inputPerMtokNano: row.input_per_mtok_nano,
    cachedInputPerMtokNano: row.cached_input_per_mtok_nano,
    cacheWritePerMtokNano: row.cache_write_per_mtok_nano,
    outputPerMtokNano: row.output_per_mtok_nano,
  });
  return (Object.keys(bucketNames) as (keyof typeof bucketNames)[]).map((bucket) => ({
    bucket: bucketNames[bucket],
    tokens: buckets[bucket],
    per_mtok_usd: formatUsd(prices[bucket]),
    cost_usd: formatBucketCost(buckets[bucket], prices[bucket]),
  }));
}

function idsIn(event: PresentedEvent, trace: CallTrace | null): string[] {
  const ids = [
    event.key_id,
    event.user_id,
    event.credential_id,
    ...event.team_path,
    ...event.budget_ids,
    ...(trace?.attempts.map(({ credential_id }) => credential_id) ?? []),
    // A member's level is of a team and a person.
    ...(trace?.limits.flatMap(({ id }) => id.split("/")) ?? []),
  ];
  return [...new Set(ids.filter((id) => id !== null))];
}

/** One event with all that is known of it; 404 if it is missing or out of the caller's reach. */
export async function explainEvent(ctx: Context, id: string): Promise<EventDetail> {
  const event = await getEvent(ctx, id);
  return inReport(getPool(), async (client) => {
    const kept = await store.findTrace(client, id);
    const price = event.price_id === null ? null : await store.findPrice(client, event.price_id);
    const trace = kept?.trace ?? null;
    return {
      ...event,
      recorded_at: kept?.recorded_at ?? null,
      trace,
      price,
      cost_parts: price && event.status !== "unknown" ? costPartsOf(event, price) : [],
      names: Object.fromEntries(await listNames(client, namedKinds, idsIn(event, trace))),
    };
  });
}

// How the cursor names the order of the list.
const lastFirst = "-last_at";

export type PresentedRefusal = store.RefusalRow & Pick<PresentedEvent, "key_name" | "user_email" | "team_name">;

/** A page of refused calls within the caller's reach, those that happened last first. */
export async function listRefusals(ctx: Context, query: ListRefusalsQuery): Promise<Page<PresentedRefusal>> {
  const reach = requireReach(ctx, "usage.read");
  const { key_id, user_id, team_id, error_code, from, to, limit } = query;
  const position = query.cursor === undefined ? null : decodeCursor(query.cursor, lastFirst, "time");
  const rows = await store.listRefusals(
    reach,
    getPool(),
    { key_id, user_id, team_id },
    {
      fromMs: from === undefined ? undefined : Date.parse(from),
      toMs: to === undefined ? undefined : Date.parse(to),
      errorCode: error_code,
      after: position && { lastAt: position.value as Date, id: position.id },
      take: limit + 1,
    },
  );
  const data = rows.slice(0, limit);
  const last = rows.length > limit ? data.at(-1) : undefined;
  return {
    data: await nameOwners(data),
    next_cursor: last ? encodeCursor(lastFirst, { value: last.last_at, id: last.id }) : null,
  };
}
