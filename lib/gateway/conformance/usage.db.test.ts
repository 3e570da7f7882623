import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, test } from "vitest";
import type { UsageEvent } from "@/lib/db/generated/client";
import { chatBody, doors, newRequestId, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { chatCompletion, chatStream, jsonResponse, streamHead, write } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const text = ["one", " two", " three"];
const textTokens = 3;
/** Expected counts; "estimate": counted here, since the provider's figure cannot be. */
interface Expected {
  prompt: number | "estimate";
  completion: number | "estimate";
  cached?: number;
  cacheWrite?: number;
  reasoning?: number;
}
const estimate: Expected = { prompt: "estimate", completion: "estimate" };
const good = { prompt_tokens: 10, completion_tokens: 8 };
const odd: [name: string, usage: unknown, expected: Expected][] = [
  ["missing", undefined, estimate],
  ["null", null, estimate],
  ["a text", "lots", estimate],
  ["a list", [1, 2], estimate],
  ["all zero", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, estimate],
  ["negative", { prompt_tokens: -10, completion_tokens: -3 }, estimate],
  ["fractions", { prompt_tokens: 10.5, completion_tokens: 3.5 }, estimate],
  ["texts", { prompt_tokens: "10", completion_tokens: "3" }, estimate],
  ["beyond any call", { prompt_tokens: 1e18, completion_tokens: 1e300 }, estimate],
  ["objects", { prompt_tokens: {}, completion_tokens: [] }, estimate],
  ["without completion", { prompt_tokens: 10 }, { prompt: 10, completion: "estimate" }],
  ["with an empty completion", { prompt_tokens: 10, completion_tokens: 0 }, { prompt: 10, completion: "estimate" }],
  ["without prompt", { completion_tokens: 8 }, { prompt: "estimate", completion: 8 }],
  ["half negative", { prompt_tokens: -1, completion_tokens: 8 }, { prompt: "estimate", completion: 8 }],
  ["huge, yet possible", { prompt_tokens: 1e9, completion_tokens: 1e9 }, { prompt: 1e9, completion: 1e9 }],
  [
    "more cached than there was",
    { ...good, prompt_tokens_details: { cached_tokens: 50, cache_creation_tokens: 7 } },
    { prompt: 10, completion: 8, cached: 10, cacheWrite: 0 },
  ],
  [
    "more in the buckets than there was",
    { ...good, prompt_tokens_details: { cached_tokens: 6, cache_creation_tokens: 7 } },
    { prompt: 10, completion: 8, cached: 6, cacheWrite: 4 },
  ],
  [
    "more reasoning than there was",
    { ...good, completion_tokens_details: { reasoning_tokens: 99 } },
    { prompt: 10, completion: 8, reasoning: 8 },
  ],
  [
    "with odd details",
    { ...good, prompt_tokens_details: "x", completion_tokens_details: { reasoning_tokens: -2 } },
    { prompt: 10, completion: 8 },
  ],
  [
    "with odder details",
    { ...good, prompt_tokens_details: { cached_tokens: -5 }, completion_tokens_details: [] },
    { prompt: 10, completion: 8 },
  ],
];

const promptEstimate = encode('[[{"role":"user","content":"hi"}],null]').length;

function check(event: UsageEvent | undefined, expected: Expected): void {
  const isEstimated = expected.prompt === "estimate" || expected.completion === "estimate";
  expect(event).toMatchObject({
    status: "ok",
    http_status: 200,
    cost_source: isEstimated ? "estimate" : "usage",
    prompt_tokens: expected.prompt === "estimate" ? promptEstimate : expected.prompt,
    completion_tokens: expected.completion === "estimate" ? textTokens : expected.completion,
    cached_tokens: expected.cached ?? 0,
    cache_write_tokens: expected.cacheWrite ?? 0,
    reasoning_tokens: expected.reasoning ?? 0,
  });
  expect(event?.cost_nano).toBeGreaterThan(0n);
}

describe.each(doors)("usage behind the %s door", (door) => {
  const stage = openStage(t, { door });

  test.each(odd)("that is %s never stops a stream, and never makes it free", async (_name, usage, expected) => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(chatStream({ tokens: text, usage, includeUsage: usage !== undefined }));
    const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true }));
    expect(await response.text()).toMatch(/"content":" three"[\s\S]*data: \[DONE\]\n\n$/);
    check((await stage.eventsOf(caller.key.id, 1))[0], expected);
  });

  test.each(odd)(
    "that is %s never stops an answer in one piece, and never makes it free",
    async (_name, usage, expected) => {
      const caller = await stage.makeCaller();
      stage.upstream.enqueue(chatCompletion({ content: text.join(""), usage }));
      const response = await stage.send(caller.secret, chatBody(caller.model));
      expect(await response.json()).toMatchObject({ choices: [{ message: { content: "one two three" } }] });
      expect(Number(response.headers.get("x-pllm-cost-usd"))).toBeGreaterThan(0);
      check((await stage.eventsOf(caller.key.id, 1))[0], expected);
    },
  );

  test.each([
    [
      "running counts, of which the last one stands",
      [{ prompt_tokens: 10, completion_tokens: 1 }, { prompt_tokens: 10, completion_tokens: 2 }, good],
      "usage",
      8,
    ],
    [
      "one report before the text, to which the text is added",
      [{ prompt_tokens: 10, completion_tokens: 0 }, null, null],
      "estimate",
      2,
    ],
    [
      "a report in the middle, to which the rest is added",
      [null, { prompt_tokens: 10, completion_tokens: 40 }, null],
      "estimate",
      41,
    ],
  ] as const)("comes as %s", async (_name, reports, cost_source, completion_tokens) => {
    const caller = await stage.makeCaller();
    const events = text.map((content, index) =>
      write(`data: ${JSON.stringify({ choices: [{ delta: { content } }], usage: reports[index] ?? undefined })}\n\n`),
    );
    stage.upstream.enqueue([streamHead(), ...events, write("data: [DONE]\n\n")]);
    await (await stage.send(caller.secret, chatBody(caller.model, { stream: true }))).text();
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ prompt_tokens: 10, completion_tokens, cost_source });
  });

  test("counts every kind of text that a provider bills as output", async () => {
    const caller = await stage.makeCaller();
    const deltas = [
      { content: " alpha", refusal: " beta" },
      { reasoning_content: " gamma", reasoning: " delta" },
      { tool_calls: [{ index: 0, function: { name: " epsilon", arguments: " zeta" } }, null] },
      { function_call: { name: " eta", arguments: " theta" }, audio: { transcript: " iota" } },
    ];
    const [spoken, whole] = [deltas.map((delta) => ({ delta })), { message: Object.assign({}, ...deltas) }];
    const odd = '{"choices":[null,1,"x",{"delta":null},{"delta":{"content":7,"tool_calls":"no","audio":[]}}]}';
    const chunks = spoken.map((choice) => write(`data: ${JSON.stringify({ choices: [choice] })}\n\n`));
    stage.upstream.enqueue(
      [streamHead(), write(`data: ${odd}\n\ndata: []\n\ndata: 7\n\ndata: {\n\n`), ...chunks, write("data: [DONE]\n\n")],
      jsonResponse(200, { choices: [whole, null, 1] }),
    );
    await (await stage.send(caller.secret, chatBody(caller.model, { stream: true }))).text();
    await (await stage.send(caller.secret, chatBody(caller.model))).text();
    const [streamed, piece] = await stage.eventsOf(caller.key.id, 2);
    expect(streamed?.completion_tokens).toBeGreaterThanOrEqual(9);
    expect(piece?.completion_tokens).toBe(streamed?.completion_tokens);
  });

  test("of embeddings is their prompt's alone, reported or not", async () => {
    const caller = await stage.makeCaller({ model: { kind: "embedding", price: { input: "1", output: "1000" } } });
    const data = [{ embedding: Array.from({ length: 500 }, (_, index) => index / 7) }];
    for (const usage of [undefined, { prompt_tokens: 5, total_tokens: 5 }]) {
      stage.upstream.enqueue(jsonResponse(200, { data, usage }));
      await (
        await stage.send(caller.secret, { model: caller.model.name, input: "one two" }, { path: "/embeddings" })
      ).text();
    }
    const events = await stage.eventsOf(caller.key.id, 2);
    expect(
      events.map(({ prompt_tokens, completion_tokens, cost_source }) => [
        prompt_tokens,
        completion_tokens,
        cost_source,
      ]),
    ).toEqual([
      [4, 0, "estimate"],
      [5, 0, "usage"],
    ]);
  });

  test.each([
    ["a prompt that spells control tokens", "<|endoftext|> <|im_start|>"],
    ["a prompt without a space", "字".repeat(200_000)],
    ["a prompt of one letter", "a".repeat(1_000_000)],
  ])("is estimated for %s", async (_name, content) => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(chatCompletion({ content }));
    const requestId = newRequestId();
    const messages = [{ role: "user", content }];
    await (await stage.send(caller.secret, { model: caller.model.name, messages }, { requestId })).text();
    const event = await stage.eventOf(requestId);
    expect(event.prompt_tokens).toBeGreaterThan(content.length / 20);
    expect(event.prompt_tokens).toBeLessThanOrEqual(100_000);
  });
});
