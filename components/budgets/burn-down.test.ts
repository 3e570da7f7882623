import { expect, test } from "vitest";
import type { BurnDown } from "@/lib/budgets/queries";
import { prepareBurnDown } from "./burn-down";

const day = (number: number, clock = "00:00:00") => `2026-03-${String(number).padStart(2, "0")}T${clock}.000Z`;

const week: BurnDown = {
  budget_id: "bud_1",
  period: "weekly",
  timezone: "UTC",
  period_start: day(2),
  period_end: day(9),
  as_of: day(4, "12:00:00"),
  limit_usd: "7.00",
  spent_usd: "5.00",
  held_usd: "0.00",
  step: "day",
  points: [
    { time: day(2), spent_usd: "0.00" },
    { time: day(3), spent_usd: "1.00" },
    { time: day(4), spent_usd: "4.00" },
    { time: day(4, "12:00:00"), spent_usd: "5.00" },
  ],
  ideal: [
    { time: day(2), spent_usd: "0.00" },
    { time: day(9), spent_usd: "7.00" },
  ],
  forecast: { spent_usd: "14.00", exhausted_at: day(6) },
  alerts: [
    { id: "alert_1", threshold: 50, created_at: day(3, "08:00:00") },
    { id: "alert_2", threshold: 75, created_at: day(4, "11:00:00") },
  ],
};

const textsOf = (data: BurnDown, series: string) =>
  prepareBurnDown(data).points.map(({ cells }) => cells[series]?.text ?? null);

test("what was spent ends now; even spending goes on to the limit, the forecast from now to where it leads", () => {
  expect(textsOf(week, "spent")).toEqual(["$0.00", "$1.00", "$4.00", "$5.00", null, null, null, null]);
  const ideal = ["$0.00", "$1.00", "$2.00", "$2.50", "$4.00", "$5.00", "$6.00", "$7.00"];
  expect(textsOf(week, "ideal")).toEqual(ideal);
  const forecast = [null, null, null, "$5.00", "$8.00", "$10.00", "$12.00", "$14.00"];
  expect(textsOf(week, "forecast")).toEqual(forecast);
  // Half of the running day has passed: there the line of what was spent ends, and the straight lines go on to its end.
  expect(prepareBurnDown(week).points[3]?.drawn).toEqual([
    { at: 0.5, values: { spent: 5, ideal: 2.5, forecast: 5 } },
    { at: 1, values: { ideal: 3, forecast: 6 } },
  ]);
  expect(prepareBurnDown(week).points.filter(({ drawn }) => drawn)).toHaveLength(1);
  expect(prepareBurnDown(week).marks).toEqual([expect.objectContaining({ value: 7, text: "$7.00" })]);
});

test("an alert is told of at the first point after it, and the running moment is called so", () => {
  const { points } = prepareBurnDown(week);
  expect(points.flatMap(({ note }, index) => (note ? [[index, note]] : []))).toEqual([
    [2, "Alert at 50 %"],
    [3, "Alert at 75 %"],
  ]);
  expect(points[3]?.label).toBe("Now, Wed 4 Mar 2026, 12:00");
  expect(points.at(-1)?.label).toBe("Mon 9 Mar 2026, 00:00");
});

test("a period that is over has no forecast and nothing ahead", () => {
  const over = {
    ...week,
    as_of: day(12),
    forecast: null,
    points: [...week.points, { time: day(9), spent_usd: "6.00" }],
  };
  const { series, points } = prepareBurnDown(over);
  expect(series.map(({ key }) => key)).toEqual(["spent", "ideal"]);
  expect(points).toHaveLength(5);
  expect(points.some(({ drawn }) => drawn)).toBe(false);
  expect(points.some(({ label }) => label.startsWith("Now"))).toBe(false);
});

test("a total has a limit and no line of even spending", () => {
  const total: BurnDown = { ...week, period: "total", period_end: null, ideal: [], forecast: null };
  const { series, marks, points } = prepareBurnDown(total);
  expect(series.map(({ key }) => key)).toEqual(["spent"]);
  expect(marks).toHaveLength(1);
  expect(points).toHaveLength(4);
  expect(points.at(-1)?.drawn?.[0]).toEqual({ at: 0.5, values: { spent: 5 } });
});
