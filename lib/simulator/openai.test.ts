/** The simulator, as the official client library sees it. */
import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "./server";

const apiKey = "sk-simulated";
let simulator: Simulator;
let openai: OpenAI;

beforeAll(async () => {
  simulator = await startSimulator({ apiKey });
  openai = new OpenAI({ apiKey, baseURL: simulator.url, maxRetries: 0 });
});
afterAll(() => simulator.close());

const messages = [{ role: "user" as const, content: "Where is the sea?" }];

async function failureOf(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

describe("models", () => {
  it("are listed and retrieved", async () => {
    const names: string[] = [];
    for await (const model of openai.models.list()) names.push(model.id);
    expect(names).toContain("sim-small");
    expect(await openai.models.retrieve("sim-small;tokens=3")).toMatchObject({
      id: "sim-small;tokens=3",
      object: "model",
    });
    expect(await failureOf(openai.models.retrieve("gpt-5"))).toBeInstanceOf(NotFoundError);
  });
});

describe("chat", () => {
  it("answers, with a request id and usage", async () => {
    const completion = await openai.chat.completions.create({ model: "sim-small;tokens=20", messages });
    expect(completion).toMatchObject({
      object: "chat.completion",
      model: "sim-small;tokens=20",
      choices: [{ index: 0, finish_reason: "stop", logprobs: null, message: { role: "assistant", refusal: null } }],
      usage: { prompt_tokens: 9, completion_tokens: 20, total_tokens: 29 },
    });
    expect(completion._request_id).toMatch(/^req_/);
    expect(completion.choices[0]?.message.content).toHaveLength(80);
  });

  it("streams without usage unless asked", async () => {
    const stream = await openai.chat.completions.create({ model: "sim-small;tokens=20", messages, stream: true });
    let text = "";
    let chunks = 0;
    for await (const chunk of stream) {
      expect(chunk).not.toHaveProperty("usage");
      expect(chunk.choices).toHaveLength(1);
      text += chunk.choices[0]?.delta.content ?? "";
      chunks += 1;
    }
    const whole = await openai.chat.completions.create({ model: "sim-small;tokens=20", messages });
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(chunks).toBe(22);
  });

  it("streams usage in a last chunk of its own when asked", async () => {
    const stream = await openai.chat.completions.create({
      model: "sim-reasoning;tokens=20;reasoning=7;cached=2",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 9,
        completion_tokens: 27,
        total_tokens: 36,
        prompt_tokens_details: { cached_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 7 },
      },
    });
  });

  it("satisfies the library's stream helper, which puts the chunks together again", async () => {
    const tools = [
      { type: "function" as const, function: { name: "f", parameters: { type: "object", properties: {} } } },
    ];
    const runner = openai.chat.completions.stream({ model: "sim-small", messages, tools, tool_choice: "required" });
    const { choices } = await runner.finalChatCompletion();
    expect(choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: { tool_calls: [{ function: { name: "f", arguments: "{}" } }] },
    });
  });

  it("can be left in the middle of a stream", async () => {
    const stream = await openai.chat.completions.create({
      model: "sim-small;tokens=1000;chunk_delay=5ms",
      messages,
      stream: true,
    });
    let chunks = 0;
    for await (const _chunk of stream) {
      chunks += 1;
      if (chunks === 5) break;
    }
    expect(stream.controller.signal.aborted).toBe(true);
    expect(chunks).toBe(5);
  });
});

describe("embeddings", () => {
  it("come as the library asks for them (base64) and as floats, the same numbers", async () => {
    const input = ["the sea", "the sky"];
    const packed = await openai.embeddings.create({ model: "sim-embedding", input });
    const floats = await openai.embeddings.create({ model: "sim-embedding", input, encoding_format: "float" });
    expect(packed.data.map((item) => item.index)).toEqual([0, 1]);
    expect(packed.data[0]?.embedding).toHaveLength(1_536);
    expect(packed.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 });
    for (const [index, item] of floats.data.entries()) {
      expect(item.embedding.map(Math.fround)).toEqual(packed.data[index]?.embedding);
    }
  });
});

describe("errors", () => {
  it.each([
    ["sim-small;status=400", BadRequestError, null],
    ["sim-small;status=401", AuthenticationError, "invalid_api_key"],
    ["sim-small;status=403", PermissionDeniedError, "unsupported_country_region_territory"],
    ["gpt-5", NotFoundError, "model_not_found"],
    ["sim-small;status=429;retry_after=3", RateLimitError, "rate_limit_exceeded"],
    ["sim-small;status=500", InternalServerError, null],
    ["sim-small;status=503", InternalServerError, null],
    ["sim-small;lag=1", BadRequestError, "unknown_parameter"],
  ])("%s is a %o", async (model, errorClass, code) => {
    const failure = await failureOf(openai.chat.completions.create({ model, messages }));
    expect(failure).toBeInstanceOf(errorClass);
    expect(failure).toMatchObject({ code, requestID: expect.stringMatching(/^req_/) });
  });

  it("a wrong key is an AuthenticationError that does not repeat the key", async () => {
    const stranger = new OpenAI({ apiKey: "sk-canary-1234", baseURL: simulator.url, maxRetries: 0 });
    const failure = await failureOf(stranger.chat.completions.create({ model: "sim-small", messages }));
    expect(failure).toBeInstanceOf(AuthenticationError);
    expect(String(failure)).not.toContain("canary");
  });

  it("a dropped connection is an APIConnectionError, a stall a timeout", async () => {
    const dropped = await failureOf(openai.chat.completions.create({ model: "sim-small;drop", messages }));
    expect(dropped).toBeInstanceOf(APIConnectionError);
    const stalled = await failureOf(
      openai.chat.completions.create({ model: "sim-small;stall", messages }, { timeout: 300 }),
    );
    expect(stalled).toBeInstanceOf(APIConnectionTimeoutError);
  });

  it("Retry-After is obeyed by the library's own retries", async () => {
    const patient = new OpenAI({ apiKey, baseURL: simulator.url, maxRetries: 1 });
    const startedAt = performance.now();
    // Every other call fails: the first passes, the second fails and is tried again.
    const model = "sim-small;error_rate=0.5;status=429;retry_after=1";
    await patient.chat.completions.create({ model, messages });
    await patient.chat.completions.create({ model, messages });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });
});
