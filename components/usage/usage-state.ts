"use client";

import { createParser, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { isKnownZone } from "@/lib/client/zoned";
import type { UsageFilters } from "@/lib/usage/queries";
import { groupings } from "@/lib/usage/schema";
import { chartIntervals, type Preset, presets, type Span, spanOf } from "@/lib/usage/spans";

const zone = createParser({ parse: (text) => (isKnownZone(text) ? text : null), serialize: String });
const instant = createParser({
  parse: (text) => (Number.isNaN(Date.parse(text)) ? null : Date.parse(text)),
  serialize: (timeMs: number) => new Date(timeMs).toISOString(),
});

/** The filters by which usage is asked for, as the API names them. */
export const filterNames = ["key_id", "user_id", "team_id", "model", "provider_id", "tag"] as const;
export type FilterName = (typeof filterNames)[number];

const filterParsers = {
  key_id: parseAsString,
  user_id: parseAsString,
  team_id: parseAsString,
  model: parseAsString,
  provider_id: parseAsString,
  tag: parseAsString,
};

const rangeParsers = {
  range: parseAsStringLiteral(presets).withDefault("30d"),
  from: instant,
  to: instant,
  timezone: zone.withDefault("UTC"),
};

const parsers = {
  ...rangeParsers,
  ...filterParsers,
  interval: parseAsStringLiteral(chartIntervals),
  group_by: parseAsStringLiteral(groupings).withDefault("model"),
  of: parseAsStringLiteral(["own", "seen"] as const).withDefault("own"),
};

/** What the address says of a page of usage, and the way to say otherwise; each change is a step back in the browser. */
export function useUsageState() {
  return useQueryStates(parsers, { history: "push" });
}

export type UsageState = ReturnType<typeof useUsageState>[0];
export type ChangeUsage = ReturnType<typeof useUsageState>[1];

type RangeState = Pick<UsageState, keyof typeof rangeParsers>;

function ownSpanIn({ from, to }: RangeState): Span | null {
  return from !== null && to !== null && from < to ? { fromMs: from, toMs: to } : null;
}

/** The span that the address means: its own range where it has a whole one, else the preset's. */
export function spanIn(state: RangeState, nowMs: number): Span {
  return ownSpanIn(state) ?? spanOf(state.range, state.timezone, nowMs);
}

/** The preset that this span is of; null where it is a range of its own. */
export function presetIn(state: RangeState): Preset | null {
  return ownSpanIn(state) ? null : state.range;
}

export function filtersIn(state: Readonly<Record<FilterName, string | null>>): UsageFilters {
  return Object.fromEntries(filterNames.flatMap((name) => (state[name] === null ? [] : [[name, state[name]]])));
}

/** Where a view stands: among the pages of those who run the gateway, or in everybody's own. */
export type Place = "admin" | "portal";
