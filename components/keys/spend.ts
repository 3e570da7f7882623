/** What a new key will be able to spend, in words. Pure. */
import { findBinding } from "@/components/budgets/binding";
import { scopeName } from "@/components/budgets/words";
import type { Budget } from "@/lib/budgets/queries";
import { formatMoney, formatTime } from "@/lib/client/format";
import { parseUsd, usdPattern } from "@/lib/money";

export interface SpendWords {
  /** The most that can be spent; null where nothing limits it. */
  most: string | null;
  /** What stands around that: `before` and `after`. */
  before: string;
  after: string;
}

/** By the budgets that calls with the key are charged to, nearest first, and by the monthly cap as it is typed, which is nearer still. */
export function describeSpend(budgets: readonly Budget[], typed: string): SpendWords {
  const text = typed.trim();
  const cap = usdPattern.test(text) ? parseUsd(text) : null;
  const binding = findBinding(budgets);
  if (cap === 0n)
    return { most: null, before: "With a cap of nothing every call that costs something is refused.", after: "" };
  const before = "It can spend at most ";
  if (cap !== null && (!binding || cap <= parseUsd(binding.current.remaining_usd)))
    return { most: formatMoney(text), before, after: " a month: its own cap binds." };
  if (!binding) return { most: null, before: "No budget limits what this key may spend.", after: "" };
  const { current, period, scope } = binding;
  const until = current.period_end ? ` until ${formatTime(current.period_end)}` : "";
  const whose = `the ${period} budget of the ${scope.type} ${scopeName(scope)} binds.`;
  return {
    most: formatMoney(current.remaining_usd),
    before,
    after: `${until}: ${whose}${cap === null ? "" : " Your cap is above that."}`,
  };
}
