import { connect } from "node:net";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "./server";

const fixedClock = { now: () => 1_700_000_000_999 };
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ clock: fixedClock });
});
afterAll(() => simulator.close());

const messages = [{ role: "user", content: "hi" }];

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

async function post(path: string, body: unknown, base = simulator.url): Promise<Answer> {
  const bytes = typeof body === "string" ? body : JSON.stringify(body);
  const { statusCode, headers, body: stream } = await request(`${base}${path}`, { method: "POST", body: bytes });
  return { status: statusCode, headers, text: await stream.text() };
}

function chat(model: string, fields: Record<string, unknown> = {}): Promise<Answer> {
  return post("/chat/completions", { model, messages, ...fields });
}

/** Ids are random; everything else is fixed, so that whole answers can be compared byte by byte. */
function withoutSerial(text: string): string {
  return text.replace(/chatcmpl-[A-Za-z0-9]{29}/g, "chatcmpl-ID").replace(/call_[A-Za-z0-9]{24}/g, "call_ID");
}

function dataOf(text: string): string[] {
  return text.split("\n\n").flatMap((event) => (event === "" ? [] : [event.replace(/^data: /, "")]));
}

describe("byte shapes", () => {
  const usage =
    '{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},' +
    '"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}';
  const model = "sim-small;tokens=3";
  const tail = '"service_tier":"default","system_fingerprint":"fp_0015e1d332"';

  it("of a completion are OpenAI's", async () => {
    const { status, headers, text } = await chat(model);
    const content = JSON.parse(text).choices[0].message.content;
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["x-request-id"]).toMatch(/^req_[A-Za-z0-9]{29}$/);
    expect(withoutSerial(text)).toBe(
      `{"id":"chatcmpl-ID","object":"chat.completion","created":1700000000,"model":"${model}","choices":[{"index":0,` +
        `"message":{"role":"assistant","content":"${content}","refusal":null,"annotations":[]},"logprobs":null,` +
        `"finish_reason":"stop"}],"usage":${usage},${tail}}`,
    );
  });

  function chunk(choices: string, usageField: string): string {
    const head = `{"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"${model}",${tail}`;
    return `data: ${head},"choices":[${choices}]${usageField}}\n\n`;
  }

  function delta(fields: string, reason = "null"): string {
    return `{"index":0,"delta":{${fields}},"logprobs":null,"finish_reason":${reason}}`;
  }

  it.each([true, false])("of a stream are OpenAI's, chunk by chunk (include_usage: %s)", async (isIncluded) => {
    const fields = { stream: true, ...(isIncluded ? { stream_options: { include_usage: true } } : {}) };
    const { headers, text } = await chat(model, fields);
    const plain = JSON.parse((await chat(model)).text).choices[0].message.content;
    const words = [plain.slice(0, 4), plain.slice(4, 8), plain.slice(8)];
    const none = isIncluded ? ',"usage":null' : "";
    expect(headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(withoutSerial(text)).toBe(
      chunk(delta('"role":"assistant","content":"","refusal":null'), none) +
        words.map((word) => chunk(delta(`"content":"${word}"`), none)).join("") +
        chunk(delta("", '"stop"'), none) +
        (isIncluded ? chunk("", `,"usage":${usage}`) : "") +
        "data: [DONE]\n\n",
    );
  });

  it("of a tool call are OpenAI's, whole and streamed", async () => {
    const parameters = { type: "object", properties: { x: { type: "string" } } };
    const fields = { tools: [{ type: "function", function: { name: "f", parameters } }], tool_choice: "required" };
    const whole = JSON.parse(withoutSerial((await chat("sim-small", fields)).text));
    expect(whole.choices[0]).toEqual({
      index: 0,
      message: {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "call_ID", type: "function", function: { name: "f", arguments: '{"x":"sim"}' } }],
        refusal: null,
        annotations: [],
      },
      logprobs: null,
      finish_reason: "tool_calls",
    });
    const events = dataOf(withoutSerial((await chat("sim-small", { ...fields, stream: true })).text));
    const deltas = events.slice(0, -1).map((event) => JSON.parse(event).choices[0].delta);
    expect(deltas).toEqual([
      {
        role: "assistant",
        content: null,
        tool_calls: [{ index: 0, id: "call_ID", type: "function", function: { name: "f", arguments: "" } }],
        refusal: null,
      },
      { tool_calls: [{ index: 0, function: { arguments: '{"x"' } }] },
      { tool_calls: [{ index: 0, function: { arguments: ':"si' } }] },
      { tool_calls: [{ index: 0, function: { arguments: 'm"}' } }] },
      {},
    ]);
  });

  it("of a stream of several choices interleave, and join to the same texts as without streaming", async () => {
    const fields = { n: 2, seed: 4 };
    const whole = JSON.parse((await chat("sim-small", fields)).text).choices;
    const events = dataOf((await chat("sim-small", { ...fields, stream: true })).text).slice(0, -1);
    const texts = ["", ""];
    for (const event of events) {
      const [choice] = JSON.parse(event).choices;
      texts[choice.index] += choice.delta.content ?? "";
    }
    expect(texts).toEqual([whole[0].message.content, whole[1].message.content]);
    expect(events.slice(-2).map((event) => JSON.parse(event).choices[0].finish_reason)).toEqual(["stop", "stop"]);
  });

  it("survive a model name that needs escaping", async () => {
    const { status, text } = await chat('sim-"\\ü');
    expect(status).toBe(404);
    expect(JSON.parse(text).error.message).toContain('sim-"\\ü');
  });

  it("keep a long stream whole", async () => {
    const { text } = await chat("sim-large;tokens=20000", { stream: true, stream_options: { include_usage: true } });
    const events = dataOf(text);
    expect(events).toHaveLength(20_004);
    expect(JSON.parse(events.at(-2) ?? "").usage.completion_tokens).toBe(20_000);
    expect(events.at(-1)).toBe("[DONE]");
  });
});

