"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { countAxis, moneyAxis, percentAxis, timeAxis } from "@/components/chart/axis";
import { ChartPanel } from "@/components/chart/chart-panel";
import { colourAt } from "@/components/chart/colours";
import type { ChartCell, ChartPoint } from "@/components/chart/shape";
import { Empty } from "@/components/ui/empty";
import { Select } from "@/components/ui/select";
import { formatCount, formatMoney } from "@/lib/client/format";
import { parseUsd } from "@/lib/money";
import {
  type SummaryAsk,
  type UsageFigures,
  type UsageSummary,
  usageLatencyQuery,
  usageSummaryQuery,
} from "@/lib/usage/queries";
import { type Grouping, groupings } from "@/lib/usage/schema";
import { cacheShare, figuresBySlot, filterValueOf, stackGroups, tokenParts } from "@/lib/usage/series";
import { type Slot, slotsOf } from "@/lib/usage/spans";
import { formatMs, intervalNames, percent, pointOf } from "./labels";
import type { FilterName } from "./usage-state";

interface ChartsProps {
  ask: SummaryAsk & { interval: "hour" | "day" | "month" };
  slots: readonly Slot[];
  /** What a click on a bar does, in words. */
  action: string;
  onOpen: (slot: Slot) => void;
}

const none = (
  <Empty title="No calls in this range">
    Choose a longer range or fewer filters; a call appears once it is settled.
  </Empty>
);
const isEmpty = (summary: UsageSummary) => summary.totals.requests === 0;

/** For drawing only. */
const heightOf = (usd: string) => Number(parseUsd(usd)) / 1e9;
const moneyCell = (usd: string): ChartCell => ({ value: heightOf(usd), text: formatMoney(usd) });

const groupingNames: Record<Grouping, string> = {
  model: "model",
  team: "team",
  user: "person",
  key: "key",
  provider: "provider",
  tag: "tag",
};
const groupingFilters: Record<Grouping, FilterName> = {
  model: "model",
  team: "team_id",
  user: "user_id",
  key: "key_id",
  provider: "provider_id",
  tag: "tag",
};

function shared({ ask, slots, action, onOpen }: ChartsProps) {
  return {
    rowName: `${intervalNames[ask.interval]} (${ask.timezone})`,
    action,
    onOpen: (index: number) => {
      const slot = slots[index];
      if (slot) onOpen(slot);
    },
    isEmpty,
    empty: none,
  };
}

interface SpendProps extends ChartsProps {
  grouping: Grouping;
  onGrouping: (grouping: Grouping) => void;
  onPick: (filter: FilterName, value: string) => void;
}

/** What was spent, stacked by what one asks for. */
export function SpendChart({ grouping, onGrouping, onPick, ...props }: SpendProps) {
  const { ask, slots } = props;
  const query = useQuery({ ...usageSummaryQuery({ ...ask, group_by: grouping }), placeholderData: keepPreviousData });
  const prepare = (summary: UsageSummary) => {
    const { groups, stacks } = stackGroups(summary, grouping, slots);
    return {
      series: groups.map(({ key, name, isOther, cost_usd }, index) => ({
        key,
        label: name,
        colour: isOther ? ("other" as const) : colourAt(index),
        total: formatMoney(cost_usd),
      })),
      points: stacks.map(
        ({ slot, rows, cost_usd }): ChartPoint => ({
          ...pointOf(slot, ask.interval, ask.timezone),
          cells: Object.fromEntries([...rows].map(([key, row]) => [key, moneyCell(row.cost_usd)])),
          total: grouping === "tag" ? undefined : formatMoney(cost_usd),
        }),
      ),
    };
  };
  const groups = query.data ? stackGroups(query.data, grouping, []).groups : [];
  const pickOf = (key: string) => {
    const group = groups.find((one) => one.key === key);
    return group ? filterValueOf(group) : null;
  };
  return (
    <ChartPanel
      {...shared(props)}
      title="Spend"
      hint={`USD per ${ask.interval}, by ${groupingNames[grouping]}, ${ask.timezone}${grouping === "tag" ? "; a call counts for each of its tags" : ""}`}
      size="lg"
      kind="bars"
      axis={moneyAxis}
      query={query}
      prepare={prepare}
      canPick={(key) => pickOf(key) !== null}
      onPick={(key) => {
        const value = pickOf(key);
        if (value !== null) onPick(groupingFilters[grouping], value);
      }}
      more={
        <Select
          aria-label="Stack by"
          className="w-32"
          value={grouping}
          onChange={({ target }) => {
            const chosen = groupings.find((name) => name === target.value);
            if (chosen) onGrouping(chosen);
          }}
        >
          {groupings.map((name) => (
            <option key={name} value={name}>
              By {groupingNames[name]}
            </option>
          ))}
        </Select>
      }
    />
  );
}

type Parts = Record<string, number | null>;

