import { expect, test } from "vitest";
import { intervalFor, intervalsFor, monthSoFar, previousSpan, slotsOf, spanOf, todaySoFar } from "./spans";

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

test("what has passed of a span is compared with as much before it", () => {
  const span = spanOf("month", "UTC", now);
  const before = previousSpan(span, now);
  expect(before.toMs).toBe(span.fromMs);
  expect(before.toMs - before.fromMs).toBe(Math.ceil(now / hourMs) * hourMs - span.fromMs);
  const past = spanOf("last_month", "UTC", now);
  expect(previousSpan(past, now).fromMs).toBe(past.fromMs - (past.toMs - past.fromMs));
});

test("a day and a month so far stand beside as much of those before them, to the running hour", () => {
  const today = todaySoFar("UTC", now);
  expect(iso(today.now)).toEqual(["2026-11-20T00:00:00.000Z", "2026-11-20T20:00:00.000Z"]);
  expect(iso(today.before)).toEqual(["2026-11-19T00:00:00.000Z", "2026-11-19T20:00:00.000Z"]);
  const month = monthSoFar("UTC", now);
  expect(iso(month.now)).toEqual(["2026-11-01T00:00:00.000Z", "2026-11-20T20:00:00.000Z"]);
  expect(iso(month.before)).toEqual(["2026-10-01T00:00:00.000Z", "2026-10-20T20:00:00.000Z"]);
  // February is over before the 31st of March comes.
  const march = monthSoFar("UTC", Date.parse("2026-03-31T12:00:00Z"));
  expect(iso(march.before)).toEqual(["2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"]);
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
