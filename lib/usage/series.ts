/** Rows of a summary as the charts want them: every interval has its place, every group one name and one sum. Pure. */
import { formatUsd, parseUsd } from "@/lib/money";
import type { UsageFigures, UsageSummary } from "./queries";
import type { Grouping } from "./schema";
import type { Slot } from "./spans";

export type SummaryRow = UsageSummary["data"][number];

interface Group {
  /** `other`, or the group's id (for a tag, the tag). Empty for calls without one. */
  key: string;
  name: string;
  isOther: boolean;
  cost_usd: string;
}

const ids = {
  key: "key_id",
  user: "user_id",
  team: "team_id",
  model: "model_id",
  provider: "provider_id",
  tag: "tag",
} as const satisfies Record<Grouping, keyof SummaryRow>;
const names = {
  key: "key_name",
  user: "user_email",
  team: "team_name",
  model: "model",
  provider: "provider",
  tag: "tag",
} as const satisfies Record<Grouping, keyof SummaryRow>;
const noGroup: Record<Grouping, string> = {
  key: "No key",
  user: "Nobody",
  team: "No team",
  model: "Unknown model",
  provider: "Unknown provider",
  tag: "No tag",
};

const otherKey = "other";

function keyOf(row: SummaryRow, grouping: Grouping): string {
  return row.other ? otherKey : `=${row[ids[grouping]] ?? ""}`;
}

function nameOf(row: SummaryRow, grouping: Grouping): string {
  if (row.other) return "Other";
  const id = row[ids[grouping]];
  // Something that is gone has an id and no name.
  return row[names[grouping]] || (id ? `${id} (gone)` : noGroup[grouping]);
}

interface Stack {
  slot: Slot;
  rows: ReadonlyMap<string, SummaryRow>;
  cost_usd: string;
}

interface Stacks {
  /** By cost, the highest first; what is beyond the top last. */
  groups: Group[];
  stacks: Stack[];
}

function rowsBySlot(rows: readonly SummaryRow[]): Map<number, SummaryRow[]> {
  const found = new Map<number, SummaryRow[]>();
  for (const row of rows) {
    const at = Date.parse(row.time);
    found.set(at, [...(found.get(at) ?? []), row]);
  }
  return found;
}

const sumCost = (rows: readonly SummaryRow[]) => rows.reduce((sum, row) => sum + parseUsd(row.cost_usd), 0n);

/** The rows of a grouped summary, stacked on their intervals. */
export function stackGroups(summary: UsageSummary, grouping: Grouping, slots: readonly Slot[]): Stacks {
  const found = rowsBySlot(summary.data);
  const groups = new Map<string, { name: string; isOther: boolean; nano: bigint }>();
  for (const row of summary.data) {
    const key = keyOf(row, grouping);
    const nano = (groups.get(key)?.nano ?? 0n) + parseUsd(row.cost_usd);
    groups.set(key, { name: nameOf(row, grouping), isOther: row.other === true, nano });
  }
  const ordered = [...groups].sort(([, a], [, b]) => {
    if (a.isOther !== b.isOther) return a.isOther ? 1 : -1;
    return a.nano === b.nano ? a.name.localeCompare(b.name) : a.nano > b.nano ? -1 : 1;
  });
  return {
    groups: ordered.map(([key, { nano, ...group }]) => ({ key, ...group, cost_usd: formatUsd(nano) })),
    stacks: slots.map((slot) => {
      const rows = found.get(slot.startMs) ?? [];
      return {
        slot,
        rows: new Map(rows.map((row) => [keyOf(row, grouping), row])),
        cost_usd: formatUsd(sumCost(rows)),
      };
    }),
  };
}

/** The id that a group filters by; null for the others and for what has none. */
export function filterValueOf(group: Group): string | null {
  return group.isOther ? null : group.key.slice(1) || null;
}

const nothing: UsageFigures = {
  requests: 0,
  errors: 0,
  prompt_tokens: 0,
  cached_tokens: 0,
  cache_write_tokens: 0,
  completion_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: "0",
};

/** The figures of each interval of a summary that is not grouped. */
export function figuresBySlot(summary: UsageSummary, slots: readonly Slot[]): UsageFigures[] {
  const found = new Map(summary.data.map((row) => [Date.parse(row.time), row]));
  return slots.map((slot) => found.get(slot.startMs) ?? nothing);
}

/** Tokens split so that the parts add up to all of them. */
export function tokenParts(figures: UsageFigures) {
  return {
    input: Math.max(0, figures.prompt_tokens - figures.cached_tokens - figures.cache_write_tokens),
    cached: figures.cached_tokens,
    cache_write: figures.cache_write_tokens,
    output: Math.max(0, figures.completion_tokens - figures.reasoning_tokens),
    reasoning: figures.reasoning_tokens,
  };
}

/** The share of prompt tokens that came from the provider's cache, in percent; null without prompt tokens. */
export function cacheShare({ prompt_tokens, cached_tokens }: UsageFigures): number | null {
  return prompt_tokens === 0 ? null : (cached_tokens / prompt_tokens) * 100;
}

/** The share of calls that failed, in percent; null without calls. */
export function errorShare({ requests, errors }: UsageFigures): number | null {
  return requests === 0 ? null : (errors / requests) * 100;
}