function preparePlain(
  { ask, slots }: ChartsProps,
  names: Record<string, string>,
  partsOf: (figures: UsageFigures) => Parts,
  format: (value: number) => string,
) {
  return (summary: UsageSummary) => {
    const totals = partsOf(summary.totals);
    const rows = figuresBySlot(summary, slots);
    return {
      series: Object.entries(names).map(([key, label], index) => {
        const total = totals[key];
        return { key, label, colour: colourAt(index), total: total == null ? "–" : format(total) };
      }),
      points: slots.map((slot, index): ChartPoint => {
        const parts = rows[index] ? partsOf(rows[index]) : {};
        const cells = Object.entries(parts).map(([key, value]) => [
          key,
          { value, text: value === null ? "–" : format(value) },
        ]);
        return { ...pointOf(slot, ask.interval, ask.timezone), cells: Object.fromEntries(cells) };
      }),
    };
  };
}

const tokenNames = {
  input: "Input",
  cached: "Input from cache",
  cache_write: "Written to cache",
  output: "Output",
  reasoning: "Reasoning",
};

export function TokensChart(props: ChartsProps) {
  const { ask } = props;
  const query = useQuery({ ...usageSummaryQuery(ask), placeholderData: keepPreviousData });
  return (
    <ChartPanel
      {...shared(props)}
      title="Tokens"
      hint={`per ${ask.interval}, by bucket, ${ask.timezone}`}
      kind="bars"
      isWhole
      axis={countAxis}
      query={query}
      prepare={preparePlain(props, tokenNames, tokenParts, formatCount)}
    />
  );
}

export function CallsChart(props: ChartsProps) {
  const { ask } = props;
  const query = useQuery({ ...usageSummaryQuery(ask), placeholderData: keepPreviousData });
  const parts = ({ requests, errors }: UsageFigures) => ({ well: requests - errors, failed: errors });
  const prepare = preparePlain(props, { well: "Went well or hung up", failed: "Failed" }, parts, formatCount);
  return (
    <ChartPanel
      {...shared(props)}
      title="Calls and errors"
      hint={`calls per ${ask.interval}, ${ask.timezone}`}
      kind="bars"
      isWhole
      axis={countAxis}
      query={query}
      prepare={(summary) => {
        const { series, points } = prepare(summary);
        return { points, series: series.map((one) => (one.key === "failed" ? { ...one, colour: "7" as const } : one)) };
      }}
    />
  );
}

export function CacheChart(props: ChartsProps) {
  const { ask } = props;
  const query = useQuery({ ...usageSummaryQuery(ask), placeholderData: keepPreviousData });
  return (
    <ChartPanel
      {...shared(props)}
      title="Cache share"
      hint={`% of prompt tokens, per ${ask.interval}, ${ask.timezone}`}
      kind="lines"
      axis={percentAxis}
      query={query}
      prepare={preparePlain(props, { share: "From cache" }, (figures) => ({ share: cacheShare(figures) }), percent)}
    />
  );
}

const latencyNames = {
  p50: ["latency", "p50_ms", "Whole call, half within"],
  p95: ["latency", "p95_ms", "Whole call, 95 % within"],
  first50: ["first_token", "p50_ms", "First token, half within"],
  first95: ["first_token", "p95_ms", "First token, 95 % within"],
} as const;

/** How long calls took: of everybody, so only for those who may see all calls. */
export function LatencyChart(props: ChartsProps) {
  const { ask } = props;
  const { span, timezone, filters } = ask;
  const interval = ask.interval === "month" ? "day" : ask.interval;
  const { model, provider_id } = filters;
  const query = useQuery({
    ...usageLatencyQuery({ span, interval, timezone, model, provider_id }),
    placeholderData: keepPreviousData,
  });
  const slots = slotsOf(span, interval, timezone);
  const ignores = ["key_id", "user_id", "team_id", "tag"].some((name) => filters[name as FilterName]);
  return (
    <ChartPanel
      {...shared({ ...props, slots, ask: { ...ask, interval } })}
      title="Latency"
      hint={`per ${interval}, ${timezone}${ignores ? "; everybody's calls, whatever key, person, team or tag" : ""}`}
      kind="lines"
      axis={timeAxis}
      query={query}
      isEmpty={({ totals }) => totals.latency.count === 0}
      prepare={({ data, totals }) => {
        const rows = new Map(data.map((row) => [Date.parse(row.time), row]));
        const text = (ms: number | null | undefined) => (ms == null ? "–" : formatMs(ms));
        return {
          series: Object.entries(latencyNames).map(([key, [metric, quantile, label]], index) => ({
            key,
            label,
            colour: colourAt(index),
            total: text(totals[metric][quantile]),
          })),
          points: slots.map((slot) => {
            const row = rows.get(slot.startMs);
            const cells = Object.entries(latencyNames).map(([key, [metric, quantile]]) => {
              const value = row?.[metric][quantile] ?? null;
              return [key, { value, text: text(value) }];
            });
            return { ...pointOf(slot, interval, timezone), cells: Object.fromEntries(cells) };
          }),
        };
      }}
    />
  );
}
