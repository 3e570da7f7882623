"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { firstRunOut } from "@/components/budgets/risk";
import { riskPath, riskQuery } from "@/components/budgets/risk-panel";
import { figureOf } from "@/components/layout/query-states";
import { Tile, Tiles } from "@/components/ui/tile";
import { changeOf, formatMs, percent } from "@/components/usage/labels";
import { formatCount, formatMoney, formatTime } from "@/lib/client/format";
import { zonedClock } from "@/lib/client/zoned";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { parseUsd } from "@/lib/money";
import { adminUsagePath, callsPath, modelsPath, providersPath, webhooksPath } from "@/lib/paths";
import { type ServerStatus, statusQuery } from "@/lib/status/queries";
import { type UsageFigures, usageLatencyQuery, usageSummaryQuery } from "@/lib/usage/queries";
import { errorShare } from "@/lib/usage/series";
import { compareSpans, type Span, spanOf } from "@/lib/usage/spans";

const refetchInterval = 30_000;
const zone = "UTC";

/** The figures of a span as a whole. */
function useTotals(span: Span, enabled = true) {
  const ask = usageSummaryQuery({ of: "seen", span, interval: "total", timezone: zone, filters: {} });
  return useQuery({ ...ask, enabled, refetchInterval, select: ({ totals }) => totals });
}

const nano = ({ cost_usd }: UsageFigures) => Number(parseUsd(cost_usd));

function Lines({ children }: { children: readonly ReactNode[] }) {
  return children.map((line, index) => (
    // Lines have no names of their own, and stay in their order.
    <p key={String(index)}>{line}</p>
  ));
}

/** The change of a figure since the period before, both as they were at the last full hour. */
function useChange(preset: "today" | "month", span: Span, nowMs: number) {
  const sides = compareSpans(preset, span, zone, nowMs);
  const [now, before] = [
    useTotals(sides?.now ?? span, sides !== null),
    useTotals(sides?.before ?? span, sides !== null),
  ];
  const hour = sides ? zonedClock(sides.now.toMs, zone) : "";
  return (read: (figures: UsageFigures) => number, text: (figures: UsageFigures) => string): string[] => {
    if (!sides) return ["no full hour to compare yet"];
    if (!now.data || !before.data) return [];
    const change = changeOf(read(now.data), read(before.data));
    return [`${change} up to ${hour}`, `${sides.before.name} by then ${text(before.data)}`];
  };
}

function FailedNote({ now, since }: { now: UsageFigures; since: string }) {
  if (now.errors === 0) return "none failed";
  const query = new URLSearchParams({ from: since, status: "error" });
  return (
    <Link href={`${callsPath}?${query}`} className="relative z-10 text-danger underline">
      {formatCount(now.errors)} failed, {percent(errorShare(now) ?? 0)}
    </Link>
  );
}

function LatencyTile({ span }: { span: Span }) {
  const ask = usageLatencyQuery({ span, interval: "total", timezone: zone });
  const query = useQuery({ ...ask, refetchInterval, select: ({ totals }) => totals });
  const totals = query.data;
  const text = (ms: number | null) => (ms === null ? "–" : formatMs(ms));
  return (
    <Tile
      term="Latency today, p95"
      to={`${adminUsagePath}?range=today`}
      value={figureOf(query, ({ latency }) => text(latency.p95_ms))}
      note={
        totals ? (
          <Lines>
            {[
              `p50 ${text(totals.latency.p50_ms)}`,
              `first token p50 ${text(totals.first_token.p50_ms)}, p95 ${text(totals.first_token.p95_ms)}`,
            ]}
          </Lines>
        ) : null
      }
    />
  );
}

/** What was spent and called, against before. */
function TrafficTiles() {
  const nowMs = Date.now();
  const [today, month] = [spanOf("today", zone, nowMs), spanOf("month", zone, nowMs)];
  const [now, thisMonth] = [useTotals(today), useTotals(month)];
  const [sinceYesterday, sinceLastMonth] = [useChange("today", today, nowMs), useChange("month", month, nowMs)];
  const since = new Date(today.fromMs).toISOString();
  const costText = ({ cost_usd }: UsageFigures) => formatMoney(cost_usd);
  const [calls = null] = sinceYesterday(
    ({ requests }) => requests,
    ({ requests }) => formatCount(requests),
  );
  return (
    <>
      <Tile
        term="Spend today (USD, UTC)"
        to={`${adminUsagePath}?range=today`}
        value={figureOf(now, costText)}
        exact={now.data && `${now.data.cost_usd} USD`}
        note={<Lines>{sinceYesterday(nano, costText)}</Lines>}
      />
      <Tile
        term="Spend this month (USD, UTC)"
        to={`${adminUsagePath}?range=month`}
        value={figureOf(thisMonth, costText)}
        exact={thisMonth.data && `${thisMonth.data.cost_usd} USD`}
        note={<Lines>{sinceLastMonth(nano, costText)}</Lines>}
      />
      <Tile
        term="Calls today (UTC)"
        to={`${callsPath}?${new URLSearchParams({ from: since })}`}
        value={figureOf(now, ({ requests }) => formatCount(requests))}
        note={now.data ? <Lines>{[<FailedNote key="failed" now={now.data} since={since} />, calls]}</Lines> : null}
      />
      <LatencyTile span={today} />
    </>
  );
}

function RiskTile() {
  const query = useQuery(riskQuery());
  const page = query.data;
  const first = page ? firstRunOut(page.data) : null;
  const isUsedUp = page?.data.some(({ current }) => current.percent >= 100);
  return (
    <Tile
      term="Budgets at risk"
      to={riskPath}
      value={figureOf(query, ({ data, next_cursor }) => `${formatCount(data.length)}${next_cursor ? "+" : ""}`)}
      tone={isUsedUp ? "danger" : page && page.data.length > 0 ? "warn" : "plain"}
      note={
        page ? <Lines>{first ? ["the next runs out", formatTime(first)] : ["none is going to run out"]}</Lines> : null
      }
    />
  );
}

/** What waits for somebody, for those who can do something about it. */
function AttentionTiles() {
  const query = useQuery({ ...statusQuery(), refetchInterval });
  const tile = (term: string, name: keyof ServerStatus["attention"], to: string, some: string, none: string) => {
    const count = query.data?.attention[name];
    return (
      <Tile
        term={term}
        to={to}
        value={figureOf(query, ({ attention }) => formatCount(attention[name]))}
        tone={count ? "warn" : "plain"}
        note={count === undefined ? null : count > 0 ? some : none}
      />
    );
  };
  return (
    <>
      {tile(
        "Models without a price",
        "unpriced_models",
        `${modelsPath}?price_known=false`,
        "refused, or charged at the ceiling price",
        "every model has one",
      )}
      {tile("Failing webhooks", "failing_webhooks", webhooksPath, "nothing reaches them", "none fails")}
      {tile("Providers in cooldown", "cooling_providers", providersPath, "a credential of theirs rests", "none rests")}
    </>
  );
}

/** The figures that one comes for, each leading to its list. */
export function OverviewTiles() {
  const { data: me } = useQuery(meQuery());
  return (
    <Tiles label="At a glance">
      <TrafficTiles />
      <RiskTile />
      {me && hasRight(me, "settings.read") ? <AttentionTiles /> : null}
    </Tiles>
  );
}