describe("the door", () => {
  it("lists the models and describes each, parameters included", async () => {
    const list = await request(`${simulator.url}/models`);
    const { object, data } = (await list.body.json()) as { object: string; data: { id: string; object: string }[] };
    expect(object).toBe("list");
    expect(data.map((model) => model.id)).toEqual([
      "sim-small",
      "sim-large",
      "sim-reasoning",
      "sim-cached",
      "sim-embedding",
    ]);
    const one = await request(`${simulator.url}/models/${encodeURIComponent("sim-small;cut=3")}`);
    expect(await one.body.json()).toMatchObject({ id: "sim-small;cut=3", object: "model", owned_by: "pllm-simulator" });
    const unknown = await request(`${simulator.url}/models/gpt-5`);
    expect(unknown.statusCode).toBe(404);
    await unknown.body.dump();
    const escaped = await request(`${simulator.url}/models/%E0%A4%A`);
    expect(escaped.statusCode).toBe(400);
    await escaped.body.dump();
  });

  it.each([
    ["POST", "/v1/models", 405, "method_not_supported"],
    ["GET", "/v1/chat/completions", 405, "method_not_supported"],
    ["POST", "/v1/nothing", 404, "unknown_url"],
    ["GET", "/", 404, "unknown_url"],
  ] as const)("answers %s %s with %i in OpenAI's shape", async (method, path, status, code) => {
    const { statusCode, body } = await request(new URL(path, simulator.url), { method });
    expect(statusCode).toBe(status);
    expect(await body.json()).toEqual({
      error: { message: expect.any(String), type: "invalid_request_error", param: null, code },
    });
  });

  it("refuses a body that is no JSON, and a model of the other kind", async () => {
    expect(await post("/chat/completions", "{nonsense")).toMatchObject({ status: 400 });
    expect(await chat("sim-embedding")).toMatchObject({ status: 404 });
    expect(await post("/embeddings", { model: "sim-small", input: "hi" })).toMatchObject({ status: 404 });
  });

  it("takes a body of 16 MiB and refuses one byte more with 413", async () => {
    const limit = 16 * 1024 * 1024;
    const frame = JSON.stringify({ model: "sim-small", messages: [{ role: "user", content: "" }] });
    const fill = (size: number): string => frame.replace('""', `"${"x".repeat(size - frame.length)}"`);
    const { status, text } = await post("/chat/completions", fill(limit));
    expect(status).toBe(200);
    expect(JSON.parse(text).usage.prompt_tokens).toBe(Math.ceil((limit - frame.length) / 4) + 4);
    expect(await post("/chat/completions", fill(limit + 1))).toMatchObject({ status: 413 });
  });

  it("asks for its key when it has one, except at /healthz", async () => {
    const guarded = await startSimulator({ apiKey: "sk-right" });
    const ask = async (path: string, authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      const { statusCode, body } = await request(`${guarded.url}${path}`, { headers });
      return { statusCode, body: await body.json() };
    };
    const refusal = {
      statusCode: 401,
      body: {
        error: { message: expect.any(String), type: "invalid_request_error", param: null, code: "invalid_api_key" },
      },
    };
    try {
      expect(await ask("/models", "Bearer sk-right")).toMatchObject({ statusCode: 200 });
      expect(await ask("/models")).toEqual(refusal);
      expect(await ask("/models", "Bearer sk-wrong")).toEqual(refusal);
      expect(await ask("/nothing", "Bearer sk-wrong")).toEqual(refusal);
      expect(await post("/chat/completions", { model: "sim-small", messages }, guarded.url)).toMatchObject({
        status: 401,
      });
      expect(await ask("/../healthz")).toEqual({ statusCode: 200, body: { status: "ok" } });
    } finally {
      await guarded.close();
    }
  });

  it("rejects when its port is taken", async () => {
    await expect(startSimulator({ port: simulator.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("closes at once although a call is stalled, and the port is free again", async () => {
    const other = await startSimulator();
    const socket = connect(other.port, "127.0.0.1");
    const body = JSON.stringify({ model: "sim-small;stall=0", messages });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const head = new Promise((resolve) => socket.once("data", resolve));
    socket.on("error", () => undefined);
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await head;
    await other.close();
    await closed;
    const again = await startSimulator({ port: other.port });
    await again.close();
  });
});
