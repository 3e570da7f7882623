import { Client, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "./server";

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const messages = [{ role: "user", content: "hi" }];

interface Outcome {
  status: number | null;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** Milliseconds from the call to the head and to each piece of the body. */
  headAfterMs: number;
  piecesAfterMs: number[];
  /** Null when the answer ended properly. */
  failure: unknown;
}

/** One call whose every stage is kept, also when the connection breaks. */
async function call(model: string, fields: Record<string, unknown> = {}): Promise<Outcome> {
  const outcome: Outcome = { status: null, headers: {}, text: "", headAfterMs: 0, piecesAfterMs: [], failure: null };
  const startedAt = performance.now();
  try {
    const body = JSON.stringify({ model, messages, ...fields });
    const answer = await request(`${simulator.url}/chat/completions`, { method: "POST", body });
    outcome.headAfterMs = performance.now() - startedAt;
    outcome.status = answer.statusCode;
    outcome.headers = answer.headers;
    for await (const piece of answer.body) {
      outcome.piecesAfterMs.push(performance.now() - startedAt);
      outcome.text += String(piece);
    }
  } catch (error) {
    outcome.failure = error;
  }
  return outcome;
}

const streamed = { stream: true, stream_options: { include_usage: true } };

/** Events of which the JSON can be read, and how many cannot. */
function readEvents(text: string): { events: Record<string, unknown>[]; broken: number; isDone: boolean } {
  const events: Record<string, unknown>[] = [];
  let broken = 0;
  const datas = text.split("\n\n").filter((event) => event !== "");
  for (const data of datas) {
    if (data === "data: [DONE]") continue;
    try {
      events.push(JSON.parse(data.slice("data: ".length)));
    } catch {
      broken += 1;
    }
  }
  return { events, broken, isDone: text.endsWith("data: [DONE]\n\n") };
}

function contentChunks(text: string): number {
  return text.split('"delta":{"content":"').length - 1;
}

// Timers may fire up to a millisecond before the clock that measures them has come that far.
const timerSlackMs = 2;

describe("pace", () => {
  it("latency comes before the first byte, streamed or not, and before errors too", async () => {
    for (const [model, fields] of [
      ["sim-small;latency=60ms", {}],
      ["sim-small;latency=60ms", streamed],
      ["sim-small;latency=60ms;status=500", {}],
    ] as const) {
      expect((await call(model, fields)).headAfterMs).toBeGreaterThanOrEqual(60 - timerSlackMs);
    }
  });

  it("chunk_delay keeps the chunks of a stream apart and does not hold the head back for their sum", async () => {
    const { headAfterMs, piecesAfterMs, text } = await call("sim-small;tokens=8;chunk_delay=25ms", streamed);
    expect(contentChunks(text)).toBe(8);
    expect((piecesAfterMs.at(-1) ?? 0) - headAfterMs).toBeGreaterThanOrEqual(8 * (25 - timerSlackMs) - timerSlackMs);
    expect(readEvents(text).isDone).toBe(true);
  });
});

describe("broken connections", () => {
  it.each([0, 1, 5])("cut=%i ends a stream early, with exactly so many content chunks delivered", async (chunks) => {
    const { status, text, failure } = await call(`sim-small;tokens=10;cut=${chunks}`, streamed);
    expect(status).toBe(200);
    expect(failure).toMatchObject({ code: "UND_ERR_SOCKET" });
    expect(contentChunks(text)).toBe(chunks);
    expect(readEvents(text)).toMatchObject({ broken: 0, isDone: false });
  });

  it("cut beyond the last chunk still never lets a stream end properly", async () => {
    const { text, failure } = await call("sim-small;tokens=10;cut=99;chunk_delay=1ms", streamed);
    expect(failure).toMatchObject({ code: "UND_ERR_SOCKET" });
    expect(contentChunks(text)).toBe(10);
    expect(text).not.toContain('"finish_reason":"stop"');
  });

  it("cut ends a plain answer half-way", async () => {
    const { status, headers, text, failure } = await call("sim-small;cut=3");
    expect(status).toBe(200);
    expect(failure).toMatchObject({ code: "UND_ERR_SOCKET" });
    expect(text.length).toBe(Math.floor(Number(headers["content-length"]) / 2));
  });

  it("drop closes the connection without one byte", async () => {
    const { status, failure } = await call("sim-small;drop");
    expect(status).toBeNull();
    expect(failure).toMatchObject({ code: "UND_ERR_SOCKET" });
  });

  it.concurrent.each([
    ["sim-small;stall", {}, "UND_ERR_HEADERS_TIMEOUT", 0],
    ["sim-small;stall", streamed, "UND_ERR_HEADERS_TIMEOUT", 0],
    ["sim-small;tokens=9;stall=4", streamed, "UND_ERR_BODY_TIMEOUT", 4],
    ["sim-small;stall=4", {}, "UND_ERR_BODY_TIMEOUT", 0],
  ])("%s %j leaves the client to its own timeout", async (model, fields, code, chunks) => {
    // The client is told to give up after a while that no answer of the simulator would take.
    const client = new Client(new URL(simulator.url).origin, { headersTimeout: 1_000, bodyTimeout: 1_000 });
    let text = "";
    const body = JSON.stringify({ model, messages, ...fields });
    const attempt = async (): Promise<void> => {
      const answer = await client.request({ path: "/v1/chat/completions", method: "POST", body });
      for await (const piece of answer.body) text += String(piece);
    };
    await expect(attempt()).rejects.toMatchObject({ code });
    expect(contentChunks(text)).toBe(chunks);
    await client.destroy();
  });
});

describe("refusals", () => {
  it.each([
    [400, "invalid_request_error", null],
    [401, "invalid_request_error", "invalid_api_key"],
    [403, "invalid_request_error", "unsupported_country_region_territory"],
    [404, "invalid_request_error", "model_not_found"],
    [418, "invalid_request_error", null],
    [429, "requests", "rate_limit_exceeded"],
    [500, "server_error", null],
    [503, "server_error", null],
  ])("status=%i has OpenAI's error shape, for streams too", async (status, type, code) => {
    for (const fields of [{}, streamed]) {
      const outcome = await call(`sim-small;status=${status}`, fields);
      expect(outcome.status).toBe(status);
      expect(outcome.headers["retry-after"]).toBeUndefined();
      expect(JSON.parse(outcome.text)).toEqual({ error: { message: expect.any(String), type, param: null, code } });
    }
  });

  it("retry_after is sent in seconds", async () => {
    const { status, headers } = await call("sim-small;status=429;retry_after=2");
    expect(status).toBe(429);
    expect(headers["retry-after"]).toBe("2");
  });

  it("error_rate hits its share exactly, spread evenly, and each name on its own", async () => {
    const statuses: (number | null)[] = [];
    for (let i = 0; i < 20; i++) statuses.push((await call("sim-small;error_rate=0.2;status=503")).status);
    expect(statuses).toEqual(Array.from({ length: 20 }, (_, i) => (i % 5 === 4 ? 503 : 200)));
    // What a call leaves over counts for the next ones: three of ten, not two.
    const failed: number[] = [];
    for (let i = 1; i <= 10; i++) {
      if ((await call("sim-small;error_rate=0.3")).status === 500) failed.push(i);
    }
    expect(failed).toEqual([4, 7, 10]);
    expect((await call("sim-small;error_rate=0")).status).toBe(200);
    expect((await call("sim-small;error_rate=1")).status).toBe(500);
  });

  it("an unknown parameter is a 400 that names it", async () => {
    const { status, text } = await call("sim-small;lag=3");
    expect(status).toBe(400);
    expect(JSON.parse(text).error).toMatchObject({ param: "model", code: "unknown_parameter" });
    expect(text).toContain("lag");
  });
});

describe("odd bodies", () => {
  it("broken_json is a 200 that no parser reads", async () => {
    const { status, text, failure } = await call("sim-small;broken_json");
    expect(status).toBe(200);
    expect(failure).toBeNull();
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it("broken_json breaks one event of a stream and leaves the others", async () => {
    const { text, failure } = await call("sim-small;tokens=5;broken_json", streamed);
    expect(failure).toBeNull();
    const { events, broken, isDone } = readEvents(text);
    expect(broken).toBe(1);
    // Role, four tokens, finish, usage.
    expect(events).toHaveLength(7);
    expect(isDone).toBe(true);
  });
});

describe("odd usage", () => {
  const model = "sim-small;tokens=10";
  const details = {
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
  const cases: [string, unknown][] = [
    ["excess", { prompt_tokens: 50, completion_tokens: 100, total_tokens: 150, ...details }],
    ["zero", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, ...details }],
    ["negative", { prompt_tokens: -1, completion_tokens: -1, total_tokens: -1, ...details }],
    ["fraction", { prompt_tokens: 5.5, completion_tokens: 10.5, total_tokens: 15.5, ...details }],
    ["strings", { prompt_tokens: "5", completion_tokens: "10", total_tokens: "15", ...details }],
    ["mismatch", { prompt_tokens: 5, completion_tokens: 10, total_tokens: 1, ...details }],
    ["no_details", { prompt_tokens: 5, completion_tokens: 10, total_tokens: 15 }],
    ["null", null],
    [
      "cached_over",
      {
        prompt_tokens: 5,
        completion_tokens: 10,
        total_tokens: 15,
        ...details,
        prompt_tokens_details: { cached_tokens: 10, audio_tokens: 0 },
      },
    ],
  ];

  it.each(cases)("%s is reported alike in a body and in a stream", async (kind, expected) => {
    const whole = await call(`${model};odd_usage=${kind}`);
    expect(JSON.parse(whole.text).usage).toEqual(expected);
    const { events } = readEvents((await call(`${model};odd_usage=${kind}`, streamed)).text);
    expect(events.at(-1)).toMatchObject({ choices: [], usage: expected });
  });

  it("excess is more than the caller allowed", async () => {
    const { usage } = JSON.parse((await call(`${model};odd_usage=excess`, { max_tokens: 8 })).text);
    expect(usage.completion_tokens).toBe(80);
  });

  it("no_usage leaves the field out everywhere", async () => {
    expect((await call(`${model};no_usage`)).text).not.toContain('"usage"');
    const { text } = await call(`${model};no_usage`, streamed);
    expect(text).not.toContain('"usage"');
    expect(readEvents(text).isDone).toBe(true);
  });

  it("last_delta puts the report on the last chunk that has a choice", async () => {
    const { events } = readEvents((await call(`${model};odd_usage=last_delta`, streamed)).text);
    expect(events.at(-1)).toMatchObject({ choices: [{ finish_reason: "stop" }], usage: { completion_tokens: 10 } });
    expect(events.slice(0, -1).every((event) => event.usage === null)).toBe(true);
  });

  it("running counts up in every chunk", async () => {
    const { events } = readEvents((await call(`${model};odd_usage=running`, streamed)).text);
    const counted = events.map((event) => (event.usage as { completion_tokens: number }).completion_tokens);
    expect(counted).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
  });

  it("unasked sends a report to those who did not ask", async () => {
    const { events } = readEvents((await call(`${model};odd_usage=unasked`, { stream: true })).text);
    expect(events.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 10 } });
    expect(events.slice(0, -1).every((event) => !("usage" in event))).toBe(true);
  });
});
