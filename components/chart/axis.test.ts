import { expect, test } from "vitest";
import { countAxis, moneyAxis, percentAxis, ticksUpTo, timeAxis } from "./axis";

const money = (highest: number) => moneyAxis(ticksUpTo(highest, false));
const counts = (highest: number) => countAxis(ticksUpTo(highest, true));

test("amounts have the same number of decimals, and enough to tell each", () => {
  expect(money(1.35)).toEqual(["$0", "$0.50", "$1.00", "$1.50"]);
  expect(money(0.9)).toEqual(["$0", "$0.25", "$0.50", "$0.75", "$1.00"]);
  expect(money(1_350)).toEqual(["$0", "$500", "$1,000", "$1,500"]);
  expect(money(0.00017)).toEqual(["$0", "$0.00005", "$0.00010", "$0.00015", "$0.00020"]);
  expect(money(45_000)).toEqual(["$0", "$20K", "$40K", "$60K"]);
  expect(money(9_500_000)).toEqual(["$0", "$2.5M", "$5.0M", "$7.5M", "$10.0M"]);
});

test("counts have no decimals, however few", () => {
  expect(counts(1)).toEqual(["0", "1"]);
  expect(counts(3)).toEqual(["0", "1", "2", "3"]);
  expect(counts(9)).toEqual(["0", "5", "10"]);
  expect(counts(1_000)).toEqual(["0", "250", "500", "750", "1,000"]);
});

test("shares and times say their unit, all of one axis the same", () => {
  expect(percentAxis(ticksUpTo(9, false))).toEqual(["0 %", "2.5 %", "5.0 %", "7.5 %", "10.0 %"]);
  expect(timeAxis(ticksUpTo(700, false))).toEqual(["0 ms", "200 ms", "400 ms", "600 ms", "800 ms"]);
  expect(timeAxis(ticksUpTo(4_500, false))).toEqual(["0 s", "2 s", "4 s", "6 s"]);
});

test("the last line is not below what is highest, and stands where that is exactly on a line", () => {
  expect(ticksUpTo(0, false)).toEqual([0, 1]);
  expect(ticksUpTo(0.3, false).at(-1)).toBe(0.3);
  for (let highest = 0.000013; highest < 1e9; highest *= 1.7) {
    const ticks = ticksUpTo(highest, false);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest);
    expect(ticks.length).toBeLessThanOrEqual(6);
    for (const labels of [moneyAxis(ticks), countAxis(ticks)]) expect(new Set(labels).size).toBe(ticks.length);
  }
});
