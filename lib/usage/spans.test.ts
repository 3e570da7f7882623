import { expect, test } from "vitest";
import { compareSpans, intervalFor, intervalsFor, type Preset, slotsOf, spanOf } from "./spans";

const hourMs = 3_600_000;
const now = Date.parse("2026-11-20T19:26:00Z");
const iso = ({ fromMs, toMs }: { fromMs: number; toMs: number }) =>
  [fromMs, toMs].map((ms) => new Date(ms).toISOString());

test("a preset is of whole days of the zone, today included", () => {
  expect(iso(spanOf("7d", "UTC", now))).toEqual(["2026-11-14T00:00:00.000Z", "2026-11-21T00:00:00.000Z"]);
  expect(iso(spanOf("7d", "Asia/Kathmandu", now))).toEqual(["2026-11-14T18:15:00.000Z", "2026-11-21T18:15:00.000Z"]);
  expect(iso(spanOf("24h", "UTC", now))).toEqual(["2026-11-19T20:00:00.000Z", "2026-11-20T20:00:00.000Z"]);
  expect(iso(spanOf("last_month", "UTC", now))).toEqual(["2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"]);
  expect(iso(spanOf("12m", "UTC", now))).toEqual(["2025-12-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z"]);
});

test("days are counted by midnights, also where a clock was changed between them", () => {
  // Berlin left summer time on 25 October 2026.
  const [from] = iso(spanOf("30d", "Europe/Berlin", now));
  expect(from).toBe("2026-10-21T22:00:00.000Z");
});

const compare = (preset: Preset, zone: string, nowMs: number) =>
  compareSpans(preset, spanOf(preset, zone, nowMs), zone, nowMs);
const sidesOf = (preset: Preset, zone = "UTC", nowMs = now) => {
  const found = compare(preset, zone, nowMs);
  return found && [...iso(found.now), ...iso(found.before)].map((time) => time.slice(0, 16));
};

test("what runs is compared up to the last full hour, with the same part of the period before", () => {
  expect(sidesOf("today")).toEqual(["2026-11-20T00:00", "2026-11-20T19:00", "2026-11-19T00:00", "2026-11-19T19:00"]);
  expect(sidesOf("24h")).toEqual(["2026-11-19T20:00", "2026-11-20T19:00", "2026-11-18T20:00", "2026-11-19T19:00"]);
  expect(sidesOf("7d")).toEqual(["2026-11-14T00:00", "2026-11-20T19:00", "2026-11-07T00:00", "2026-11-13T19:00"]);
  expect(sidesOf("month")).toEqual(["2026-11-01T00:00", "2026-11-20T19:00", "2026-10-01T00:00", "2026-10-20T19:00"]);
  expect(sidesOf("12m")).toEqual(["2025-12-01T00:00", "2026-11-20T19:00", "2024-12-01T00:00", "2025-11-20T19:00"]);
  expect(compare("today", "UTC", now)).toMatchObject({ cutMs: Date.parse("2026-11-20T19:00Z") });
});

test("what is over is compared as a whole", () => {
  expect(sidesOf("last_month")).toEqual([
    "2026-10-01T00:00",
    "2026-11-01T00:00",
    "2026-09-01T00:00",
    "2026-10-01T00:00",
  ]);
  const span = { fromMs: now - 50 * hourMs, toMs: now };
  const before = { fromMs: now - 100 * hourMs, toMs: now - 50 * hourMs, name: "the 2 days before" };
  expect(compareSpans(null, span, "UTC", now)).toEqual({ now: span, before, cutMs: null });
});

test("there is nothing to compare before the first full hour, and no more of a month than it has", () => {
  expect(sidesOf("today", "UTC", Date.parse("2026-11-20T00:40:00Z"))).toBeNull();
  const march = Date.parse("2026-03-31T12:00:00Z");
  expect(sidesOf("month", "UTC", march)?.slice(2)).toEqual(["2026-02-01T00:00", "2026-03-01T00:00"]);
});

test("an interval that a span cannot be shown by gives way to one that it can", () => {
  const year = spanOf("12m", "UTC", now);
  expect(intervalsFor(year)).toEqual(["day", "month"]);
  expect(intervalFor(year, "hour")).toBe("month");
  expect(intervalFor(spanOf("30d", "UTC", now), null)).toBe("day");
  expect(intervalFor(spanOf("24h", "UTC", now), "day")).toBe("hour");
  const hour = { fromMs: now - hourMs, toMs: now };
  expect(intervalFor(hour, null)).toBe("hour");
});

test("slots cover the span without gaps and are cut to it", () => {
  const span = { fromMs: now - 50 * hourMs, toMs: now };
  const slots = slotsOf(span, "day", "UTC");
  expect(slots[0]?.fromMs).toBe(span.fromMs);
  expect(slots.at(-1)?.toMs).toBe(span.toMs);
  for (const [index, slot] of slots.entries()) if (index > 0) expect(slot.fromMs).toBe(slots[index - 1]?.toMs);
});
