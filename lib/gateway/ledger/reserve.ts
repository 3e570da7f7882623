/** One batch of reservations as one transaction. Only the ledger calls this. */
import type pg from "pg";
import { toJson } from "@/lib/json";
import { type AccountDelta, type AccountRow, accountKey, changeAccounts, lockAccounts } from "./accounts";
import type { ReachedThreshold } from "./announce";
import { type Account, admit } from "./decide";
import type { PeriodRef, RefusalCode, ReserveRequest, ReserveResult } from "./types";

export interface PlacedRequest extends ReserveRequest {
  /** The account of each budget, in the same order. */
  periods: readonly PeriodRef[];
}

/** A reservation's `draft` column: the usage draft and the accounts that hold its estimate. */
function draftColumn(request: PlacedRequest): string {
  const periods = request.periods.map(({ budgetId, periodStart }) => [budgetId, periodStart.toISOString()]);
  return JSON.stringify({ ...toJson(request.draft), periods });
}

async function insertReservations(
  client: pg.ClientBase,
  processId: string,
  admitted: readonly PlacedRequest[],
): Promise<void> {
  await client.query({
    name: "insert-reservations",
    text: `INSERT INTO reservations (id, process_id, estimate_nano, draft)
           SELECT id, $1, estimate, draft FROM unnest($2::text[], $3::bigint[], $4::jsonb[]) AS r(id, estimate, draft)`,
    values: [
      processId,
      admitted.map(({ draft }) => draft.id),
      admitted.map(({ draft }) => draft.estimate_nano),
      admitted.map(draftColumn),
    ],
  });
}

export interface ReservedBatch {
  /** One per request, in order. */
  results: ReserveResult[];
  /** Budgets that turned out to be used up; their 100 % alert is due. */
  exhausted: ReachedThreshold[];
}

// Bounds make a hard budget stop a little short of its limit. One that has spent nine tenths and refuses is used up; below
// that a refusal says more about the size of the one call: docs/decisions/0008-exhausted-means-refusing.md.
function findExhausted(code: RefusalCode, row: AccountRow, account: Account): ReachedThreshold[] {
  const { spentNano, heldNano, limitNano } = account;
  const isUsedUp = code === "budget_exceeded" && spentNano * 10n >= limitNano * 9n && row.thresholds.includes(100);
  return isUsedUp ? [{ account: row, threshold: 100, spentNano, heldNano }] : [];
}

/** Decides a batch in order of arrival against locked accounts, and writes holds and reservations. The caller commits. */
export async function reserveBatch(
  client: pg.ClientBase,
  processId: string,
  batch: readonly PlacedRequest[],
): Promise<ReservedBatch> {
  const rows = await lockAccounts(
    client,
    batch.flatMap(({ periods }) => periods),
  );
  // One object per account, shared by all calls of the batch, so that each sees the holds of those before it.
  const accounts = new Map<string, { row: AccountRow; spentNano: bigint; heldNano: bigint }>();
  for (const [key, row] of rows) accounts.set(key, { row, spentNano: row.spent_nano, heldNano: row.held_nano });

  const exhausted = new Map<AccountRow, ReachedThreshold>();
  const decideOne = (request: PlacedRequest): ReserveResult => {
    const chain = request.periods.flatMap((period, index) => {
      const shared = accounts.get(accountKey(period));
      const budget = request.budgets[index];
      if (!shared || !budget) return [];
      const account: Account = {
        budget,
        isHard: shared.row.hard,
        limitNano: shared.row.limit_nano,
        spentNano: shared.spentNano,
        heldNano: shared.heldNano,
      };
      return [{ period, shared, account }];
    });
    const estimateNano = request.draft.estimate_nano;
    const decision = admit(
      chain.map(({ account }) => account),
      estimateNano,
    );
    if (!decision.ok) {
      const bound = chain.find(({ account }) => account === decision.account);
      const { budget, limitNano, spentNano, heldNano } = decision.account;
      if (bound)
        for (const entry of findExhausted(decision.code, bound.shared.row, decision.account))
          exhausted.set(entry.account, entry);
      return {
        ok: false,
        refusal: {
          code: decision.code,
          budget,
          limitNano,
          spentNano,
          heldNano,
          resetsAt: bound?.shared.row.period_end ?? null,
        },
      };
    }
    for (const { shared } of chain) shared.heldNano += estimateNano;
    return {
      ok: true,
      hold: { draft: request.draft, periods: chain.map(({ period }) => period), remainingNano: decision.remainingNano },
    };
  };

  const results = batch.map(decideOne);
  const admitted = batch.flatMap((request, index) => {
    const result = results[index];
    return result?.ok ? [{ ...request, periods: result.hold.periods }] : [];
  });
  const reserved = { results, exhausted: [...exhausted.values()] };
  if (admitted.length === 0) return reserved;
  const deltas = new Map<AccountRow, AccountDelta>();
  for (const { row, heldNano } of accounts.values()) deltas.set(row, { held: heldNano - row.held_nano, spent: 0n });
  await changeAccounts(client, deltas);
  await insertReservations(client, processId, admitted);
  return reserved;
}
