import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseModelName } from "./behaviour";
import { type ChatChoice, composeChoices, countTokens } from "./chat-answer";
import { readChatRequest } from "./chat-request";
import { ApiProblem } from "./problem";
import { tokensOfBytes, wordsOf } from "./text";
import type { TokenCounts } from "./usage";

function answer(fields: Record<string, unknown>): { choices: ChatChoice[]; first: ChatChoice; counts: TokenCounts } {
  const body = { model: "sim-small", messages: [{ role: "user", content: "Where is the sea?" }], ...fields };
  const request = readChatRequest(body);
  const parsed = parseModelName(request.model);
  const choices = composeChoices(request, parsed);
  const [first] = choices;
  if (!first) throw new Error("no choice");
  return { choices, first, counts: countTokens(request, parsed, choices) };
}

function promptTokens(messages: unknown[]): number {
  return readChatRequest({ model: "sim-small", messages }).promptTokens;
}

function refusalOf(body: unknown): ApiProblem {
  try {
    readChatRequest(body);
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  throw new Error("the body was accepted");
}

describe("token counts", () => {
  it("are a quarter of the UTF-8 bytes of all texts, rounded up once, plus four per message", () => {
    expect(promptTokens([{ role: "user", content: "" }])).toBe(4);
    expect(promptTokens([{ role: "user", content: "a" }])).toBe(5);
    expect(promptTokens([{ role: "user", content: "abcd" }])).toBe(5);
    expect(promptTokens([{ role: "user", content: "abcde" }])).toBe(6);
    // Two bytes and two bytes share one token.
    const two = { role: "user", content: "ab" };
    expect(promptTokens([two, two])).toBe(9);
    // Three bytes for each of these signs.
    expect(promptTokens([{ role: "user", content: "日本語" }])).toBe(7);
  });

  it("count text parts and leave images, missing contents and tool definitions out", () => {
    const parts = [
      { type: "text", text: "abcd" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
    ];
    expect(promptTokens([{ role: "user", content: parts }])).toBe(5);
    expect(promptTokens([{ role: "assistant", content: null, tool_calls: [{ id: "x" }] }])).toBe(4);
  });

  it("are, for a completion, one per word of the text", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), fc.nat({ max: 20_000 }), (hash, count) => {
        const text = wordsOf(hash, count);
        expect(tokensOfBytes(Buffer.byteLength(text))).toBe(count);
        expect(text).toMatch(/^([a-z]{3} )*([a-z]{3}\.)?$/);
      }),
      { numRuns: 100 },
    );
  });
});

