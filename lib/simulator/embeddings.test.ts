import { describe, expect, it } from "vitest";
import { formatEmbeddings, readEmbeddingRequest, unitVector } from "./embeddings";
import { ApiProblem } from "./problem";

interface EmbeddingAnswer {
  data: { embedding: number[] | string; index: number; object: string }[];
  usage: unknown;
}

function embed(fields: Record<string, unknown>): EmbeddingAnswer {
  return JSON.parse(formatEmbeddings(readEmbeddingRequest(fields), '"sim-embedding"', "exact"));
}

function vectorOf(input: unknown, dimensions = 8): number[] {
  const [item] = embed({ input, dimensions }).data;
  if (!Array.isArray(item?.embedding)) throw new Error("no float vector");
  return item.embedding;
}

describe("embeddings", () => {
  it("are unit vectors of the dimensions asked for", () => {
    for (const dimensions of [1, 2, 256, 1_536, 3_072]) {
      const vector = unitVector(12_345, dimensions);
      expect(vector).toHaveLength(dimensions);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    }
    expect(embed({ input: "x" }).data[0]?.embedding).toHaveLength(1_536);
  });

  it("depend on the input alone, and differ between inputs", () => {
    expect(vectorOf("sea")).toEqual(vectorOf("sea"));
    expect(vectorOf(["sea"])).toEqual(vectorOf("sea"));
    expect(vectorOf("sea")).not.toEqual(vectorOf("sky"));
    expect(vectorOf([1, 2])).not.toEqual(vectorOf("1 2"));
  });

  it("of fewer dimensions are the longer ones, shortened and normalised again", () => {
    const long = vectorOf("sea", 64).slice(0, 8);
    const norm = Math.hypot(...long);
    for (const [index, value] of vectorOf("sea", 8).entries()) expect(value).toBeCloseTo((long[index] ?? 0) / norm, 6);
  });

  it("in base64 are the same single-precision numbers, little-endian", () => {
    const [packed] = embed({ input: "sea", dimensions: 8, encoding_format: "base64" }).data;
    const bytes = Buffer.from(String(packed?.embedding), "base64");
    const unpacked = Array.from({ length: 8 }, (_, index) => bytes.readFloatLE(index * 4));
    expect(bytes).toHaveLength(32);
    expect(unpacked).toEqual(vectorOf("sea").map(Math.fround));
  });

  it("keep the order of their inputs and count the tokens of all", () => {
    const { data, usage } = embed({ input: ["abcd", "abcde", "日本"], dimensions: 2 });
    expect(data.map((item) => [item.object, item.index])).toEqual([
      ["embedding", 0],
      ["embedding", 1],
      ["embedding", 2],
    ]);
    expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
    expect(embed({ input: [[1, 2, 3], [4]], dimensions: 2 }).usage).toEqual({ prompt_tokens: 4, total_tokens: 4 });
    expect(embed({ input: [1, 2, 3], dimensions: 2 })).toMatchObject({
      data: { length: 1 },
      usage: { prompt_tokens: 3 },
    });
  });

  it.each([
    [{}, "input"],
    [{ input: "" }, "input"],
    [{ input: [] }, "input"],
    [{ input: ["a", ""] }, "input"],
    [{ input: ["a", 1] }, "input"],
    [{ input: [-1] }, "input"],
    [{ input: 7 }, "input"],
    [{ input: Array.from({ length: 2_049 }, () => "a") }, "input"],
    [{ input: "a", dimensions: 0 }, "dimensions"],
    [{ input: "a", dimensions: 3_073 }, "dimensions"],
    [{ input: "a", dimensions: "8" }, "dimensions"],
    [{ input: "a", encoding_format: "hex" }, "encoding_format"],
  ])("refuse a bad request %#", (fields, param) => {
    const attempt = (): unknown => readEmbeddingRequest(fields);
    expect(attempt).toThrow(ApiProblem);
    expect(attempt).toThrow(expect.objectContaining({ status: 400, param }));
  });
});
