import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { capOf, capStates, judge, type OracleLevel, type Verdict } from "@/lib/testing/budget-oracle";
import { admit, type Decision } from "./decide";
import type { Account } from "./types";

const kinds = ["key", "member", "user", "team", "organisation"];

function toAccount({ limit, spent, held, isHard }: OracleLevel, level: number): Account {
  const scopeType = kinds[level] ?? "team";
  const budget = {
    id: `bud_${level}`,
    scopeType,
    scopeId: `${scopeType}_${level}`,
    scopeName: `level ${level}`,
    period: "total" as const,
    timezone: "UTC",
  };
  return { budget, isHard, limitNano: limit, spentNano: spent, heldNano: held };
}

/** A decision in the oracle's words: which level of `accounts` bound. */
function inPlainWords(decision: Decision, accounts: readonly Account[]): Verdict {
  if (decision.ok) return { ok: true, remaining: decision.remainingNano };
  return { ok: false, code: decision.code, level: accounts.indexOf(decision.account) };
}

function expectAgreement(levels: readonly OracleLevel[], estimate: bigint): void {
  const accounts = levels.map(toAccount);
  expect(inPlainWords(admit(accounts, estimate), accounts)).toEqual(judge(levels, estimate));
}

describe("the decision over a chain of budgets", () => {
  test.each([0n, 1n, 89n, 90n, 91n, 100n, 101n, 250n, 450n, 451n, 500n, 501n])(
    "is the oracle's for every combination of absent, open and spent caps at five levels (estimate %d)",
    (estimate) => {
      const combinations = capStates(5);
      expect(combinations).toHaveLength(243);
      for (const states of combinations) {
        const levels = states.flatMap((state, level) => capOf(state, level) ?? []);
        expectAgreement(levels, estimate);
      }
    },
  );

  const amount = fc.bigInt({ min: 0n, max: 50n });
  // Few values, so that equalities and one-off differences are common; and amounts as large as a column holds.
  const anyAmount = fc.oneof({ weight: 5, arbitrary: amount }, fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_807n }));
  const level = fc.record({ limit: anyAmount, spent: anyAmount, held: anyAmount, isHard: fc.boolean() });
  const chain = fc.array(level, { maxLength: 7 });

  test("is the oracle's for any chain and any estimate", () => {
    fc.assert(fc.property(chain, anyAmount, expectAgreement), { numRuns: 20_000 });
  });

  test("admits whatever is smaller than what it admits, and no more when a level is added", () => {
    fc.assert(
      fc.property(chain, level, anyAmount, anyAmount, (levels, extra, a, b) => {
        const [smaller, larger] = a < b ? [a, b] : [b, a];
        const accounts = levels.map(toAccount);
        if (admit(accounts, larger).ok) expect(admit(accounts, smaller).ok).toBe(true);
        if (!admit(accounts, larger).ok)
          expect(admit([...accounts, toAccount(extra, accounts.length)], larger).ok).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  test("never lets holds and spending of a hard budget pass its limit", () => {
    fc.assert(
      fc.property(level, fc.array(amount, { maxLength: 30 }), (start, estimates) => {
        const account = toAccount({ ...start, spent: 0n, held: 0n, isHard: true }, 0);
        for (const estimate of estimates) if (admit([account], estimate).ok) account.heldNano += estimate;
        expect(account.heldNano <= account.limitNano).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("names the gravest reason, and of equal ones the nearest level", () => {
    const busy = { limit: 100n, spent: 0n, held: 100n, isHard: true };
    const small = { limit: 5n, spent: 0n, held: 0n, isHard: true };
    const spent = { limit: 100n, spent: 100n, held: 0n, isHard: true };
    const soft = { limit: 0n, spent: 100n, held: 0n, isHard: false };
    const nameOf = (levels: OracleLevel[]) => {
      const accounts = levels.map(toAccount);
      return inPlainWords(admit(accounts, 10n), accounts);
    };
    expect(nameOf([soft, busy, small, spent])).toEqual({ ok: false, code: "budget_exceeded", level: 3 });
    expect(nameOf([soft, busy, small])).toEqual({ ok: false, code: "request_too_large", level: 2 });
    expect(nameOf([soft, busy, busy])).toEqual({ ok: false, code: "budget_busy", level: 1 });
    expect(nameOf([soft])).toEqual({ ok: true, remaining: null });
  });
});
