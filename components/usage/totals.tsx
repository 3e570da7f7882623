"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { formatCount, formatMoney } from "@/lib/client/format";
import { zonedClock } from "@/lib/client/zoned";
import { parseUsd } from "@/lib/money";
import { type SummaryAsk, type UsageFigures, usageSummaryQuery } from "@/lib/usage/queries";
import { cacheShare, errorShare } from "@/lib/usage/series";
import type { Comparison, Span } from "@/lib/usage/spans";
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

/** Of the whole span, and of the two sides that are compared, as far as they are known. */
function figuresOf(
  whole: UsageFigures,
  now: UsageFigures | undefined,
  before: UsageFigures | undefined,
): FigureProps[] {
  const change = (read: (figures: UsageFigures) => number) =>
    now && before ? changeOf(read(now), read(before)) : null;
  const count = (term: string, read: (figures: UsageFigures) => number): FigureProps => ({
    term,
    value: formatCount(read(whole)),
    change: change(read),
    before: before ? formatCount(read(before)) : null,
  });
  const share = (term: string, read: (figures: UsageFigures) => number | null): FigureProps => {
    const [here, there] = [now ? read(now) : null, before ? read(before) : null];
    const shown = read(whole);
    return {
      term,
      value: shown === null ? "–" : percent(shown),
      change:
        here === null || there === null
          ? null
          : Math.abs(here - there) < 0.05
            ? "as before"
            : `${here >= there ? "+" : "−"}${Math.abs(here - there).toFixed(1)} points`,
      before: there === null ? null : percent(there),
    };
  };
  return [
    {
      term: "Spend (USD)",
      value: formatMoney(whole.cost_usd),
      exact: `${whole.cost_usd} USD`,
      change: change(({ cost_usd }) => Number(parseUsd(cost_usd))),
      before: before ? formatMoney(before.cost_usd) : null,
    },
    count("Calls", (figures) => figures.requests),
    share("Failed calls", errorShare),
    count("Prompt tokens", (figures) => figures.prompt_tokens),
    count("Completion tokens", (figures) => figures.completion_tokens),
    share("Prompt tokens from cache", cacheShare),
  ];
}

function hintOf(sides: Comparison | null, zone: string): string {
  if (!sides) return "No full hour to compare yet";
  const { before, cutMs } = sides;
  return `Against ${before.name}${cutMs === null ? "" : `, both up to ${zonedClock(cutMs, zone)} ${zone}`}`;
}

/** The span's totals, each against the period before. */
export function Totals({ ask, sides }: { ask: SummaryAsk; sides: Comparison | null }) {
  const query = useQuery(usageSummaryQuery(ask));
  const of = (span: Span) => usageSummaryQuery({ ...ask, span, interval: "total" });
  const isCut = sides?.cutMs != null;
  const cut = useQuery({ ...of(sides?.now ?? ask.span), enabled: isCut });
  const before = useQuery({ ...of(sides?.before ?? ask.span), enabled: sides !== null });
  return (
    <QueryPanel title="Totals" hint={hintOf(sides, ask.timezone)} query={query} lines={3} className="min-h-36">
      {({ totals }) => (
        <dl className="grid grid-cols-2 gap-x-6 gap-y-3 px-4 py-4 sm:grid-cols-3 xl:grid-cols-6">
          {figuresOf(totals, isCut ? cut.data?.totals : totals, sides ? before.data?.totals : undefined).map(
            (figure) => (
              <Figure key={figure.term} {...figure} />
            ),
          )}
        </dl>
      )}
    </QueryPanel>
  );
}
