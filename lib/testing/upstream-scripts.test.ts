import OpenAI, { RateLimitError } from "openai";
import { request } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ScriptedUpstream, startUpstream } from "./scripted-upstream";
import { chatCompletion, chatStream, errorResponse, type Script, streamEvents, usageOf } from "./upstream-scripts";

let upstream: ScriptedUpstream;

beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

function post(): ReturnType<typeof request> {
  return request(`${upstream.url}/chat/completions`, { method: "POST", body: "{}" });
}

describe("ready-made answers", () => {
  const usage = usageOf({ prompt: 7, completion: 2, cached: 3, reasoning: 1 });
  const openai = (): OpenAI => new OpenAI({ apiKey: "sk-x", baseURL: upstream.url, maxRetries: 0 });
  const messages = [{ role: "user" as const, content: "hi" }];

  it("chatCompletion is what the official library expects", async () => {
    upstream.enqueue(chatCompletion({ content: "Good day.", usage, model: "m-1" }));
    const completion = await openai().chat.completions.create({ model: "m", messages });
    expect(completion).toMatchObject({ model: "m-1", choices: [{ message: { content: "Good day." } }], usage });
    upstream.enqueue(chatCompletion());
    expect(await openai().chat.completions.create({ model: "m", messages })).not.toHaveProperty("usage");
  });

  async function readStream(script: Script): Promise<OpenAI.ChatCompletionChunk[]> {
    upstream.enqueue(script);
    const stream = await openai().chat.completions.create({ model: "m", messages, stream: true });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }

  const contents = (chunks: OpenAI.ChatCompletionChunk[]): unknown[] =>
    chunks.map((chunk) => chunk.choices[0]?.delta.content);

  it("chatStream is role, tokens, finish, usage", async () => {
    const chunks = await readStream(chatStream({ tokens: ["a", "b"], usage }));
    expect(contents(chunks)).toEqual(["", "a", "b", undefined, undefined]);
    expect(chunks.map((chunk) => chunk.usage)).toEqual([null, null, null, null, usage]);
    expect(chunks.at(-1)?.choices).toEqual([]);
  });

  it("chatStream without usage has no trace of it, and with odd usage sends it as it is", async () => {
    const plain = await readStream(chatStream({ tokens: ["a"], usage, includeUsage: false }));
    expect(plain.some((chunk) => "usage" in chunk)).toBe(false);
    const odd = await readStream(chatStream({ tokens: ["a"], usage: { prompt_tokens: "many" } }));
    expect(odd.at(-1)?.usage).toEqual({ prompt_tokens: "many" });
  });

  it("chatStream with splitAt is the same bytes, cut there and nowhere else", async () => {
    const options = { tokens: ["ä", "b"], usage };
    const whole = streamEvents(options).join("");
    const size = Buffer.byteLength(whole);
    const everyByte = Array.from({ length: size }, (_, index) => index);
    expect(contents(await readStream(chatStream({ ...options, splitAt: everyByte })))).toEqual(
      contents(await readStream(chatStream(options))),
    );
    upstream.enqueue(chatStream({ ...options, splitAt: [5, 300] }));
    const pieces: Buffer[] = [];
    for await (const piece of (await post()).body) pieces.push(Buffer.from(piece));
    expect(pieces.map((piece) => piece.length)).toEqual([5, 295, size - 300]);
    expect(Buffer.concat(pieces).toString()).toBe(whole);
  });

  it("errorResponse becomes the library's error", async () => {
    upstream.enqueue(errorResponse(429, { retryAfter: 2, code: "rate_limit_exceeded" }));
    const failure = await openai()
      .chat.completions.create({ model: "m", messages })
      .then(
        () => null,
        (error: unknown) => error,
      );
    expect(failure).toBeInstanceOf(RateLimitError);
    expect(failure).toMatchObject({ code: "rate_limit_exceeded", type: "invalid_request_error" });
    expect((failure as RateLimitError).headers?.get("retry-after")).toBe("2");
    upstream.enqueue(errorResponse(503));
    const plain = await post();
    expect(plain.headers["retry-after"]).toBeUndefined();
    expect(await plain.body.json()).toEqual({
      error: { message: "scripted 503", type: "server_error", param: null, code: null },
    });
  });
});
