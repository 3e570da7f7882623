"use client";

import { useQuery } from "@tanstack/react-query";
import { findBinding } from "@/components/budgets/budget-rows";
import { toneOf } from "@/components/budgets/risk";
import { Tile, Tiles } from "@/components/ui/tile";
import { myBudgetsQuery } from "@/lib/budgets/queries";
import { formatCount, formatMoney, formatQuantity, formatTime } from "@/lib/client/format";
import { myKeysQuery } from "@/lib/keys/queries";
import { budgetsPath, keysPath, ownCallsPath, usagePath } from "@/lib/paths";
import { type UsageFigures, usageSummaryQuery } from "@/lib/usage/queries";
import { monthSoFar, type Span, todaySoFar } from "@/lib/usage/spans";

const zone = "UTC";
const refetchInterval = 30_000;
const keysAtMost = 100;

function useOwnTotals(span: Span): UsageFigures | undefined {
  const ask = usageSummaryQuery({ of: "own", span, interval: "total", timezone: zone, filters: {} });
  return useQuery({ ...ask, refetchInterval }).data?.totals;
}

const tones = { accent: "plain", warn: "warn", danger: "danger" } as const;

/** The budget that refuses first says what is left at most. */
function LeftTile() {
  const budgets = useQuery({ ...myBudgetsQuery({ limit: 200 }), refetchInterval }).data;
  // What is set on one key says nothing about the others.
  const shared = budgets?.data.filter(({ scope }) => scope.type !== "key") ?? [];
  const binding = findBinding(shared);
  if (!budgets || !binding)
    return (
      <Tile
        term="Left to spend (USD)"
        to={budgetsPath}
        value={budgets ? "No limit" : undefined}
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
            {period} budget of the {scope.type} <span className="break-words">{scope.name ?? scope.id}</span>
          </p>
          <p>{current.period_end ? `resets ${formatTime(current.period_end)}` : "never resets"}</p>
        </>
      }
    />
  );
}

function KeysTile() {
  const keys = useQuery(myKeysQuery({ status: "active", limit: keysAtMost })).data;
  return (
    <Tile
      term="Keys that work"
      to={keysPath}
      value={keys ? `${formatCount(keys.data.length)}${keys.next_cursor ? "+" : ""}` : undefined}
      note={keys ? (keys.data.length > 0 ? "yours" : "make one: it takes a few seconds") : null}
    />
  );
}

/** What is left and what one did, each figure leading to where it comes from. */
export function HomeTiles() {
  const nowMs = Date.now();
  const [today, month] = [todaySoFar(zone, nowMs).now, monthSoFar(zone, nowMs).now];
  const [now, thisMonth] = [useOwnTotals(today), useOwnTotals(month)];
  const since = new Date(today.fromMs).toISOString();
  return (
    <Tiles label="At a glance">
      <LeftTile />
      <Tile
        term="Calls today (UTC)"
        to={`${ownCallsPath}?${new URLSearchParams({ from: since })}`}
        value={now ? formatCount(now.requests) : undefined}
        note={now ? `${formatMoney(now.cost_usd)}${now.errors > 0 ? `, ${formatCount(now.errors)} failed` : ""}` : null}
      />
      <Tile
        term="Spend this month (USD, UTC)"
        to={`${usagePath}?range=month`}
        value={thisMonth ? formatMoney(thisMonth.cost_usd) : undefined}
        exact={thisMonth ? `${thisMonth.cost_usd} USD` : undefined}
        note={thisMonth ? formatQuantity(thisMonth.requests, "call") : null}
      />
      <KeysTile />
    </Tiles>
  );
}
