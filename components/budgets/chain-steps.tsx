import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { classNames } from "@/components/ui/class-names";
import type { Budget } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";
import { BudgetMeter, ResetTime, RunOut } from "./budget-meter";
import type { ChainStep } from "./chain";
import { describeTerms } from "./words";

interface ChainStepsProps {
  label: string;
  steps: readonly ChainStep[];
  /** The budget that refuses first. */
  bindingId: string | null;
  /** The page of a budget. */
  pathOf: (budget: Budget) => string;
}

function StepBudget({ budget, isBinding, path }: { budget: Budget; isBinding: boolean; path: string }) {
  return (
    <div
      className={classNames(
        "grid gap-x-6 gap-y-2 rounded-md border px-3 py-2 sm:grid-cols-[minmax(0,11rem)_minmax(9rem,1fr)_9.5rem_9.5rem]",
        isBinding ? "border-accent" : "border-line",
      )}
    >
      <div className="min-w-0">
        <Link href={path} className="font-medium hover:underline">
          {formatMoney(budget.effective_limit_usd)}
          <span className="sr-only"> {budget.period} budget</span>
        </Link>{" "}
        {isBinding ? <Badge tone="accent">binds</Badge> : null}
        <span className="block text-xs text-muted">{describeTerms(budget)}</span>
      </div>
      <BudgetMeter budget={budget} />
      <div className="min-w-0 text-sm max-sm:flex max-sm:justify-between">
        <span className="block text-xs text-muted">Runs out</span>
        <span className="block">
          <RunOut budget={budget} />
        </span>
      </div>
      <div className="min-w-0 text-sm max-sm:flex max-sm:justify-between">
        <span className="block text-xs text-muted">Resets</span>
        <span className="block max-sm:text-right">
          <ResetTime budget={budget} />
        </span>
      </div>
    </div>
  );
}

/** The levels that a call is charged to, nearest first, each with its budgets. */
export function ChainSteps({ label, steps, bindingId, pathOf }: ChainStepsProps) {
  return (
    <ol aria-label={label} className="px-4 py-4 text-sm">
      {steps.map(({ key, label: level, name, budgets }, index) => (
        <li key={key} className="relative pb-4 pl-6 last:pb-0">
          {index < steps.length - 1 ? (
            <span aria-hidden="true" className="absolute top-3 bottom-[-0.75rem] left-[5px] w-px bg-line-strong" />
          ) : null}
          <span
            aria-hidden="true"
            className={classNames(
              "absolute top-1.5 left-0 size-[11px] rounded-full border-2",
              budgets.length > 0 ? "border-accent bg-accent" : "border-line-strong bg-surface",
            )}
          />
          <p className="wrap-anywhere">
            <span className="text-muted">{level}</span> <span className="font-medium">{name}</span>
            {budgets.length === 0 ? <span className="text-muted"> · no budget</span> : null}
          </p>
          {budgets.length > 0 ? (
            <div className="mt-1.5 space-y-1.5">
              {budgets.map((budget) => (
                <StepBudget key={budget.id} budget={budget} isBinding={budget.id === bindingId} path={pathOf(budget)} />
              ))}
            </div>
          ) : null}
        </li>
      ))}
    </ol>
  );
}
