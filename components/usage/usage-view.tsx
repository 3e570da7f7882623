"use client";

import { useQuery } from "@tanstack/react-query";
import { List } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import { buttonLook } from "@/components/ui/button";
import { DownloadLink } from "@/components/ui/download-link";
import { Select } from "@/components/ui/select";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { callsPath, ownCallsPath } from "@/lib/paths";
import type { UsageFilters, UsageOf } from "@/lib/usage/queries";
import {
  chartIntervals,
  compareSpans,
  finer,
  intervalFor,
  intervalsFor,
  type Slot,
  type Span,
  slotsOf,
} from "@/lib/usage/spans";
import { CacheChart, CallsChart, LatencyChart, SpendChart, TokensChart } from "./charts";
import { FilterChips, FilterPicker } from "./filter-bar";
import { intervalNames } from "./labels";
import { RangeBar, ZoneSelect } from "./range-bar";
import { Totals } from "./totals";
import {
  type ChangeUsage,
  filtersIn,
  type Place,
  presetIn,
  spanIn,
  type UsageState,
  useUsageState,
} from "./usage-state";

/** The calls behind a span, as their list's address has them. */
function callsQuery({ fromMs, toMs }: Span, filters: UsageFilters): URLSearchParams {
  const query = new URLSearchParams({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() });
  for (const [name, value] of Object.entries(filters)) if (value) query.set(name, value);
  return query;
}

interface BarsProps {
  state: UsageState;
  change: ChangeUsage;
  span: Span;
}

function Controls({ state, change, span }: BarsProps) {
  const interval = intervalFor(span, state.interval);
  const isOwn = state.from !== null && state.to !== null;
  return (
    <search aria-label="What is shown" className="mb-4 space-y-2">
      <div className="flex flex-wrap items-center gap-2">
        <RangeBar
          span={span}
          preset={state.range}
          isOwn={isOwn}
          zone={state.timezone}
          onPreset={(range) => change({ range, from: null, to: null, interval: null })}
          onSpan={({ fromMs, toMs }) => change({ from: fromMs, to: toMs, interval: null })}
        />
        <Select
          aria-label="Interval"
          className="w-32 max-sm:grow"
          value={interval}
          onChange={({ target }) => change({ interval: chartIntervals.find((name) => name === target.value) ?? null })}
        >
          {intervalsFor(span).map((name) => (
            <option key={name} value={name}>
              By {intervalNames[name].toLowerCase()}
            </option>
          ))}
        </Select>
        <ZoneSelect className="w-44 max-sm:grow" zone={state.timezone} onChange={(timezone) => change({ timezone })} />
        <FilterPicker onChange={change} />
      </div>
      <FilterChips filters={filtersIn(state)} onChange={change} />
    </search>
  );
}

interface ViewProps {
  place: Place;
  of: UsageOf;
  /** Whose calls are meant by one's own. */
  ownId: string | null;
  seesAll: boolean;
}

function View({ place, of, ownId, seesAll, state, change, span, nowMs }: ViewProps & BarsProps & { nowMs: number }) {
  const router = useRouter();
  const filters = filtersIn(state);
  const interval = intervalFor(span, state.interval);
  const slots = slotsOf(span, interval, state.timezone);
  const ask = { of, span, interval, timezone: state.timezone, filters };
  const behind = of === "own" && ownId ? { ...filters, user_id: ownId } : filters;
  const calls = (part: Span) => `${place === "admin" ? callsPath : ownCallsPath}?${callsQuery(part, behind)}`;
  const isFinest = finer(interval) === null;
  const open = ({ fromMs, toMs }: Slot) => {
    if (isFinest) router.push(calls({ fromMs, toMs }));
    else void change({ from: fromMs, to: toMs, interval: null });
  };
  const shared = { ask, slots, action: isFinest ? "Show the calls" : "Zoom in", onOpen: open };
  const sides = compareSpans(presetIn(state), span, state.timezone, nowMs);
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap gap-2">
        <Link href={calls(span)} className={buttonLook()}>
          <List aria-hidden="true" className="size-3.5" />
          Calls in this range
        </Link>
        <DownloadLink href={`/api/v1/usage/export?format=csv&${callsQuery(span, behind)}`} label="Calls as CSV" />
      </div>
      <Totals ask={ask} sides={sides} />
      <SpendChart
        {...shared}
        grouping={state.group_by}
        onGrouping={(group_by) => change({ group_by })}
        onPick={(filter, value) => change({ [filter]: value })}
      />
      <div className="grid gap-4 lg:grid-cols-2">
        <TokensChart {...shared} />
        <CallsChart {...shared} />
        {seesAll ? <LatencyChart {...shared} /> : null}
        <CacheChart {...shared} />
      </div>
    </div>
  );
}

/** What was used: in the console of all that one may see, in the portal one's own, or that of one's teams. */
export function UsageView({ place }: { place: Place }) {
  const { data: me } = useQuery(meQuery());
  const [state, change] = useUsageState();
  const [nowMs] = useState(() => Date.now());
  const span = spanIn(state, nowMs);
  const right = me?.rights.find(({ action }) => action === "usage.read");
  const seesMore = right !== undefined && right.reach !== "own";
  const of = place === "admin" || (seesMore && state.of === "seen") ? "seen" : "own";
  const title = place === "admin" ? "Usage" : "My usage";
  return (
    <>
      <PageHeader title={title} lead="Spend, tokens and speed of settled calls." action={<Freshness />} />
      <RequireRight action="usage.read" reach={place === "admin" ? "all" : undefined} title={title}>
        {place === "portal" && seesMore ? (
          <Select
            aria-label="Whose calls"
            className="mb-2 w-56"
            value={of}
            onChange={({ target }) => change({ of: target.value === "seen" ? "seen" : "own" })}
          >
            <option value="own">My own calls</option>
            <option value="seen">All calls that I may see</option>
          </Select>
        ) : null}
        <Controls state={state} change={change} span={span} />
        <View
          place={place}
          of={of}
          ownId={me?.user?.id ?? null}
          seesAll={of === "seen" && me !== undefined && hasRight(me, "usage.read", "all")}
          state={state}
          change={change}
          span={span}
          nowMs={nowMs}
        />
      </RequireRight>
    </>
  );
}
