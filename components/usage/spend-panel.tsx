"use client";

import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { Chart } from "@/components/chart/chart";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { formatCount, formatMoney, formatQuantity } from "@/lib/client/format";
import { parseUsd } from "@/lib/money";
import { callsPath } from "@/lib/paths";
import { dayUsageQuery, monthUsageQuery, type UsageFigures, type UsageSummary } from "@/lib/usage/queries";
import { fillHours } from "@/lib/usage/windows";
import { shortMoney } from "./labels";

const refreshMs = 30_000;
const shownHours = 24;

function Figures({ title, figures }: { title: string; figures: UsageFigures }) {
  const cached = figures.cached_tokens > 0 ? `, ${formatCount(figures.cached_tokens)} of them cached` : "";
  return (
    <div className="min-w-0">
      <h3 className="text-xs text-muted">{title}</h3>
      <p className="mt-0.5 text-2xl font-semibold tracking-tight tabular-nums" title={`${figures.cost_usd} USD`}>
        {formatMoney(figures.cost_usd)}
      </p>
      <p className="mt-1 text-sm text-muted tabular-nums">
        {formatQuantity(figures.requests, "call")}
        {figures.errors > 0 ? `, ${formatCount(figures.errors)} failed` : ""}
      </p>
      <p className="mt-1 text-xs text-muted tabular-nums">
        {formatCount(figures.prompt_tokens)} prompt tokens{cached}
        <span className="block">{formatCount(figures.completion_tokens)} completion tokens</span>
      </p>
    </div>
  );
}

const hourMs = 3_600_000;

/** The last day by the hour; an hour leads to its calls. */
function HourlyCost({ summary, nowMs }: { summary: UsageSummary; nowMs: number }) {
  const router = useRouter();
  const hours = fillHours(summary.data, nowMs, shownHours, (row) => row?.cost_usd ?? "0");
  const peak = hours.reduce((a, b) => (parseUsd(b.value) > parseUsd(a.value) ? b : a));
  const hourOf = (time: string) => `${time.slice(11, 13)}:00`;
  const peakText = parseUsd(peak.value) > 0n ? `most in the hour from ${hourOf(peak.time)} UTC` : "no cost";
  const open = (index: number) => {
    const from = hours[index]?.time;
    if (!from) return;
    const to = new Date(Date.parse(from) + hourMs).toISOString();
    router.push(`${callsPath}?${new URLSearchParams({ from, to })}`);
  };
  return (
    <div className="-mx-4 mt-3">
      <p className="px-4 text-xs text-muted">Cost per hour (USD), {peakText}</p>
      <Chart
        label={`Cost per hour over the last 24 hours, ${peakText}`}
        size="sm"
        kind="bars"
        axis={shortMoney}
        action="Show the calls"
        onOpen={open}
        series={[{ key: "cost", label: "Cost", colour: "1" }]}
        points={hours.map(({ time, value }) => ({
          key: time,
          tick: hourOf(time),
          label: `${time.slice(0, 10)}, ${hourOf(time)} UTC`,
          // For drawing only.
          cells: { cost: { value: Number(parseUsd(value)) / 1e9, text: formatMoney(value) } },
        }))}
      />
    </div>
  );
}

/** Both spans, or the state of whichever is not there yet. */
function joinQueries(
  day: UseQueryResult<UsageSummary>,
  month: UseQueryResult<UsageSummary>,
): UseQueryResult<UsageSummary> {
  if (day.data === undefined) return day;
  return month.data === undefined || month.error ? month : day;
}

/** What was spent: the last day and the running month. */
export function SpendPanel() {
  const day = useQuery({ ...dayUsageQuery(), refetchInterval: refreshMs });
  const month = useQuery({ ...monthUsageQuery(), refetchInterval: refreshMs });
  const query = joinQueries(day, month);
  return (
    <QueryPanel
      title="Spend"
      hint="USD, settled calls"
      query={query}
      lines={5}
      isEmpty={() => month.data?.totals.requests === 0 && day.data?.totals.requests === 0}
      empty={
        <Empty title="No calls this month">
          The first call through <code className="font-mono">/v1</code> appears here with its exact cost.
        </Empty>
      }
    >
      {() =>
        day.data && month.data ? (
          <div className="px-4 py-4">
            <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
              <Figures title="Last 24 hours" figures={day.data.totals} />
              <Figures title="This month (UTC)" figures={month.data.totals} />
            </div>
            <HourlyCost summary={day.data} nowMs={day.dataUpdatedAt} />
          </div>
        ) : null
      }
    </QueryPanel>
  );
}
