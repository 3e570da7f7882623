import fc from "fast-check";
import { expect, test } from "vitest";
import { type Bounds, earliestExpiry, findExcess, keyStatus, type Lifetime } from "./chain";

const now = Date.UTC(2026, 0, 1);
const live: Lifetime = { revoked_at: null, blocked_at: null, expires_at: null };
const before = new Date(now - 1);
const after = new Date(now + 1);

test.each([
  ["active", [live]],
  ["active", [{ ...live, expires_at: after }, live]],
  ["expired", [{ ...live, expires_at: new Date(now) }]],
  ["expired", [live, { ...live, expires_at: before }]],
  [
    "blocked",
    [
      { ...live, expires_at: before },
      { ...live, blocked_at: before },
    ],
  ],
  ["revoked", [{ ...live, blocked_at: before }, live, { ...live, revoked_at: before }]],
] as const)("%s is the state of %j, nearest key first", (status, chain) => {
  expect(keyStatus(chain, now)).toBe(status);
});

const limit = fc.option(fc.integer({ min: 1, max: 6 }));
const names = ["a", "b", "c"];
const bounds: fc.Arbitrary<Bounds> = fc.record({
  allowed_models: fc.uniqueArray(fc.constantFrom(...names, "*"), { maxLength: 3 }),
  rpm_limit: limit,
  tpm_limit: limit,
  parallel_limit: limit,
  expires_at: fc.option(fc.integer({ min: 1, max: 6 }).map((day) => new Date(now + day))),
});
const chain = fc.tuple(bounds, fc.array(bounds, { minLength: 1, maxLength: 2 }));
const limits = ["rpm_limit", "tpm_limit", "parallel_limit"] as const;

/** What a key may do together with its parents, as the gateway takes it: minimum of the limits, intersection of the models. */
function effective(levels: readonly Bounds[]) {
  const least = (values: readonly (number | null)[]) =>
    Math.min(...values.map((value) => value ?? Number.POSITIVE_INFINITY));
  const permits = (level: Bounds, name: string) =>
    level.allowed_models.length === 0 || level.allowed_models.includes(name) || level.allowed_models.includes("*");
  return {
    limits: limits.map((name) => least(levels.map((level) => level[name]))),
    end: least(levels.map((level) => level.expires_at?.getTime() ?? null)),
    models: names.filter((name) => levels.every((level) => permits(level, name))),
  };
}

test("a child that is accepted gets exactly what it names, so it never names more than its parents have", () => {
  fc.assert(
    fc.property(chain, ([child, parents]) => {
      fc.pre(findExcess(child, parents).length === 0);
      const own = effective([child]);
      const together = effective([child, ...parents]);
      for (const [index, name] of limits.entries())
        if (child[name] !== null) expect(together.limits[index]).toBe(own.limits[index]);
      if (child.expires_at) expect(together.end).toBe(own.end);
      if (child.allowed_models.length > 0) expect(together.models).toEqual(own.models);
    }),
    { numRuns: 3_000 },
  );
});

test("a child that is refused exceeds some parent in every field that is named, and in no other", () => {
  fc.assert(
    fc.property(chain, ([child, parents]) => {
      const refused = new Set(findExcess(child, parents).map((problem) => problem.path.replace(/\.\d+$/, "")));
      const above = effective(parents);
      for (const [index, name] of limits.entries())
        expect(refused.has(name)).toBe(child[name] !== null && child[name] > (above.limits[index] ?? 0));
      expect(refused.has("expires_at")).toBe((child.expires_at?.getTime() ?? Number.POSITIVE_INFINITY) > above.end);
      const foreign = child.allowed_models.some((model) =>
        parents.some(({ allowed_models: list }) => list.length > 0 && !list.includes(model) && !list.includes("*")),
      );
      expect(refused.has("allowed_models")).toBe(foreign);
    }),
    { numRuns: 3_000 },
  );
});

test("a problem tells the parent's own value, and where in a list it lies", () => {
  const parent: Bounds = {
    allowed_models: ["gpt-4o"],
    rpm_limit: 10,
    tpm_limit: null,
    parallel_limit: null,
    expires_at: new Date(now),
  };
  expect(findExcess({ allowed_models: ["gpt-4o", "o3"], rpm_limit: 11, expires_at: null }, [parent])).toEqual([
    { path: "allowed_models.1", message: "is not among the parent key's: gpt-4o" },
    { path: "rpm_limit", message: "must be at most 10, the parent key's" },
    { path: "expires_at", message: "must not be later than 2026-01-01T00:00:00.000Z, the parent key's" },
  ]);
});

test("fields that a change leaves alone are not held against it", () => {
  const parent = { allowed_models: ["a"], rpm_limit: 1, tpm_limit: 1, parallel_limit: 1, expires_at: new Date(now) };
  expect(findExcess({}, [parent])).toEqual([]);
});

test("the earliest expiry counts", () => {
  expect(earliestExpiry([{ expires_at: null }, { expires_at: after }, { expires_at: before }])).toEqual(before);
  expect(earliestExpiry([{ expires_at: null }])).toBeNull();
});
