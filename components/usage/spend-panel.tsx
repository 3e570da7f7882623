"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { moneyAxis } from "@/components/chart/axis";
import { Chart } from "@/components/chart/chart";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { formatCount, formatMoney, formatQuantity } from "@/lib/client/format";
import { parseUsd } from "@/lib/money";
import { callsPath } from "@/lib/paths";
import { dayUsageQuery, type UsageFigures, type UsageSummary } from "@/lib/usage/queries";
import { fillHours } from "@/lib/usage/windows";

const refreshMs = 30_000;
const shownHours = 24;

function Figures({ figures }: { figures: UsageFigures }) {
  const cached = figures.cached_tokens > 0 ? `, ${formatCount(figures.cached_tokens)} of them cached` : "";
  return (
    <div className="flex flex-wrap items-baseline gap-x-6 gap-y-1 tabular-nums">
      <p className="text-2xl font-semibold tracking-tight" title={`${figures.cost_usd} USD`}>
        {formatMoney(figures.cost_usd)}
      </p>
      <p className="text-sm text-muted">
        {formatQuantity(figures.requests, "call")}
        {figures.errors > 0 ? `, ${formatCount(figures.errors)} failed` : ""}
      </p>
      <p className="text-xs text-muted">
        {formatCount(figures.prompt_tokens)} prompt tokens{cached}, {formatCount(figures.completion_tokens)} completion
        tokens
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
        axis={moneyAxis}
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

/** What was spent in the last day. */
export function SpendPanel() {
  const query = useQuery({ ...dayUsageQuery(), refetchInterval: refreshMs });
  return (
    <QueryPanel
      title="Spend"
      hint="USD, settled calls of the last 24 hours"
      query={query}
      lines={5}
      isEmpty={({ totals }) => totals.requests === 0}
      empty={
        <Empty title="No calls in the last 24 hours">
          A call through <code className="font-mono">/v1</code> appears here with its exact cost.
        </Empty>
      }
    >
      {(day) => (
        <div className="px-4 py-4">
          <Figures figures={day.totals} />
          <HourlyCost summary={day} nowMs={query.dataUpdatedAt} />
        </div>
      )}
    </QueryPanel>
  );
}
