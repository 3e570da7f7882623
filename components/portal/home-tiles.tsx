"use client";

import { useQuery } from "@tanstack/react-query";
import { findBinding, sharedOf } from "@/components/budgets/binding";
import { toneOf } from "@/components/budgets/risk";
import { figureOf } from "@/components/layout/query-states";
import { Tile, Tiles } from "@/components/ui/tile";
import { leastLeftQuery } from "@/lib/budgets/queries";
import { formatCount, formatMoney, formatQuantity, formatTime } from "@/lib/client/format";
import { myKeysQuery } from "@/lib/keys/queries";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { budgetsPath, keysPath, ownCallsPath, usagePath } from "@/lib/paths";
import { type UsageFigures, usageSummaryQuery } from "@/lib/usage/queries";
import { type Span, spanOf } from "@/lib/usage/spans";

const zone = "UTC";
const refetchInterval = 30_000;
const keysAtMost = 100;

function useOwnTotals(span: Span) {
  const ask = usageSummaryQuery({ of: "own", span, interval: "total", timezone: zone, filters: {} });
  return useQuery({ ...ask, refetchInterval, select: ({ totals }) => totals });
}

const tones = { accent: "plain", warn: "warn", danger: "danger" } as const;

/** The budget that refuses first says what is left at most. */
function LeftTile() {
  const query = useQuery({ ...leastLeftQuery(), refetchInterval });
  const budgets = query.data;
  const binding = findBinding(sharedOf(budgets?.data ?? []));
  if (!budgets || !binding)
    return (
      <Tile
        term="Left to spend (USD)"
        to={budgetsPath}
        value={figureOf(query, () => "No limit")}
        note={budgets ? "no budget refuses your calls" : null}
      />
    );
  const { current, scope, period } = binding;
  return (
    <Tile
      term="Left to spend (USD)"
      to={budgetsPath}
      value={formatMoney(current.remaining_usd)}
      exact={`${current.remaining_usd} USD`}
      tone={tones[toneOf(current.percent)]}
      note={
        <>
          <p>
            {period} budget of the {scope.type} <span className="wrap-anywhere">{scope.name ?? scope.id}</span>
          </p>
          <p>{current.period_end ? `resets ${formatTime(current.period_end)}` : "does not reset"}</p>
        </>
      }
    />
  );
}

function KeysTile() {
  const query = useQuery(myKeysQuery({ status: "active", limit: keysAtMost }));
  const { data: me } = useQuery(meQuery());
  const keys = query.data;
  const invites = me !== undefined && hasRight(me, "keys.write");
  return (
    <Tile
      term="Keys that work"
      to={keysPath}
      value={figureOf(query, ({ data, next_cursor }) => `${formatCount(data.length)}${next_cursor ? "+" : ""}`)}
      note={keys ? (keys.data.length > 0 || !invites ? "yours" : "make one: it takes a few seconds") : null}
    />
  );
}

function callsNote({ cost_usd, errors }: UsageFigures): string {
  return `${formatMoney(cost_usd)}${errors > 0 ? `, ${formatCount(errors)} failed` : ""}`;
}

/** What is left and what one did, each figure leading to where it comes from. */
export function HomeTiles() {
  const nowMs = Date.now();
  const [today, month] = [spanOf("today", zone, nowMs), spanOf("month", zone, nowMs)];
  const [now, thisMonth] = [useOwnTotals(today), useOwnTotals(month)];
  const since = new Date(today.fromMs).toISOString();
  return (
    <Tiles label="At a glance">
      <LeftTile />
      <Tile
        term="Calls today (UTC)"
        to={`${ownCallsPath}?${new URLSearchParams({ from: since })}`}
        value={figureOf(now, ({ requests }) => formatCount(requests))}
        note={now.data && callsNote(now.data)}
      />
      <Tile
        term="Spend this month (USD, UTC)"
        to={`${usagePath}?range=month`}
        value={figureOf(thisMonth, ({ cost_usd }) => formatMoney(cost_usd))}
        exact={thisMonth.data && `${thisMonth.data.cost_usd} USD`}
        note={thisMonth.data && formatQuantity(thisMonth.data.requests, "call")}
      />
      <KeysTile />
    </Tiles>
  );
}
