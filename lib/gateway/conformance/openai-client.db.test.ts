import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { type Caller, doors, failureOf, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeBudget } from "@/lib/testing/gateway";
import {
  chatCompletion,
  chatStream,
  errorResponse,
  jsonResponse,
  streamHead,
  usageOf,
  wait,
  write,
} from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();
const usage = usageOf({ prompt: 5, completion: 2, cached: 1, reasoning: 1 });

describe.each(doors)("the official client at the %s door", (door) => {
  const stage = openStage(t, { door });

  const asked = (caller: Caller) => ({
    model: caller.model.name,
    messages: [{ role: "user" as const, content: "hi" }],
  });

  /** A client that counts how often it calls. */
  function countingClient(caller: Caller, maxRetries: number) {
    const calls: string[] = [];
    const client = new OpenAI({
      apiKey: caller.secret,
      baseURL: stage.running.url,
      maxRetries,
      logLevel: "off",
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        calls.push(`${response.status}`);
        return response;
      },
    });
    return { client, calls };
  }

  test("lists and retrieves the models of its key", async () => {
    const caller = await stage.makeCaller();
    const client = stage.client(caller.secret);
    const listed = (await client.models.list()).data.find(({ id }) => id === caller.model.name);
    const provider = await t.db.provider.findUniqueOrThrow({ where: { id: caller.provider.id } });
    const created = Math.floor(caller.model.created_at.getTime() / 1_000);
    expect(listed).toEqual({ id: caller.model.name, object: "model", created, owned_by: provider.name });
    expect(await client.models.retrieve(caller.model.name)).toMatchObject(listed ?? {});
    expect(await client.models.retrieve(`${provider.name}/${caller.model.name}`)).toMatchObject(listed ?? {});
    expect(await failureOf(client.models.retrieve("nothing-like-it"))).toBeInstanceOf(OpenAI.NotFoundError);
  });

  test("completes", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(chatCompletion({ content: "hello", usage }));
    const { data, response } = await stage.client(caller.secret).chat.completions.create(asked(caller)).withResponse();
    expect([data.choices[0]?.message.content, data.usage]).toEqual(["hello", usage]);
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
  });

  test.each([{ asks: false }, { asks: true }])("streams (asking for usage: $asks)", async ({ asks }) => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(chatStream({ tokens: ["x", "y"], usage }));
    const stream = await stage.client(caller.secret).chat.completions.create({
      ...asked(caller),
      stream: true,
      ...(asks ? { stream_options: { include_usage: true } } : {}),
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("xy");
    expect(chunks.at(-1)?.usage).toEqual(asks ? usage : undefined);
    expect(chunks.some(({ choices }) => choices.length === 0)).toBe(asks);
    expect(chunks.every((chunk) => "usage" in chunk)).toBe(asks);
  });

  test("streams tool calls, put together by its helper", async () => {
    const caller = await stage.makeCaller();
    const call = (part: object) => ({ index: 0, delta: { tool_calls: [{ index: 0, ...part }] } });
    const choices = [
      { index: 0, delta: { role: "assistant", content: null } },
      call({ id: "call_1", type: "function", function: { name: "weather", arguments: "" } }),
      call({ function: { arguments: '{"city":' } }),
      call({ function: { arguments: '"Ljubljana"}' } }),
      { index: 0, delta: {}, finish_reason: "tool_calls" },
    ];
    const base = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
    const events = choices.map((choice) => write(`data: ${JSON.stringify({ ...base, choices: [choice] })}\n\n`));
    stage.upstream.enqueue([streamHead(), ...events, write("data: [DONE]\n\n")]);
    const tools = [{ type: "function" as const, function: { name: "weather", parameters: {} } }];
    const final = await stage
      .client(caller.secret)
      .chat.completions.stream({ ...asked(caller), tools })
      .finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      id: "call_1",
      function: { name: "weather", arguments: '{"city":"Ljubljana"}' },
    });
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event?.completion_tokens).toBeGreaterThan(5);
  });

  test.each(["float", "base64"] as const)("embeds as %s", async (encoding) => {
    const caller = await stage.makeCaller({ model: { kind: "embedding" } });
    const vector = [0.5, -1.25, 3];
    const coded = Buffer.from(new Float32Array(vector).buffer).toString("base64");
    const data = [{ object: "embedding", index: 0, embedding: encoding === "float" ? vector : coded }];
    stage.upstream.enqueue(jsonResponse(200, { object: "list", data, usage: { prompt_tokens: 3, total_tokens: 3 } }));
    // Without a format the client asks for base64 itself, and decodes it.
    const format = encoding === "float" ? { encoding_format: encoding } : {};
    const answer = await stage
      .client(caller.secret)
      .embeddings.create({ model: caller.model.name, input: "a", ...format });
    expect(answer.data[0]?.embedding).toEqual(vector);
    expect(stage.upstream.requests.at(-1)?.body).toMatchObject({ encoding_format: encoding });
  });

  test("throws the class that belongs to each code", async () => {
    const caller = await stage.makeCaller();
    const unpriced = await stage.makeCaller({ model: { price: null } });
    const narrow = await stage.makeCaller({ key: { allowed_models: ["other-*"] } });
    const keys = {
      expired: await stage.makeCaller({ key: { expires_at: new Date(0) } }),
      blocked: await stage.makeCaller({ key: { blocked_at: new Date() } }),
      revoked: await stage.makeCaller({ key: { revoked_at: new Date() } }),
    };
    const limited = await stage.makeCaller({ key: { parallel_limit: 1, tpm_limit: 1 } });
    const broke = await stage.makeCaller({ model: { price: { input: "1000", output: "1000" } } });
    await makeBudget(t.db, { type: "key", id: broke.key.id }, "0.01");
    await stage.running.gateway.refresh();
    const call = (who: Caller, fields: object = {}) =>
      failureOf(stage.client(who.secret).chat.completions.create({ ...asked(who), ...fields }));
    stage.upstream.enqueue(chatCompletion(), errorResponse(500));
    await stage.client(limited.secret).chat.completions.create(asked(limited));
    const seen = {
      "no such key": await call({ ...caller, secret: "sk-user-x" }),
      expired: await call(keys.expired),
      blocked: await call(keys.blocked),
      revoked: await call(keys.revoked),
      "bad field": await call(caller, { n: 0 }),
      "not allowed": await call(narrow),
      "without a price": await call(unpriced),
      unknown: await call(caller, { model: "nothing-like-it" }),
      "too large": await call(broke),
      limited: await call(limited),
      "provider down": await call(caller),
    };
    const expected = {
      "no such key": [OpenAI.AuthenticationError, 401, "invalid_api_key"],
      expired: [OpenAI.AuthenticationError, 401, "key_expired"],
      blocked: [OpenAI.AuthenticationError, 401, "key_blocked"],
      revoked: [OpenAI.AuthenticationError, 401, "key_revoked"],
      "bad field": [OpenAI.BadRequestError, 400, "invalid_request"],
      "not allowed": [OpenAI.PermissionDeniedError, 403, "model_not_allowed"],
      "without a price": [OpenAI.PermissionDeniedError, 403, "model_price_unknown"],
      unknown: [OpenAI.NotFoundError, 404, "model_not_found"],
      "too large": [OpenAI.APIError, 413, "request_too_large"],
      limited: [OpenAI.RateLimitError, 429, "rate_limit_exceeded"],
      "provider down": [OpenAI.InternalServerError, 502, "provider_error"],
    };
    const read = Object.entries(seen).map(([name, error]) => [name, [error.constructor, error.status, error.code]]);
    expect(Object.fromEntries(read)).toEqual(expected);
  });

  test("does not call again where no budget is left", async () => {
    const caller = await stage.makeCaller({ model: { price: { input: "0", output: "1000" } } });
    await makeBudget(t.db, { type: "key", id: caller.key.id }, "0.5");
    await stage.running.gateway.refresh();
    stage.upstream.enqueue(chatCompletion({ usage: usageOf({ prompt: 1, completion: 450 }) }));
    const { client, calls } = countingClient(caller, 3);
    await client.chat.completions.create({ ...asked(caller), max_tokens: 450 });
    await stage.eventsOf(caller.key.id, 1);
    const error = await failureOf(client.chat.completions.create({ ...asked(caller), max_tokens: 450 }));
    expect([error.code, calls]).toEqual(["budget_exceeded", ["200", "429"]]);
  });

  test.each([
    ["what others hold", { price: { input: "0", output: "1000" } }, {}, "0.5"],
    ["a place among parallel calls", {}, { parallel_limit: 1 }, "500"],
  ])("calls again for %s, and gets it", async (_name, model, key, limit) => {
    const caller = await stage.makeCaller({ model, key });
    await makeBudget(t.db, { type: "key", id: caller.key.id }, limit);
    await stage.running.gateway.refresh();
    const gate = stage.upstream.gate();
    const before = stage.upstream.requests.length;
    stage.upstream.enqueue(
      [wait(gate), ...chatCompletion({ usage: usageOf({ prompt: 1, completion: 1 }) })],
      chatCompletion(),
    );
    const first = stage.client(caller.secret).chat.completions.create({ ...asked(caller), max_tokens: 400 });
    const done = first.then(() => undefined);
    await stage.upstream.waitForRequests(before + 1);
    const { client, calls } = countingClient(caller, 2);
    const second = client.chat.completions.create({ ...asked(caller), max_tokens: 400 });
    await eventually(async () => calls[0]);
    gate.open();
    await done;
    expect((await second).choices[0]?.message.content).toBe("Hello.");
    expect(calls).toEqual(["429", "200"]);
  });

  test("calls again when the provider failed, and is charged once", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(errorResponse(503), chatCompletion({ usage }));
    const { client, calls } = countingClient(caller, 2);
    await client.chat.completions.create(asked(caller));
    expect(calls).toEqual(["502", "200"]);
    const events = await stage.eventsOf(caller.key.id, 2);
    expect(events.map(({ status, cost_nano }) => [status, cost_nano > 0n])).toEqual([
      ["error", false],
      ["ok", true],
    ]);
  });
});
