import { findProvider } from "@pydantic/genai-prices";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseUsd } from "@/lib/money";
import { findListedModel, guessKind, nanoOfDecimal } from "./price-data";

const now = Date.UTC(2026, 10, 20, 12);
const openai = { name: "openai", base_url: "https://api.openai.com/v1" };
const deepseek = { name: "deepseek", base_url: "https://api.deepseek.com" };

afterEach(() => vi.unstubAllGlobals());

describe("a decimal that the data holds as a number", () => {
  test("becomes exactly the amount that its text says, for every text of up to nine decimals", () => {
    // Fifteen significant digits are what a double always gives back as they were written.
    const amount = fc.tuple(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 0, max: 999_999_999 }));
    fc.assert(
      fc.property(amount, ([whole, decimals]) => {
        const text = `${whole}.${String(decimals).padStart(9, "0")}`;
        expect(nanoOfDecimal(Number(text))).toBe(parseUsd(text));
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    [0.15, 150_000_000n],
    [0.075, 75_000_000n],
    [1e-7, 100n],
    [1e-9, 1n],
    [1.5e21, 1_500_000_000_000_000_000_000_000_000_000n],
    [0, 0n],
    // What 0.18 and 1/12 become when somebody multiplies and divides floats: the ninth decimal is where it ends.
    [0.18000000000000002, 180_000_000n],
    [0.08333333333333334, 83_333_333n],
    [0.0000000005, 1n],
    [0.0000000004, 0n],
  ])("%d is %s nano", (value, nano) => {
    expect(nanoOfDecimal(value)).toBe(nano);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1])("%d is refused", (value) => {
    expect(() => nanoOfDecimal(value)).toThrow(RangeError);
  });
});

describe("the list price", () => {
  test("of a known model has every bucket that the provider prices, and its context window", () => {
    expect(findListedModel(openai, "gpt-4o-mini", "chat", now)).toEqual({
      contextTokens: 128_000,
      price: {
        input_per_mtok_nano: 150_000_000n,
        cached_input_per_mtok_nano: 75_000_000n,
        cache_write_per_mtok_nano: null,
        output_per_mtok_nano: 600_000_000n,
      },
    });
  });

  test("with tiers by prompt length is the dearest tier of every bucket", () => {
    expect(findListedModel(openai, "gpt-5.4", "chat", now)?.price).toEqual({
      input_per_mtok_nano: 5_000_000_000n,
      cached_input_per_mtok_nano: 500_000_000n,
      cache_write_per_mtok_nano: null,
      output_per_mtok_nano: 22_500_000_000n,
    });
  });

  test("by time of day is the dearest of the whole day, whatever time it is", () => {
    for (let hour = 0; hour < 24; hour++) {
      const price = findListedModel(deepseek, "deepseek-reasoner", "chat", Date.UTC(2026, 10, 20, hour, 15))?.price;
      expect(price?.output_per_mtok_nano).toBe(2_190_000_000n);
    }
  });

  test("that takes effect on a date is the one of the day asked for", () => {
    const inputAt = (time: number) => findListedModel(openai, "o3", "chat", time)?.price?.input_per_mtok_nano;
    expect(inputAt(Date.UTC(2025, 5, 9))).toBe(10_000_000_000n);
    expect(inputAt(Date.UTC(2025, 5, 10))).toBe(2_000_000_000n);
  });

  test("is unknown, never zero, for a model that the data names without one", () => {
    const google = { name: "google", base_url: "https://generativelanguage.googleapis.com/v1beta/openai" };
    expect(findListedModel(google, "gemma-4-31b-it", "chat", now)).toMatchObject({ price: null });
    expect(findListedModel(openai, "whisper-1", "chat", now)).toMatchObject({ price: null });
    expect(findListedModel(openai, "no-such-model", "chat", now)).toBeNull();
  });

  test("without a price for output is one for embeddings only", () => {
    expect(findListedModel(openai, "text-embedding-3-small", "embedding", now)?.price).toMatchObject({
      input_per_mtok_nano: 20_000_000n,
      output_per_mtok_nano: 0n,
    });
    expect(findListedModel(openai, "text-embedding-3-small", "chat", now)?.price).toBeNull();
  });

  test("belongs to where a model is served, then to exactly the provider's name, never to a name that resembles one", () => {
    const elsewhere = "https://models.example.com/v1";
    const priceAt = (name: string, base_url: string) =>
      findListedModel({ name, base_url }, "gpt-4o", "chat", now)?.price;
    expect(priceAt("prod", "https://api.openai.com/v1")).toMatchObject({ input_per_mtok_nano: 2_500_000_000n });
    expect(priceAt("openai", elsewhere)).toMatchObject({ input_per_mtok_nano: 2_500_000_000n });
    expect(priceAt("my-openai", elsewhere)).toBeUndefined();
    expect(findListedModel({ name: "xai", base_url: elsewhere }, "grok-4.6", "chat", now)?.price).not.toBeNull();
  });

  test("is found without a network", () => {
    vi.stubGlobal("fetch", () => {
      throw new Error("somebody fetched");
    });
    expect(findListedModel(openai, "gpt-4o", "chat", now)?.price).not.toBeNull();
  });

  test("can be read for every model of the data, as whole non-negative nano-USD", () => {
    for (const id of ["openai", "anthropic", "x-ai", "google", "deepseek", "openrouter", "mistral", "groq"]) {
      const models = findProvider({ providerId: id })?.models ?? [];
      expect(models.length).toBeGreaterThan(0);
      for (const model of models) {
        const listed = findListedModel({ name: id, base_url: "https://models.example.com" }, model.id, "chat", now);
        const amounts = Object.values(listed?.price ?? {}).filter((amount) => amount !== null);
        expect(amounts.every((amount) => typeof amount === "bigint" && amount >= 0n)).toBe(true);
      }
    }
  });
});

test("a model's kind is told from its name", () => {
  expect(guessKind("text-embedding-3-small")).toBe("embedding");
  expect(guessKind("nomic-embed-text")).toBe("embedding");
  expect(guessKind("gpt-5")).toBe("chat");
});
