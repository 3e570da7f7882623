"use client";

import { useQuery } from "@tanstack/react-query";
import { BudgetMeter } from "@/components/budgets/budget-meter";
import { describeOn, describeTerms, scopeName } from "@/components/budgets/words";
import { Alert } from "@/components/ui/alert";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { Skeleton } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { formatMoney } from "@/lib/client/format";
import { type BudgetRequest, type RequestDetail, requestQuery } from "@/lib/requests/queries";
import { askerOf } from "./request-words";

function factsOf({ user, budget, amount_usd, until, created_at }: BudgetRequest): Fact[] {
  return [
    { term: "Who asks", value: askerOf({ user }), note: user.name ? user.email : undefined },
    { term: "Asked", value: <Time value={created_at} /> },
    { term: "More", value: formatMoney(amount_usd), note: `on top of ${formatMoney(budget.effective_limit_usd)}` },
    { term: "Until", value: until ? <Time value={until} /> : "Not said" },
    {
      term: "On",
      value: scopeName(budget.scope),
      note: `${budget.scope.type}, ${describeTerms(budget)}`,
    },
    { term: "Stands at", value: <BudgetMeter budget={budget} /> },
  ];
}

/** Which budgets bind before this one, so that more of it alone is of no use. */
function Bounds({ bounded_by }: Pick<RequestDetail, "bounded_by">) {
  if (bounded_by.length === 0) return <Alert>No other hard budget over the same calls has less left.</Alert>;
  return (
    <Alert tone="warn">
      Granting this alone does not help. Less is free in
      <ul className="list-disc pl-5">
        {bounded_by.map((budget) => (
          <li key={budget.id}>
            the {budget.period} budget on {describeOn(budget.scope)}: {formatMoney(budget.current.remaining_usd)}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

/** What a decision is about: who asks for how much more of what, why, and whether it would be of use. */
export function RequestSummary({ request }: { request: BudgetRequest }) {
  const { data: detail } = useQuery(requestQuery(request.id));
  return (
    <div className="space-y-3">
      <FactList facts={factsOf(detail ?? request)} className="px-0 py-0" />
      <div>
        <p className="text-xs text-muted">Why</p>
        <p className="mt-0.5 break-words whitespace-pre-line">{request.reason}</p>
      </div>
      {/* As high as what mostly stands there, so that the fields below stay where they are. */}
      <div className="min-h-17">{detail ? <Bounds {...detail} /> : <Skeleton className="h-17" />}</div>
    </div>
  );
}
