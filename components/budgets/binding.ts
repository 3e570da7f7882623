/** Which budget binds, by the rule of the gateway and of lists: the hard one with the least left, which refuses first. Pure. */
import type { Budget } from "@/lib/budgets/queries";
import { parseUsd } from "@/lib/money";

/** The first of those with as little left, so give the nearest first. Null where none refuses. */
export function findBinding(budgets: readonly Budget[]): Budget | null {
  const left = ({ current }: Budget) => parseUsd(current.remaining_usd);
  return budgets
    .filter(({ hard }) => hard)
    .reduce<Budget | null>((least, budget) => (least === null || left(budget) < left(least) ? budget : least), null);
}

/** Those that all one's calls may be charged to: what is set on one key says nothing about the others. Hard ones first, as only they refuse. */
export function sharedOf(budgets: readonly Budget[]): Budget[] {
  const shared = budgets.filter(({ scope }) => scope.type !== "key");
  return [...shared.filter(({ hard }) => hard), ...shared.filter(({ hard }) => !hard)];
}
