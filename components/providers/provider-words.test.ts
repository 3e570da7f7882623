import { expect, test } from "vitest";
import type { Credential } from "@/lib/providers/queries";
import { causeText, credentialState, failedOf, keysText, restText, shareOf, stateOf } from "./provider-words";

const none = { stored: 0, usable: 0, resting: 0, next_rested_at: null, cause: null };
const withKeys = (usable: number, resting = 0) => ({
  enabled: true,
  figures: {
    credentials: { ...none, stored: usable, usable, resting },
    models: { known: 0, enabled: 0, unpriced: 0 },
    hour: null,
    day: null,
  },
});

test("a provider is ready, rests with a part or all of its keys, has none, or is off", () => {
  expect(stateOf(withKeys(2)).text).toBe("ready");
  expect(stateOf(withKeys(2, 1))).toEqual({ tone: "warn", text: "partly resting" });
  expect(stateOf(withKeys(2, 2))).toEqual({ tone: "danger", text: "resting" });
  expect(stateOf(withKeys(0)).text).toBe("no key");
  expect(stateOf({ ...withKeys(2, 2), enabled: false }).text).toBe("off");
});

test("keys are counted in words", () => {
  expect(keysText(none)).toBe("None stored");
  expect(keysText({ ...none, stored: 1, usable: 1 })).toBe("1 key");
  expect(keysText({ ...none, stored: 3, usable: 2 })).toBe("2 of 3 keys in use");
});

test("a rest says until when and why", () => {
  const rest = { ...none, stored: 2, usable: 2, next_rested_at: "2026-03-10T12:00:05.000Z", cause: "http_429" };
  expect(restText(none)).toBeNull();
  expect(restText({ ...rest, resting: 1 })).toBe("1 rests until 12:00:05 UTC: too many calls, 429");
  expect(restText({ ...rest, usable: 1, resting: 1 })).toBe("rests until 12:00:05 UTC: too many calls, 429");
  expect(restText({ ...rest, resting: 2 })).toMatch(/^2 rest, the first until 12:00:05 UTC/);
  expect([causeText("http_503"), causeText("no_answer"), causeText(null)]).toEqual([
    "failed with 503",
    "no answer",
    "refused",
  ]);
});

test("a credential's share is its weight among those in use", () => {
  const credential = (weight: number, fields: Partial<Credential> = {}): Credential => ({
    id: `cred_${weight}`,
    provider_id: "prov_1",
    name: "one",
    last_four: "abcd",
    weight,
    enabled: true,
    cooldown_until: null,
    cooldown_cause: null,
    created_at: "2026-03-10T12:00:00Z",
    updated_at: "2026-03-10T12:00:00Z",
    version: 1,
    ...fields,
  });
  const all = [credential(1), credential(3), credential(4, { enabled: false }), credential(0)];
  expect(all.map((one) => shareOf(one, all))).toEqual([25, 75, null, null]);
  expect(all.map((one) => credentialState(one).text)).toEqual(["in use", "in use", "off", "never chosen"]);
  expect(credentialState(credential(1, { cooldown_until: "2026-03-10T12:00:00Z" })).text).toBe("resting");
});

test("failures stand out by their share", () => {
  expect(failedOf({ requests: 0, errors: 0 })).toBeNull();
  expect(failedOf({ requests: 1_000, errors: 19 })).toEqual({ tone: "neutral", text: "1.9 %" });
  expect(failedOf({ requests: 100, errors: 2 })?.tone).toBe("warn");
  expect(failedOf({ requests: 10, errors: 2 })).toEqual({ tone: "danger", text: "20 %" });
});