describe("answers", () => {
  it("depend on model, role, text and seed, and on nothing else", () => {
    const base = answer({}).first.text;
    expect(answer({ temperature: 1, user: "someone" }).first.text).toBe(base);
    expect(answer({ model: "sim-small;latency=1ms" }).first.text).toBe(base);
    expect(answer({ model: "sim-large" }).first.text).not.toBe(base);
    expect(answer({ seed: 7 }).first.text).not.toBe(base);
    expect(answer({ messages: [{ role: "system", content: "Where is the sea?" }] }).first.text).not.toBe(base);
    expect(answer({ messages: [{ role: "user", content: "Where is the sky?" }] }).first.text).not.toBe(base);
  });

  it("have 16 to 64 tokens unless the name says otherwise, and use that whole range", () => {
    const seen = new Set<number>();
    for (let i = 0; i < 2_000; i++)
      seen.add(answer({ messages: [{ role: "user", content: `prompt ${i}` }] }).first.tokens);
    expect(Math.min(...seen)).toBe(16);
    expect(Math.max(...seen)).toBe(64);
    expect(answer({ model: "sim-small;tokens=100" }).first).toMatchObject({ tokens: 100, finishReason: "stop" });
    expect(answer({ model: "sim-small;tokens=0" }).first).toMatchObject({ text: "", tokens: 0, finishReason: "stop" });
  });

  it.each(["max_tokens", "max_completion_tokens"])("end with `length` at %s", (field) => {
    const { first, counts } = answer({ model: "sim-small;tokens=100", [field]: 10 });
    expect(first).toMatchObject({ tokens: 10, finishReason: "length" });
    expect(counts.completion).toBe(10);
    expect(answer({ model: "sim-small;tokens=10", [field]: 10 }).first.finishReason).toBe("stop");
  });

  it("never exceed the model's own maximum", () => {
    const { first } = answer({ model: "sim-small;tokens=1000000" });
    expect(first).toMatchObject({ tokens: 16_384, finishReason: "length" });
  });

  it("end before the first stop sequence", () => {
    const { text } = answer({ model: "sim-small;tokens=50" }).first;
    const stop = [text.slice(150, 158), text.slice(41, 47)];
    const { first, counts } = answer({ model: "sim-small;tokens=50", stop });
    const expected = text.slice(0, text.indexOf(text.slice(41, 47)));
    expect(first).toMatchObject({ text: expected, finishReason: "stop", tokens: Math.ceil(expected.length / 4) });
    expect(counts.completion).toBe(first.tokens);
  });

  it("come n times, each its own, and are counted together", () => {
    const { choices, counts } = answer({ n: 3, model: "sim-small;tokens=20" });
    expect(choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
    expect(new Set(choices.map((choice) => choice.text)).size).toBe(3);
    expect(counts.completion).toBe(60);
  });

  it("of sim-reasoning count reasoning among the completion and within the caller's bound", () => {
    const { first, counts } = answer({ model: "sim-reasoning;tokens=20" });
    expect(first.reasoning).toBeGreaterThanOrEqual(32);
    expect(first.reasoning).toBeLessThanOrEqual(128);
    expect(counts).toMatchObject({ reasoning: first.reasoning, completion: first.reasoning + 20 });
    const bound = answer({ model: "sim-reasoning;tokens=20;reasoning=30", max_completion_tokens: 40 });
    expect(bound.first).toMatchObject({ reasoning: 30, tokens: 10, finishReason: "length" });
    const starved = answer({ model: "sim-reasoning;reasoning=30", max_completion_tokens: 25 });
    expect(starved.first).toMatchObject({ reasoning: 25, text: "", finishReason: "length" });
  });

  it("of sim-cached report half of the prompt as cached, and never more than the prompt", () => {
    const messages = [{ role: "user", content: "x".repeat(404) }];
    expect(answer({ model: "sim-cached", messages }).counts).toMatchObject({ prompt: 105, cached: 52 });
    expect(answer({ model: "sim-small", messages }).counts.cached).toBe(0);
    expect(answer({ model: "sim-small;cached=40", messages }).counts.cached).toBe(40);
    expect(answer({ model: "sim-small;cached=400", messages }).counts.cached).toBe(105);
  });

  const schema = {
    type: "object",
    properties: {
      city: { type: "string" },
      unit: { enum: ["°C", "°F"] },
      days: { type: ["integer", "null"], minimum: 3 },
      tags: { type: "array", items: { type: "boolean" } },
      deep: { anyOf: [{ type: "object", properties: { x: { type: "number" } } }, { type: "null" }] },
    },
  };
  const sampled = { city: "sim", unit: "°C", days: 3, tags: [true], deep: { x: 1 } };
  const tools = [
    { type: "function", function: { name: "find_time", parameters: { type: "object", properties: {} } } },
    { type: "function", function: { name: "get_weather", parameters: schema } },
  ];

  it("call the first tool when one is required, the named one when it is named, and none otherwise", () => {
    const required = answer({ tools, tool_choice: "required" }).first;
    expect(required).toMatchObject({ toolName: "find_time", text: "{}", finishReason: "tool_calls" });
    const named = answer({ tools, tool_choice: { type: "function", function: { name: "get_weather" } } }).first;
    expect(named.toolName).toBe("get_weather");
    expect(JSON.parse(named.text)).toEqual(sampled);
    expect(answer({ tools, tool_choice: "auto" }).first.toolName).toBeNull();
    expect(answer({ tools }).first.toolName).toBeNull();
  });

  it("are JSON when JSON is asked for, of the schema when there is one", () => {
    const free = answer({ response_format: { type: "json_object" } }).first;
    expect(JSON.parse(free.text)).toEqual({ answer: expect.any(String) });
    const bound = answer({ response_format: { type: "json_schema", json_schema: { name: "x", schema } } }).first;
    expect(JSON.parse(bound.text)).toEqual(sampled);
    expect(answer({ response_format: { type: "text" } }).first.isPlain).toBe(true);
  });
});

describe("refusals", () => {
  const message = { role: "user", content: "hi" };
  it.each([
    [null, null],
    [{}, "model"],
    [{ model: 3 }, "model"],
    [{ model: "sim-small" }, "messages"],
    [{ model: "sim-small", messages: [] }, "messages"],
    [{ model: "sim-small", messages: ["hi"] }, "messages[0]"],
    [{ model: "sim-small", messages: [message, { content: "hi" }] }, "messages[1].role"],
    [{ model: "sim-small", messages: [{ role: "user", content: 3 }] }, "messages[0].content"],
    [{ model: "sim-small", messages: [message], n: 0 }, "n"],
    [{ model: "sim-small", messages: [message], n: 129 }, "n"],
    [{ model: "sim-small", messages: [message], max_tokens: 0 }, "max_tokens"],
    [{ model: "sim-small", messages: [message], max_completion_tokens: 1.5 }, "max_completion_tokens"],
    [{ model: "sim-small", messages: [message], stream: "yes" }, "stream"],
    [{ model: "sim-small", messages: [message], stream_options: { include_usage: true } }, "stream_options"],
    [{ model: "sim-small", messages: [message], stop: ["a", "b", "c", "d", "e"] }, "stop"],
    [{ model: "sim-small", messages: [message], stop: "" }, "stop"],
    [{ model: "sim-small", messages: [message], tool_choice: "required" }, "tool_choice"],
  ])("%j is a 400 about %s", (body, param) => {
    expect(refusalOf(body)).toMatchObject({ status: 400, type: "invalid_request_error", param });
  });
});
