/**
 * The rule of the house, without a database: whether a call fits into the budgets of its chain. Pure; the Postgres ledger
 * applies it to accounts that it has locked.
 */
import { type NanoUsd, smallestNano } from "@/lib/money";
import type { Account, RefusalCode } from "./types";

export type Decision =
  /** `remainingNano`: what the tightest hard budget has free after this call's hold; null without a hard one. */
  { ok: true; remainingNano: NanoUsd | null } | { ok: false; code: RefusalCode; account: Account };

function refusalOf(account: Account, estimateNano: NanoUsd): RefusalCode | null {
  const { isHard, limitNano, spentNano, heldNano } = account;
  if (!isHard || estimateNano <= limitNano - spentNano - heldNano) return null;
  if (spentNano >= limitNano) return "budget_exceeded";
  if (estimateNano > limitNano) return "request_too_large";
  // Without the holds of other calls it would fit: those end soon, so waiting helps. Otherwise only the next period does.
  return estimateNano <= limitNano - spentNano ? "budget_busy" : "budget_exceeded";
}

const severity: Record<RefusalCode, number> = { budget_exceeded: 3, request_too_large: 2, budget_busy: 1 };

/**
 * Decides one call against `accounts`, nearest level first. free = limit − spent − held; a hard budget needs free ≥ estimate, a
 * soft one only counts. Where several refuse, the gravest reason is named, and of equal ones
 * the nearest level.
 */
export function admit(accounts: readonly Account[], estimateNano: NanoUsd): Decision {
  let worst: { code: RefusalCode; account: Account } | null = null;
  for (const account of accounts) {
    const code = refusalOf(account, estimateNano);
    if (code && (!worst || severity[code] > severity[worst.code])) worst = { code, account };
  }
  if (worst) return { ok: false, ...worst };
  const free = accounts
    .filter(({ isHard }) => isHard)
    .map((account) => account.limitNano - account.spentNano - account.heldNano - estimateNano);
  return { ok: true, remainingNano: smallestNano(free) };
}
