import fc from "fast-check";
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, test } from "vitest";
import { boundPromptTokens, estimateTokens, sampleOf, TextSample } from "./estimate";

describe("counting a text by o200k", () => {
  test("is exact for short ones, however they came", async () => {
    const text = "Sphinx of black quartz, judge my vow. Ärger, 漢字, 😀!\n".repeat(4);
    expect(text.length).toBeLessThan(256);
    expect(await estimateTokens(sampleOf(text))).toBe(encode(text).length);
    expect(await estimateTokens(sampleOf(""))).toBe(0);
  });

  test("is the same for a text in one piece and in many, and close for long ones", async () => {
    const text = Array.from({ length: 40_000 }, (_, index) => `word${index % 977} and `).join("");
    const pieces = new TextSample();
    for (let at = 0; at < text.length; at += 7) pieces.add(text.slice(at, at + 7));
    expect(pieces.length).toBe(text.length);
    const counted = await estimateTokens(pieces);
    expect(counted).toBe(await estimateTokens(sampleOf(text)));
    const exact = encode(text).length;
    expect(Math.abs(counted - exact) / exact).toBeLessThan(0.05);
  });

  test("never makes more tokens than bytes, nor none of something", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 600 }), async (text) => {
        const tokens = await estimateTokens(sampleOf(text));
        expect(tokens).toBeGreaterThan(0);
        expect(tokens).toBeLessThanOrEqual(Buffer.byteLength(text));
      }),
    );
  });

  test.each(["字", "a", " ", "<|endoftext|>"])(
    "takes no longer for a run of %j than it must: nobody can hold the loop",
    async (unit) => {
      const text = unit.repeat(1_000_000 / unit.length);
      await estimateTokens(sampleOf("warm"));
      const startedAt = performance.now();
      await estimateTokens(sampleOf(text));
      const slicedMs = performance.now() - startedAt;
      const unslicedAt = performance.now();
      encode(text.slice(0, 8_192), { disallowedSpecial: new Set() });
      // In one run the tokenizer's time grows with the square; control tokens are no run.
      if (unit.length === 1) expect(slicedMs).toBeLessThan((performance.now() - unslicedAt) / 2);
      expect(slicedMs).toBeLessThan(1_000);
    },
  );
});

test("a prompt is bounded by its bytes and media, and by the window of each text", () => {
  expect(boundPromptTokens({ bodyBytes: 100, mediaParts: 0, inputs: 1 }, null)).toBe(100);
  expect(boundPromptTokens({ bodyBytes: 100, mediaParts: 2, inputs: 1 }, null)).toBe(100_100);
  expect(boundPromptTokens({ bodyBytes: 100, mediaParts: 2, inputs: 1 }, 8)).toBe(8);
  expect(boundPromptTokens({ bodyBytes: 100, mediaParts: 0, inputs: 3 }, 8)).toBe(24);
});
