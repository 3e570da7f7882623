import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Bar } from "@/components/ui/bar";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { StackedTable } from "@/components/ui/stacked-table";
import { formatCount, formatMoney, formatTime } from "@/lib/client/format";
import { formatUsd, parseUsd } from "@/lib/money";
import type { UsageCallDetail } from "@/lib/usage/queries";

const kinds = { requests: "requests per minute", tokens: "tokens per minute", parallel: "calls at once" };

function levelName(level: string, id: string, names: UsageCallDetail["names"]): string {
  const name = id
    .split("/")
    .map((part) => names[part] ?? part)
    .join(" / ");
  return id === "defaults" ? "Defaults of the server" : `${level} ${name}`;
}

type Trace = NonNullable<UsageCallDetail["trace"]>;

const limitColumns = [
  { header: "Limit of" },
  { header: "Counts" },
  { header: "Limit", numeric: true },
  { header: "Free before this call", numeric: true },
  { header: "Answer" },
] as const;

function Limits({ trace, names }: { trace: Trace; names: UsageCallDetail["names"] }) {
  if (trace.limits.length === 0)
    return <p className="px-4 py-3 text-sm text-muted">No rate limit stands anywhere in this key's chain.</p>;
  return (
    <StackedTable
      label="Rate limits that were asked"
      columns={limitColumns}
      rows={trace.limits.map(({ level, id, kind, limit, free }) => ({
        key: `${level} ${id} ${kind}`,
        cells: [
          levelName(level, id, names),
          kinds[kind],
          formatCount(limit),
          formatCount(free),
          <Badge key="answer" tone="ok">
            Room
          </Badge>,
        ],
      }))}
    />
  );
}

const budgetColumns = [
  { header: "Budget" },
  { header: "Limit", numeric: true },
  { header: "Spent", numeric: true },
  { header: "Held by others", numeric: true },
  { header: "Free", numeric: true },
  { header: "Held for this call", numeric: true },
  { header: "Answer" },
] as const;

function BudgetName({ budget, call, percent, hasRoom }: BudgetNameProps) {
  const index = call.budget_ids.indexOf(budget.id);
  const period = index < 0 ? undefined : call.period_starts[index];
  return (
    <>
      <span className="block">{call.names[budget.id] ?? `${budget.id} (gone)`}</span>
      <span className="block text-xs font-normal text-muted">
        {budget.hard ? "hard" : "soft"}
        {period ? `, period from ${formatTime(period)}` : ""}
      </span>
      <Bar className="mt-1 max-w-40" percent={percent} tone={hasRoom ? "accent" : "warn"} />
    </>
  );
}

type TracedBudget = Trace["budgets"][number];
interface BudgetNameProps {
  budget: TracedBudget;
  call: UsageCallDetail;
  percent: number;
  hasRoom: boolean;
}

function budgetCells(budget: TracedBudget, call: UsageCallDetail): ReactNode[] {
  const limit = parseUsd(budget.limit_usd);
  const used = parseUsd(budget.spent_usd) + parseUsd(budget.held_usd);
  const free = limit > used ? limit - used : 0n;
  const hasRoom = free >= parseUsd(call.estimate_usd);
  const percent = limit === 0n ? 100 : Number((used * 1_000n) / limit) / 10;
  const money = (usd: string) => (
    <span key={usd} title={`${usd} USD`}>
      {formatMoney(usd)}
    </span>
  );
  return [
    <BudgetName key="name" budget={budget} call={call} percent={percent} hasRoom={hasRoom} />,
    money(budget.limit_usd),
    money(budget.spent_usd),
    money(budget.held_usd),
    money(formatUsd(free)),
    money(call.estimate_usd),
    <Badge key="answer" tone={hasRoom ? "ok" : "warn"}>
      {hasRoom ? "Room" : budget.hard ? "Allowed" : "Over, soft"}
    </Badge>,
  ];
}

function Budgets({ trace, call }: { trace: Trace; call: UsageCallDetail }) {
  if (trace.budgets.length === 0)
    return <p className="px-4 py-3 text-sm text-muted">No budget stands anywhere in this key's chain.</p>;
  return (
    <StackedTable
      label="Budgets that were asked"
      columns={budgetColumns}
      rows={trace.budgets.map((budget) => ({ key: budget.id, cells: budgetCells(budget, call) }))}
    />
  );
}

const part = "border-b border-line bg-sunken/50 px-4 py-2 text-sm font-medium";

/** Every rule that was evaluated, with its numbers at that moment. */
export function WhyPanel({ call }: { call: UsageCallDetail }) {
  const { trace, names } = call;
  if (!trace)
    return (
      <Card title="Why">
        <Empty title="The rules' numbers are gone">
          {call.status === "unknown"
            ? "The process died before it could write down what each rule said."
            : "What each rule said is kept for a limited time."}{" "}
          The call was charged to {call.budget_ids.length} budgets
          {call.budget_ids.length > 0 ? `: ${call.budget_ids.map((id) => names[id] ?? `${id} (gone)`).join("; ")}` : ""}
          .
        </Empty>
      </Card>
    );
  return (
    <Card title="Why" hint="Every rule of the chain, nearest first, as it stood when this call came">
      <h3 className={part}>Model rules</h3>
      <p className="px-4 py-3 text-sm break-words">
        Asked for <code className="font-mono">{trace.asked_model}</code>, which is{" "}
        <code className="font-mono">
          {call.provider}/{call.model}
        </code>{" "}
        here and <code className="font-mono">{trace.upstream_model}</code> at the provider. Every level of the key's
        chain allows it.
      </p>
      <h3 className={`${part} border-t`}>Rate limits</h3>
      <Limits trace={trace} names={names} />
      <h3 className={`${part} border-t`}>Budgets (USD)</h3>
      <Budgets trace={trace} call={call} />
    </Card>
  );
}
