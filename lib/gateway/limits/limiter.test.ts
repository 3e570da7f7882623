import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Level } from "../directory/types";
import { type Admission, Limiter, type LimitRefusal } from "./limiter";

const start = Date.parse("2026-03-10T12:00:00Z");
const minute = 60_000;

function level(id: string, limits: Partial<Pick<Level, "rpm" | "tpm" | "parallel">>): Level {
  return { kind: "key", id, name: id, permits: () => true, rpm: null, tpm: null, parallel: null, ...limits };
}

function admitted(result: Admission | LimitRefusal): Admission {
  if (result.ok) return result;
  throw new Error(`refused: ${result.kind} of ${result.level.id}`);
}

function refused(result: Admission | LimitRefusal): LimitRefusal {
  if (!result.ok) return result;
  throw new Error("admitted");
}

describe("requests per minute", () => {
  test("a full minute's worth passes at once, then one per refilled share", () => {
    const limiter = new Limiter();
    const levels = [level("k", { rpm: 6 })];
    for (let index = 0; index < 6; index++) admitted(limiter.admit(levels, 0, start));
    expect(refused(limiter.admit(levels, 0, start))).toMatchObject({
      kind: "requests",
      limit: 6,
      retryAfterMs: 10_000,
    });
    expect(refused(limiter.admit(levels, 0, start + 9_999)).retryAfterMs).toBeCloseTo(1, 5);
    admitted(limiter.admit(levels, 0, start + 10_000));
    refused(limiter.admit(levels, 0, start + 10_000));
  });

  test("what was not used in a minute is not saved up", () => {
    const limiter = new Limiter();
    const levels = [level("k", { rpm: 2 })];
    admitted(limiter.admit(levels, 0, start));
    const later = start + 60 * minute;
    admitted(limiter.admit(levels, 0, later));
    admitted(limiter.admit(levels, 0, later));
    refused(limiter.admit(levels, 0, later));
  });

  test("waiting as long as the refusal says is enough, whatever the load", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 }),
        (rpm, pauses) => {
          const limiter = new Limiter();
          const levels = [level("k", { rpm })];
          let nowMs = start;
          for (const pause of pauses) {
            nowMs += pause;
            const result = limiter.admit(levels, 0, nowMs);
            if (result.ok) continue;
            nowMs += Math.ceil(result.retryAfterMs);
            admitted(limiter.admit(levels, 0, nowMs));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("no window of a minute lets more than two minutes' worth pass, and a long run no more than its rate and one burst", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 300 }),
        (rpm, pauses) => {
          const limiter = new Limiter();
          const passed: number[] = [];
          let nowMs = start;
          for (const pause of pauses) {
            nowMs += pause;
            if (limiter.admit([level("k", { rpm })], 0, nowMs).ok) passed.push(nowMs);
          }
          expect(passed.length).toBeLessThanOrEqual(rpm + (rpm * (nowMs - start)) / minute + 1e-6);
          for (const end of passed)
            expect(passed.filter((at) => at > end - minute && at <= end).length).toBeLessThanOrEqual(2 * rpm);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("tokens per minute", () => {
  test("are taken by estimate and corrected by what was used, in both directions", () => {
    const limiter = new Limiter();
    const levels = [level("k", { tpm: 1_000 })];
    const first = admitted(limiter.admit(levels, 600, start));
    expect(first.tokens).toEqual({ limit: 1_000, remaining: 400, resetMs: 36_000 });
    expect(refused(limiter.admit(levels, 500, start))).toMatchObject({ kind: "tokens", retryAfterMs: 6_000 });
    first.release(100);
    const second = admitted(limiter.admit(levels, 500, start));
    expect(second.tokens?.remaining).toBe(400);
    // Far more than estimated: the bucket goes below zero and refuses until it has recovered.
    second.release(2_500);
    expect(refused(limiter.admit(levels, 1, start)).retryAfterMs).toBeCloseTo((1_601 * minute) / 1_000, 5);
    refused(limiter.admit(levels, 1, start + minute));
    admitted(limiter.admit(levels, 1, start + 2 * minute));
  });

  test("a call larger than the whole bucket passes when the bucket is full, or it never could", () => {
    const limiter = new Limiter();
    const levels = [level("k", { tpm: 100 })];
    admitted(limiter.admit(levels, 5_000, start)).release(5_000);
    expect(refused(limiter.admit(levels, 5_000, start)).retryAfterMs).toBeCloseTo((5_000 * minute) / 100, 5);
    admitted(limiter.admit(levels, 5_000, start + 50 * minute));
  });

  test("a debt is not forgotten, however many others call and however long it takes", () => {
    const limiter = new Limiter();
    admitted(limiter.admit([level("debtor", { tpm: 10 })], 10, start)).release(1_000);
    // Enough calls for the limiter to clear away what it need not remember.
    for (let index = 0; index < 25_000; index++)
      admitted(limiter.admit([level(`other ${index % 100}`, { tpm: 1_000_000 })], 0, start + 20 * minute)).release(0);
    refused(limiter.admit([level("debtor", { tpm: 10 })], 10, start + 20 * minute));
    admitted(limiter.admit([level("debtor", { tpm: 10 })], 10, start + 100 * minute));
  });
});

describe("calls at once", () => {
  test("a place is given back exactly once, however often it is released", () => {
    const limiter = new Limiter();
    const levels = [level("k", { parallel: 2 })];
    const [first, second] = [admitted(limiter.admit(levels, 0, start)), admitted(limiter.admit(levels, 0, start))];
    expect(refused(limiter.admit(levels, 0, start))).toMatchObject({ kind: "parallel", limit: 2, retryAfterMs: 1_000 });
    first.release(0);
    first.release(0);
    admitted(limiter.admit(levels, 0, start));
    refused(limiter.admit(levels, 0, start));
    second.release(0);
    admitted(limiter.admit(levels, 0, start));
  });
});

describe("a call that is refused after all", () => {
  test("gives everything back, as if it had not been asked for; a call that ended gives back no more", () => {
    const limiter = new Limiter();
    const levels = [level("k", { rpm: 1, tpm: 100, parallel: 1 }), level("t", { rpm: 1 })];
    for (let index = 0; index < 20; index++) admitted(limiter.admit(levels, 100, start)).cancel();
    const call = admitted(limiter.admit(levels, 100, start));
    call.release(100);
    call.cancel();
    expect(refused(limiter.admit(levels, 100, start))).toMatchObject({ kind: "requests" });
  });
});

describe("a chain of levels", () => {
  test("a refusal at one level takes nothing from any other", () => {
    const limiter = new Limiter();
    const [key, team] = [level("k", { rpm: 10, tpm: 1_000, parallel: 10 }), level("t", { rpm: 1 })];
    admitted(limiter.admit([team], 0, start));
    for (let index = 0; index < 50; index++)
      expect(refused(limiter.admit([key, team], 100, start))).toMatchObject({ kind: "requests", level: team });
    expect(admitted(limiter.admit([key], 0, start))).toMatchObject({
      requests: { remaining: 9 },
      tokens: { remaining: 1_000 },
    });
  });

  test("shows the tightest level's figures", () => {
    const limiter = new Limiter();
    const chain = [level("k", { rpm: 100, tpm: 50 }), level("u", { rpm: 3 }), level("t", { rpm: 40, tpm: 1_000 })];
    expect(admitted(limiter.admit(chain, 10, start))).toMatchObject({
      requests: { limit: 3, remaining: 2 },
      tokens: { limit: 50, remaining: 40 },
    });
    expect(admitted(limiter.admit([level("free", {})], 10, start))).toMatchObject({ requests: null, tokens: null });
  });

  test("whatever happens, nobody runs more at once than the least of the chain allows, and all places come back", () => {
    const limits = fc.record({ parallel: fc.option(fc.integer({ min: 1, max: 4 })) });
    fc.assert(
      fc.property(
        fc.array(limits, { minLength: 1, maxLength: 4 }),
        fc.array(fc.boolean(), { maxLength: 60 }),
        (caps, steps) => {
          const limiter = new Limiter();
          const chain = caps.map(({ parallel }, index) => level(`l${index}`, { parallel }));
          const most = Math.min(...caps.map(({ parallel }) => parallel ?? Number.POSITIVE_INFINITY));
          const running: Admission[] = [];
          for (const isCall of steps) {
            if (!isCall) running.shift()?.release(0);
            else {
              const result = limiter.admit(chain, 0, start);
              expect(result.ok).toBe(running.length < most);
              if (result.ok) running.push(result);
            }
          }
          for (const admission of running) admission.release(0);
          expect(limiter.admit(chain, 0, start).ok).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("limits that change", () => {
  test("a lower one holds at once, a higher one gives at once what it adds", () => {
    const limiter = new Limiter();
    const status = (rpm: number) => admitted(limiter.admit([level("k", { rpm })], 0, start)).requests?.remaining;
    expect(status(100)).toBe(99);
    expect([status(2), status(2)]).toEqual([1, 0]);
    refused(limiter.admit([level("k", { rpm: 2 })], 0, start));
    expect(status(60)).toBe(57);
  });

  test("a call that began before there was a limit gives nothing to it", () => {
    const limiter = new Limiter();
    const before = admitted(limiter.admit([level("k", { parallel: 9 })], 500, start));
    admitted(limiter.admit([level("k", { parallel: 9, tpm: 100 })], 100, start));
    before.release(0);
    refused(limiter.admit([level("k", { parallel: 9, tpm: 100 })], 1, start));
  });
});
