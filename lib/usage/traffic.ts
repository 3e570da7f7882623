/**
 * How the calls of providers went lately: what one reads their health from. Whole hours, since that is what rollups hold. lib/providers
 * calls this.
 */
import { reachOf } from "@/lib/authz/permissions";
import type { Context } from "@/lib/context";
import { getPool, inReport } from "@/lib/db/pool";
import { type Durations, durationsOf } from "./latency";
import { type CallRow, type DurationRow, sumCalls, sumDurations } from "./store-traffic";
import { hoursBefore } from "./windows";

export interface Traffic extends Durations {
  since: Date;
  requests: number;
  errors: number;
}

export interface RecentTraffic {
  /** The running hour and the one before it: never less than an hour. */
  hour: Traffic;
  /** The running hour and the 23 before it. */
  day: Traffic;
}

function trafficOf(since: Date, calls: readonly CallRow[], durations: readonly DurationRow[]): Traffic {
  const sum = (read: (row: CallRow) => bigint) => Number(calls.reduce((total, row) => total + read(row), 0n));
  return { since, requests: sum((row) => row.requests), errors: sum((row) => row.errors), ...durationsOf(durations) };
}

/** By provider's id. Null for whoever may not see all calls: a part of them would look like the provider's health. */
export async function readTraffic(
  ctx: Context,
  providerIds: readonly string[],
): Promise<Map<string, RecentTraffic> | null> {
  if (reachOf(ctx.principal.authority, "usage.read")?.kind !== "all") return null;
  const [since, recentSince] = [hoursBefore(ctx.clock.now(), 23), hoursBefore(ctx.clock.now(), 1)];
  const request = { providerIds, since, recentSince };
  return inReport(getPool(), async (client) => {
    const [calls, durations] = [await sumCalls(client, request), await sumDurations(client, request)];
    const of = (id: string): RecentTraffic => {
      const ownCalls = calls.filter((row) => row.provider_id === id);
      const ownDurations = durations.filter((row) => row.provider_id === id);
      const isRecent = (row: { is_recent: boolean }) => row.is_recent;
      return {
        hour: trafficOf(recentSince, ownCalls.filter(isRecent), ownDurations.filter(isRecent)),
        day: trafficOf(since, ownCalls, ownDurations),
      };
    };
    return new Map(providerIds.map((id) => [id, of(id)]));
  });
}
