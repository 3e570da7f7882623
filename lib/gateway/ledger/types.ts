/** The ledger's port: reserve before a call, settle after it. Postgres is its implementation (postgres.ts). */
import type { NanoUsd } from "@/lib/money";
import type { BudgetRef } from "../directory/types";
import type { UsageEventRow } from "../meter/event";

/** Everything about a call that is known before it is sent; the rest of the usage event comes with its outcome. */
export type UsageDraft = Pick<
  UsageEventRow,
  | "id"
  | "request_id"
  | "started_at"
  | "key_id"
  | "user_id"
  | "team_id"
  | "team_path"
  | "endpoint"
  | "model"
  | "model_id"
  | "provider"
  | "provider_id"
  | "is_stream"
  | "estimate_nano"
  | "price_id"
  | "tags"
  | "client"
>;

export interface ReserveRequest {
  draft: UsageDraft;
  /** Every budget of the scope chain, nearest first. */
  budgets: readonly BudgetRef[];
}

/** An account of one budget for one period: `periodRef` of accounts.ts makes it, once for all calls that it is charged with. */
export interface PeriodRef {
  readonly budgetId: string;
  readonly periodStart: Date;
  /** The same in ISO 8601: writing a date anew for every call costs more than deciding on the call. */
  readonly startText: string;
  /** Tells accounts apart. */
  readonly key: string;
}

/** One budget's account as it stands in the transaction, holds of earlier calls of the batch included. */
export interface Account {
  budget: BudgetRef;
  isHard: boolean;
  limitNano: NanoUsd;
  spentNano: NanoUsd;
  heldNano: NanoUsd;
}

/** A taken hold; handed back to `settle`. */
export interface Hold {
  draft: UsageDraft;
  periods: readonly PeriodRef[];
  /** The accounts as they stood before this hold, in the order of the chain. */
  accounts: readonly Account[];
  /** What the tightest hard budget still has free after this hold; null where no hard budget is in the chain. */
  remainingNano: NanoUsd | null;
}

export type RefusalCode = "budget_exceeded" | "budget_busy" | "request_too_large";

/** Why there was no room: the binding budget and its figures at that moment. */
export interface Refusal {
  code: RefusalCode;
  budget: BudgetRef;
  limitNano: NanoUsd;
  spentNano: NanoUsd;
  heldNano: NanoUsd;
  /** When the period ends; null for a total. */
  resetsAt: Date | null;
}

export type ReserveResult = { ok: true; hold: Hold } | { ok: false; refusal: Refusal };

export interface Ledger {
  /**
   * Takes the draft's estimate from every budget, all or nothing. Rejects where the database cannot be reached: then nothing
   * is held, or what may be held is released as soon as it can be reached again.
   */
  reserve(request: ReserveRequest): Promise<ReserveResult>;
  /** Books the outcome of a held call, exactly once; tried again until it is done. Resolves when it is on disk. */
  settle(hold: Hold, event: UsageEventRow): Promise<void>;
  /** Books what is queued, gives the lease back and stops. */
  close(): Promise<void>;
}
