/** Anthropic's Messages API through both doors, with the official client: the same call, checked and charged in the same way. */
import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { type Caller, doors, failureOf, newRequestId, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { makeBudget } from "@/lib/testing/gateway";
import {
  chatCompletion,
  chatStream,
  destroy,
  errorResponse,
  jsonResponse,
  streamEvents,
  streamHead,
  usageOf,
  write,
} from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();
const usage = usageOf({ prompt: 9, completion: 4, cached: 2 });
const counted = { input_tokens: 7, cache_creation_input_tokens: 0, cache_read_input_tokens: 2, output_tokens: 4 };

describe.each(doors)("the Messages API at the %s door", (door) => {
  const stage = openStage(t, { door });

  const asked = (caller: Caller) => ({
    model: caller.model.name,
    max_tokens: 50,
    messages: [{ role: "user" as const, content: "hi" }],
  });
  /** Its base URL is the server's own, without `/v1`. */
  const clientOf = (apiKey: string, maxRetries = 0) =>
    new Anthropic({ apiKey, baseURL: stage.running.url.replace(/\/v1$/, ""), maxRetries, logLevel: "off" });
  test("answers, and books the call like any other", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(chatCompletion({ content: "hello", usage }));
    const requestId = newRequestId();
    const { data, response } = await clientOf(caller.secret)
      .messages.create({ ...asked(caller), system: "Be brief." }, { headers: { "x-request-id": requestId } })
      .withResponse();
    expect(data).toMatchObject({
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: "hello" }],
      stop_reason: "end_turn",
      usage: counted,
    });
    expect(response.headers.get("x-pllm-cost-usd")).toMatch(/^0\.\d+$/);
    const event = await stage.eventOf(requestId);
    expect(event).toMatchObject({ status: "ok", prompt_tokens: 9, cached_tokens: 2, completion_tokens: 4 });
    const sent = stage.upstream.requests.at(-1);
    expect(sent?.path).toMatch(/\/chat\/completions$/);
    expect(sent?.body).toEqual({
      model: caller.model.name,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "hi" },
      ],
      max_completion_tokens: 50,
    });
  });

  test("streams, wherever the network cuts what comes", async () => {
    const caller = await stage.makeCaller();
    const script = { tokens: ["hel", "lo ", "é😀"], usage };
    const length = Buffer.from(streamEvents(script).join("")).length;
    for (const step of [1, 7, length]) {
      const splitAt = Array.from({ length: Math.floor((length - 1) / step) }, (_, index) => (index + 1) * step);
      stage.upstream.enqueue(chatStream({ ...script, splitAt }));
      const stream = clientOf(caller.secret).messages.stream(asked(caller));
      const texts: string[] = [];
      stream.on("text", (text) => texts.push(text));
      const message = await stream.finalMessage();
      expect(texts.join("")).toBe("hello é😀");
      expect([message.content, message.stop_reason, message.usage]).toMatchObject([
        [{ type: "text", text: "hello é😀" }],
        "end_turn",
        { output_tokens: 4, input_tokens: 7 },
      ]);
    }
    const events = await stage.eventsOf(caller.key.id, 3);
    expect(events.map(({ completion_tokens, is_stream }) => [completion_tokens, is_stream])).toEqual(
      Array.from({ length: 3 }, () => [4, true]),
    );
  });

  test("streams the calls of tools", async () => {
    const caller = await stage.makeCaller();
    const delta = (fields: object, finish_reason: string | null = null) =>
      write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: fields, finish_reason }] })}\n\n`);
    const call = (index: number, fields: object) => delta({ tool_calls: [{ index, ...fields }] });
    stage.upstream.enqueue([
      streamHead(),
      delta({ role: "assistant", content: "I look." }),
      call(0, { id: "call_1", type: "function", function: { name: "look", arguments: "" } }),
      call(0, { function: { arguments: '{"at"' } }),
      call(0, { function: { arguments: ":1}" } }),
      call(1, { id: "call_2", type: "function", function: { name: "wait", arguments: "{}" } }),
      delta({}, "tool_calls"),
      write(`data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`),
    ]);
    const tools = ["look", "wait"].map((name) => ({ name, input_schema: { type: "object" as const } }));
    const message = await clientOf(caller.secret)
      .messages.stream({ ...asked(caller), tools })
      .finalMessage();
    expect([message.content, message.stop_reason]).toMatchObject([
      [
        { type: "text", text: "I look." },
        { type: "tool_use", id: "call_1", name: "look", input: { at: 1 } },
        { type: "tool_use", id: "call_2", name: "wait", input: {} },
      ],
      "tool_use",
    ]);
  });

  test("refuses in its own words: the key, the field, the model, the provider's refusal", async () => {
    const caller = await stage.makeCaller();
    expect(await failureOf(clientOf("sk-user-nothing").messages.create(asked(caller)))).toMatchObject({
      status: 401,
      error: { type: "error", error: { type: "authentication_error", code: "invalid_api_key" } },
    });
    const client = clientOf(caller.secret);
    const without = { ...asked(caller), max_tokens: undefined as unknown as number };
    expect(await failureOf(client.messages.create(without))).toMatchObject({
      status: 400,
      error: {
        error: { type: "invalid_request_error", param: "max_tokens", message: expect.stringContaining("max_tokens") },
      },
    });
    expect(await failureOf(client.messages.create({ ...asked(caller), model: "none" }))).toMatchObject({
      status: 404,
      error: { error: { type: "not_found_error", code: "model_not_found" } },
    });
    stage.upstream.enqueue(errorResponse(400, { message: "no such parameter", code: "unknown_parameter" }));
    expect(await failureOf(client.messages.create(asked(caller)))).toMatchObject({
      status: 400,
      error: { error: { type: "invalid_request_error", message: "no such parameter" } },
    });
    stage.upstream.enqueue(jsonResponse(200, "not an answer"));
    expect(await failureOf(client.messages.create(asked(caller)))).toMatchObject({
      status: 502,
      error: { error: { type: "api_error" } },
    });
    for (const body of ["{", "[]", "[".repeat(500) + "]".repeat(500)]) {
      const unreadable = await stage.send(caller.secret, body, { path: "/messages" });
      expect([unreadable.status, await unreadable.json()]).toMatchObject([400, { type: "error" }]);
    }
  });

  test("names the budget that has no room, and is not tried again", async () => {
    const caller = await stage.makeCaller();
    await makeBudget(t.db, { type: "key", id: caller.key.id }, "0.000001");
    await stage.running.gateway.refresh();
    const before = stage.upstream.requests.length;
    const failure = await failureOf(clientOf(caller.secret, 3).messages.create(asked(caller)));
    expect(failure).toMatchObject({
      status: 413,
      error: { error: { type: "request_too_large", details: { budget: { scope: { id: caller.key.id } } } } },
    });
    expect(stage.upstream.requests.length).toBe(before);
  });

  test("ends a stream that breaks off with an error, and charges what came", async () => {
    const caller = await stage.makeCaller();
    const [first = "", second = ""] = streamEvents({ tokens: ["hello", "more"] });
    stage.upstream.enqueue([streamHead(), write(first), write(second), destroy()]);
    const failure = await failureOf(clientOf(caller.secret).messages.stream(asked(caller)).finalMessage());
    expect(String(failure)).toContain("broke off");
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ status: "error", error_code: "provider_error" });
    expect(event?.cost_nano).toBeGreaterThan(0n);
  });
});
