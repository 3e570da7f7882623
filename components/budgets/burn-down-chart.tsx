"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { parseAsString, useQueryState } from "nuqs";
import { moneyAxis } from "@/components/chart/axis";
import { ChartPanel } from "@/components/chart/chart-panel";
import { Empty } from "@/components/ui/empty";
import { Select } from "@/components/ui/select";
import { type Budget, type BurnDown, budgetPeriodsQuery, burnDownQuery } from "@/lib/budgets/queries";
import { prepareBurnDown } from "./burn-down";
import { describePeriod } from "./words";

const periodsOffered = 100;
const stepNames = { hour: "Hour", day: "Day", month: "Month" };

/** The period that the chart shows, by its start, kept in the address; null for the current one. */
function usePeriod() {
  return useQueryState("period", parseAsString);
}

interface PeriodSelectProps {
  budget: Budget;
  value: string | null;
  onChange: (start: string | null) => void;
}

function PeriodSelect({ budget, value, onChange }: PeriodSelectProps) {
  const { data } = useQuery(budgetPeriodsQuery(budget.id, { limit: periodsOffered }));
  const { current } = budget;
  const past = data?.data.filter(({ period_start }) => period_start !== current.period_start) ?? [];
  const isOffered = value === null || past.some(({ period_start }) => period_start === value);
  return (
    <Select
      aria-label="Period"
      className="w-72 max-w-full"
      value={value ?? ""}
      onChange={({ target }) => onChange(target.value || null)}
    >
      <option value="">{describePeriod(current, budget)} (now)</option>
      {past.map((period) => (
        <option key={period.period_start} value={period.period_start}>
          {describePeriod(period, budget)}
        </option>
      ))}
      {isOffered ? null : <option value={value}>From {value.slice(0, 10)}</option>}
    </Select>
  );
}

/** How a budget is used up over one of its periods: what was spent, even spending, where it leads, and the limit. */
export function BurnDownChart({ budget }: { budget: Budget }) {
  const [period, setPeriod] = usePeriod();
  const query = useQuery({ ...burnDownQuery(budget.id, period), placeholderData: keepPreviousData });
  const { timezone } = budget;
  return (
    <ChartPanel<BurnDown>
      title="Burn-down"
      hint={`USD spent since the start of the period, ${timezone}`}
      size="lg"
      kind="lines"
      axis={moneyAxis}
      rowName={`By this time (${timezone}), a point per ${stepNames[query.data?.step ?? "day"].toLowerCase()}`}
      query={query}
      prepare={prepareBurnDown}
      isEmpty={({ points }) => points.length === 0}
      empty={
        <Empty title="Nothing was spent yet">The first call that is charged to this budget starts the line.</Empty>
      }
      more={
        budget.period === "total" ? null : (
          <PeriodSelect budget={budget} value={period} onChange={(start) => void setPeriod(start)} />
        )
      }
    />
  );
}
