import { expect, test } from "vitest";
import type { CallTrace } from "./schema";
import { timelineOf } from "./timeline";

const trace: CallTrace = {
  asked_model: "m",
  upstream_model: "m",
  steps: { authenticated_ms: 0.2, read_ms: 1, limited_ms: 1.1, held_ms: 4, ended_ms: 50 },
  attempts: [
    { credential_id: "cred_a", sent_ms: 4.2, answered_ms: null, http_status: null, error: "connect timeout" },
    { credential_id: "cred_b", sent_ms: 20, answered_ms: 30, http_status: 200, error: null },
  ],
  limits: [],
  budgets: [],
};

test("the stretches of a call follow each other from its arrival to its booking", () => {
  const found = timelineOf({ trace, bookedMs: 60, names: { cred_b: "second" } });
  expect(found.map(({ name, fromMs, toMs }) => [name, fromMs, toMs])).toEqual([
    ["Authenticated", 0, 0.2],
    ["Body read", 0.2, 1],
    ["Limits checked", 1, 1.1],
    ["Budgets held", 1.1, 4],
    ['Attempt 1 with the key "cred_a"', 4.2, 20],
    ['Attempt 2 with the key "second"', 20, 30],
    ["Answer passed on", 30, 50],
    ["Booked", 50, 60],
  ]);
});

test("an attempt without an answer says why and counts as failed; one with an answer does not", () => {
  const [first, second] = timelineOf({ trace, bookedMs: null, names: {} }).filter(({ key }) =>
    key.startsWith("attempt"),
  );
  expect(first).toMatchObject({ note: "connect timeout", isFailed: true });
  expect(second).toMatchObject({ note: "answered 200", isFailed: false });
});

test("clocks that disagree never make a stretch end before it begins", () => {
  const found = timelineOf({ trace, bookedMs: 10, names: {} });
  expect(found.every(({ fromMs, toMs }) => toMs >= fromMs)).toBe(true);
  expect(found.at(-1)).toMatchObject({ name: "Booked", fromMs: 50, toMs: 50 });
});
