import { expect, test } from "vitest";
import { isEmpty, noPrice, priceDraftOf, priceOf, problemOf, sampleCost } from "./price-draft";
import { ageOf } from "./price-words";

const draft = { ...noPrice, input_per_mtok_usd: " 2.50 ", output_per_mtok_usd: "10" };

test("a price is sent once input and output are there, and an empty bucket is sent as having none", () => {
  expect(priceOf(draft)).toEqual({
    input_per_mtok_usd: "2.50",
    cached_input_per_mtok_usd: null,
    cache_write_per_mtok_usd: null,
    output_per_mtok_usd: "10",
  });
  expect(priceOf({ ...draft, output_per_mtok_usd: "" })).toBeNull();
  expect([isEmpty(noPrice), isEmpty(draft)]).toEqual([true, false]);
});

test.each(["1,5", "-1", "1e3", ".5", "1.0000000001", "9999999999.9", "1000000.01", "two"])(
  "%s is told while it is written",
  (text) => {
    expect(problemOf(text)).toMatch(/^Write an amount/);
    expect(priceOf({ ...draft, cached_input_per_mtok_usd: text })).toBeNull();
  },
);

test.each(["", "0", "0.000000001", "12.34", "1000000"])("%j is not", (text) => expect(problemOf(text)).toBeNull());

test("what is stored is written over digit by digit", () => {
  const stored = { ...draft, input_per_mtok_usd: "0.000000001", cached_input_per_mtok_usd: null };
  expect(priceDraftOf({ ...stored, cache_write_per_mtok_usd: null })).toMatchObject({
    input_per_mtok_usd: "0.000000001",
    cached_input_per_mtok_usd: "",
  });
  expect(priceDraftOf(null)).toEqual(noPrice);
});

test("the sample's cost is exact, and an absent bucket is charged as input", () => {
  const price = { input_per_mtok_usd: "0.1", output_per_mtok_usd: "0.3" };
  expect(sampleCost(price)).toBe("0.0013");
  expect(sampleCost({ ...price, cached_input_per_mtok_usd: "0.000001" })).toBe("0.001100002");
});

test("an age is in whole days", () => {
  const now = Date.parse("2026-03-10T12:00:00Z");
  expect(ageOf("2026-03-09T12:00:01Z", now)).toBe("today");
  expect(ageOf("2026-03-09T12:00:00Z", now)).toBe("1 day");
  expect(ageOf("2026-01-26T00:00:00Z", now)).toBe("43 days");
});
