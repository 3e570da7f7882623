"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { formatCount, formatMoney } from "@/lib/client/format";
import { parseUsd } from "@/lib/money";
import { type SummaryAsk, type UsageFigures, usageSummaryQuery } from "@/lib/usage/queries";
import { cacheShare, errorShare } from "@/lib/usage/series";
import type { Span } from "@/lib/usage/spans";
import { changeOf, percent } from "./labels";

interface FigureProps {
  term: string;
  value: string;
  /** In full, where the value is rounded. */
  exact?: string;
  change: string | null;
  before: string | null;
}

function Figure({ term, value, exact, change, before }: FigureProps) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{term}</dt>
      <dd className="mt-0.5 truncate text-xl font-semibold tracking-tight tabular-nums" title={exact}>
        {value}
      </dd>
      <dd className="min-h-8 text-xs text-muted tabular-nums">
        {change === null ? "" : `${change}`}
        {before === null || change === "as before" || change === "none before" ? null : (
          <span className="block truncate">from {before}</span>
        )}
      </dd>
    </div>
  );
}

function figuresOf(now: UsageFigures, before: UsageFigures | undefined): FigureProps[] {
  const count = (term: string, read: (figures: UsageFigures) => number): FigureProps => ({
    term,
    value: formatCount(read(now)),
    change: before ? changeOf(read(now), read(before)) : null,
    before: before ? formatCount(read(before)) : null,
  });
  const share = (term: string, read: (figures: UsageFigures) => number | null): FigureProps => {
    const [here, there] = [read(now), before ? read(before) : null];
    return {
      term,
      value: here === null ? "–" : percent(here),
      change:
        here === null || there === null
          ? null
          : `${here >= there ? "+" : "−"}${Math.abs(here - there).toFixed(1)} points`,
      before: there === null ? null : percent(there),
    };
  };
  const nano = (figures: UsageFigures) => Number(parseUsd(figures.cost_usd));
  return [
    {
      term: "Spend (USD)",
      value: formatMoney(now.cost_usd),
      exact: `${now.cost_usd} USD`,
      change: before ? changeOf(nano(now), nano(before)) : null,
      before: before ? formatMoney(before.cost_usd) : null,
    },
    count("Calls", (figures) => figures.requests),
    share("Failed calls", errorShare),
    count("Prompt tokens", (figures) => figures.prompt_tokens),
    count("Completion tokens", (figures) => figures.completion_tokens),
    share("Prompt tokens from cache", cacheShare),
  ];
}

/** The span's totals, each against the span of equal length just before. */
export function Totals({ ask, previous, hint }: { ask: SummaryAsk; previous: Span; hint: string }) {
  const query = useQuery(usageSummaryQuery(ask));
  const before = useQuery(usageSummaryQuery({ ...ask, span: previous, interval: "total" }));
  return (
    <QueryPanel title="Totals" hint={hint} query={query} lines={3} className="min-h-36">
      {({ totals }) => (
        <dl className="grid grid-cols-2 gap-x-6 gap-y-3 px-4 py-4 sm:grid-cols-3 xl:grid-cols-6">
          {figuresOf(totals, before.data?.totals).map((figure) => (
            <Figure key={figure.term} {...figure} />
          ))}
        </dl>
      )}
    </QueryPanel>
  );
}
