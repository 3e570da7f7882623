import { expect, test } from "vitest";
import { draftOf as mappingDraftOf } from "@/components/provisioning/draft";
import type { Settings } from "@/lib/settings/queries";
import { defaultSettings } from "@/lib/settings/schema";
import { changesOf, draftOf, settingsFields } from "./settings-draft";

const stored: Settings = { ...defaultSettings, managed_by: {}, updated_at: "2026-01-01T00:00:00Z", version: 3 };

test("every setting is written on this page or on that of the sign-in mapping, and none on both", () => {
  const written = [...settingsFields, ...Object.keys(mappingDraftOf(stored))];
  expect(written.sort()).toEqual(Object.keys(defaultSettings).sort());
  expect(Object.keys(draftOf(stored)).sort()).toEqual([...settingsFields].sort());
});

test("nothing is sent of what is as it was, however it is written", () => {
  const draft = draftOf(stored);
  expect(changesOf(stored, draft)).toEqual({});
  expect(changesOf(stored, { ...draft, alert_thresholds: "50 75, 90 %,100", cooldown_seconds: "030" })).toEqual({});
});

test("what was changed is sent as the API takes it: an empty number is none", () => {
  const draft = {
    ...draftOf(stored),
    trace_retention_days: "",
    usage_retention_days: "400",
    alert_thresholds: "80, 100",
    ceiling_price: { ...stored.ceiling_price, output_per_mtok_usd: "300" },
  };
  expect(changesOf(stored, draft)).toEqual({
    trace_retention_days: null,
    usage_retention_days: 400,
    alert_thresholds: [80, 100],
    ceiling_price: { input_per_mtok_usd: "100", output_per_mtok_usd: "300" },
  });
});
