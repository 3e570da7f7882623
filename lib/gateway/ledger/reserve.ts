/** One batch of reservations as one transaction. Only the ledger calls this. */
import type pg from "pg";
import type { AccountRow } from "./accounts";
import { type Announced, announce, findExhausted } from "./announce";
import { admit } from "./decide";
import type { Account, PeriodRef, ReserveRequest, ReserveResult } from "./types";

export interface PlacedRequest extends ReserveRequest {
  /** The account of each budget, in the same order. */
  periods: readonly PeriodRef[];
}

export interface WrittenBatch {
  /** One per request, in order. */
  results: ReserveResult[];
  /** The transaction's id, by which its end can be learnt where the answer to the commit is lost; null: nothing was held. */
  xid: string | null;
  /** What stands announced once the transaction commits. */
  announced: string[];
}

/** Accounts that were made once are not there: their budget was deleted, or the database lost its last moments. */
export class AccountsMissingError extends Error {
  constructor(readonly periods: readonly PeriodRef[]) {
    super("accounts are missing");
  }
}

/** This process had no valid lease when it was about to hold, so that its holds could have been swept at once. */
export class LeaseLostError extends Error {
  constructor() {
    super("the lease ran out before the hold was written");
  }
}

/**
 * What `reservations` keeps of a call: the usage draft and the accounts that hold its estimate. JSON has no bigint, so the estimate
 * travels as text, and into a column of its own.
 */
function reservationOf({ draft, periods }: PlacedRequest) {
  return {
    ...draft,
    estimate_nano: draft.estimate_nano.toString(),
    periods: periods.map(({ budgetId, startText }) => [budgetId, startText]),
  };
}

interface Held {
  budgetId: string;
  periodStart: Date;
  nano: bigint;
}

/** Writes holds and reservations, if the lease is valid. Answers the transaction's id. */
async function writeHolds(
  client: pg.ClientBase,
  processId: string,
  held: readonly Held[],
  admitted: readonly PlacedRequest[],
): Promise<string> {
  const { rows } = await client.query<{ count: number; xid: string }>({
    name: "write-holds",
    text: `WITH lease AS (
             SELECT 1 FROM gateway_processes WHERE id = $1 AND lease_until > clock_timestamp()
           ), held AS (
             UPDATE budget_periods p SET held_nano = p.held_nano + h.nano
             FROM lease, unnest($2::text[], $3::timestamptz[], $4::bigint[]) AS h(budget_id, period_start, nano)
             WHERE p.budget_id = h.budget_id AND p.period_start = h.period_start
           ), reserved AS (
             INSERT INTO reservations (id, process_id, estimate_nano, draft)
             SELECT d->>'id', $1, (d->>'estimate_nano')::bigint, d FROM lease, jsonb_array_elements($5::jsonb) AS d
             RETURNING 1
           )
           SELECT count(*)::int AS count, pg_current_xact_id()::text AS xid FROM reserved`,
    values: [
      processId,
      held.map(({ budgetId }) => budgetId),
      held.map(({ periodStart }) => periodStart),
      held.map(({ nano }) => nano),
      // One text: an array's elements would each be written, quoted and read once more.
      JSON.stringify(admitted.map(reservationOf)),
    ],
  });
  const [row] = rows;
  if (row?.count !== admitted.length) throw new LeaseLostError();
  return row.xid;
}

/** The accounts of a batch in one transaction: each call sees the holds of those before it. */
class LockedAccounts {
  readonly #accounts: Map<string, { row: AccountRow; heldNano: bigint }>;

  constructor(rows: ReadonlyMap<string, AccountRow>) {
    this.#accounts = new Map([...rows].map(([key, row]) => [key, { row, heldNano: row.held_nano }]));
  }

  decide({ draft, budgets, periods }: PlacedRequest): { result: ReserveResult; refusedBy: AccountRow | null } {
    const chain = periods.flatMap((period, index) => {
      const shared = this.#accounts.get(period.key);
      const budget = budgets[index];
      if (!shared || !budget) return [];
      const { hard: isHard, limit_nano: limitNano, spent_nano: spentNano } = shared.row;
      const account: Account = { budget, isHard, limitNano, spentNano, heldNano: shared.heldNano };
      return [{ period, shared, account }];
    });
    const accounts = chain.map(({ account }) => account);
    const decision = admit(accounts, draft.estimate_nano);
    if (!decision.ok) {
      const { code, account } = decision;
      const { isHard: _isHard, ...figures } = account;
      const row = chain.find((level) => level.account === account)?.shared.row ?? null;
      return {
        result: { ok: false, refusal: { code, ...figures, resetsAt: row?.period_end ?? null } },
        refusedBy: code === "budget_exceeded" ? row : null,
      };
    }
    for (const { shared } of chain) shared.heldNano += draft.estimate_nano;
    const { remainingNano } = decision;
    const hold = { draft, periods: chain.map(({ period }) => period), accounts, remainingNano };
    return { result: { ok: true, hold }, refusedBy: null };
  }

  /** What the calls that were admitted hold, by account. */
  held(): Held[] {
    return [...this.#accounts.values()]
      .map(({ row, heldNano }) => ({
        budgetId: row.budget_id,
        periodStart: row.period_start,
        nano: heldNano - row.held_nano,
      }))
      .filter(({ nano }) => nano !== 0n);
  }
}

/** Every account that a batch needs, once. */
export function accountsOf(batch: readonly PlacedRequest[]): PeriodRef[] {
  const wanted = new Map<string, PeriodRef>();
  for (const { periods } of batch) for (const period of periods) wanted.set(period.key, period);
  return [...wanted.values()];
}

export interface ReserveContext {
  /** The accounts of the batch, and those of them that are there, locked. */
  wanted: readonly PeriodRef[];
  locked: ReadonlyMap<string, AccountRow>;
  isGone: (period: PeriodRef) => boolean;
  announced: Announced;
  nowMs: number;
}

/**
 * Decides a batch in order of arrival against its locked accounts, and writes holds and reservations. The caller commits. Throws
 * AccountsMissingError where an account is not there for which `isGone` does not hold, and LeaseLostError.
 */
export async function reserveBatch(
  client: pg.ClientBase,
  processId: string,
  batch: readonly PlacedRequest[],
  { wanted, locked, isGone, announced, nowMs }: ReserveContext,
): Promise<WrittenBatch> {
  const missing = wanted.filter((period) => !locked.has(period.key) && !isGone(period));
  if (missing.length > 0) throw new AccountsMissingError(missing);

  const accounts = new LockedAccounts(locked);
  const decisions = batch.map((request) => accounts.decide(request));
  const results = decisions.map(({ result }) => result);
  const exhausted = decisions.flatMap(({ refusedBy }) => (refusedBy ? findExhausted(refusedBy) : []));
  const admitted = batch.flatMap((request, index) => {
    const result = results[index];
    return result?.ok ? [{ ...request, periods: result.hold.periods }] : [];
  });
  const xid = admitted.length > 0 ? await writeHolds(client, processId, accounts.held(), admitted) : null;
  return { results, xid, announced: await announce(client, exhausted, announced, nowMs) };
}
