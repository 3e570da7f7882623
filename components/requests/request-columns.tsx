import Link from "next/link";
import { describeTerms, scopeLabels, scopeName } from "@/components/budgets/words";
import type { Column } from "@/components/table/columns";
import { LongText } from "@/components/ui/long-text";
import { Time } from "@/components/ui/time";
import type { Budget } from "@/lib/budgets/queries";
import { formatCount, formatMoney } from "@/lib/client/format";
import { adminBudgetPath, budgetPath } from "@/lib/paths";
import type { BudgetRequest } from "@/lib/requests/queries";
import { askerOf, outcomeOf, StateBadge } from "./request-words";

/** Whose pages one is on. */
export type Place = "admin" | "portal";

const who: Column<BudgetRequest> = {
  header: "Who",
  cell: (request) => <span className="font-medium break-words">{askerOf(request)}</span>,
  note: ({ user }) => (user.name ? <span className="block max-w-44 truncate">{user.email}</span> : ""),
};
const on = (place: Place): Column<BudgetRequest> => ({
  header: "On",
  className: "min-w-40",
  cell: ({ budget }) => <BudgetLink budget={budget} place={place} />,
  note: ({ budget }) => `${scopeLabels[budget.scope.type]}, ${describeTerms(budget)}`,
});
const stands: Column<BudgetRequest> = {
  header: "Stands at",
  priority: "wide",
  numeric: true,
  cell: ({ budget: { current } }) => `${formatCount(Math.round(current.percent))} %`,
  note: ({ budget }) => `${formatMoney(budget.current.spent_usd)} of ${formatMoney(budget.effective_limit_usd)}`,
};
const more: Column<BudgetRequest> = {
  header: "More",
  numeric: true,
  cell: ({ amount_usd }) => <span className="font-medium">{formatMoney(amount_usd)}</span>,
};
const moreUntil: Column<BudgetRequest> = {
  ...more,
  note: ({ until }) => (until ? `until ${until.slice(0, 10)}` : ""),
};
const until: Column<BudgetRequest> = {
  header: "Until",
  cell: (request) =>
    request.until ? <Time value={request.until} /> : <span className="text-muted">As you decide</span>,
};
const why: Column<BudgetRequest> = {
  header: "Why",
  className: "sm:max-w-72",
  cell: ({ reason }) => <LongText text={reason} />,
};
const asked: Column<BudgetRequest> = {
  header: "Asked",
  sort: "created_at",
  sortsDown: true,
  priority: "wide",
  cell: (request) => <Time value={request.created_at} />,
};
const state: Column<BudgetRequest> = {
  header: "State",
  className: "sm:max-w-64",
  cell: (request) => <StateBadge state={request.state} />,
  note: (request) => (
    <LongText text={[request.decided_at?.slice(0, 10), outcomeOf(request)].filter(Boolean).join(" ")} />
  ),
};
const granted: Column<BudgetRequest> = {
  header: "Granted",
  cell: ({ increase }) =>
    increase ? (
      <>
        <span className="tabular-nums">{formatMoney(increase.amount_usd)}</span>
        <span className="block text-xs text-muted">
          {increase.ended_at ? "ended" : "until"} <Time value={increase.ended_at ?? increase.ends_at} />
        </span>
      </>
    ) : (
      <span className="text-muted">–</span>
    ),
};
function BudgetLink({ budget, place }: { budget: Budget; place: Place }) {
  const href = place === "admin" ? adminBudgetPath(budget.id) : budgetPath(budget.id);
  return (
    <Link href={href} className="relative font-medium break-words hover:underline">
      {scopeName(budget.scope)}
    </Link>
  );
}

export const waitingColumns = (place: Place) => [who, on(place), stands, more, until, why, asked];
export const decidedColumns = (place: Place) => [who, on(place), state, moreUntil, granted, why, asked];
export const myRequestColumns = [on("portal"), state, moreUntil, granted, why, asked];
