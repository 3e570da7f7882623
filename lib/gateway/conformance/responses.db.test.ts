/** OpenAI's Responses API through both doors, with the official client: the same call, checked and charged in the same way. */
import type OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { type Caller, doors, failureOf, newRequestId, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import {
  chatCompletion,
  chatStream,
  destroy,
  streamEvents,
  streamHead,
  usageOf,
  write,
} from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();
const usage = usageOf({ prompt: 9, completion: 4, cached: 2, reasoning: 1 });
type Tools = OpenAI.Responses.Tool[];

describe.each(doors)("the Responses API at the %s door", (door) => {
  const stage = openStage(t, { door });

  const asked = (caller: Caller) => ({ model: caller.model.name, input: "hi" });
  async function streamOf(caller: Caller, fields: { tools?: Tools } = {}) {
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    const stream = await stage.client(caller.secret).responses.create({ ...asked(caller), ...fields, stream: true });
    for await (const event of stream) events.push(event);
    return events;
  }

  test("answers, and books the call like any other", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(chatCompletion({ content: "hello", usage }));
    const requestId = newRequestId();
    const answer = await stage
      .client(caller.secret)
      .responses.create({ ...asked(caller), instructions: "Be brief." }, { headers: { "x-request-id": requestId } });
    expect([answer.output_text, answer.status, answer.usage]).toMatchObject([
      "hello",
      "completed",
      { input_tokens: 9, output_tokens: 4, total_tokens: 13 },
    ]);
    const event = await stage.eventOf(requestId);
    expect(event).toMatchObject({ status: "ok", prompt_tokens: 9, cached_tokens: 2, completion_tokens: 4 });
    expect(stage.upstream.requests.at(-1)?.body).toEqual({
      model: caller.model.name,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "hi" },
      ],
    });
  });

  test("streams, each event once and in order, wherever the network cuts what comes", async () => {
    const caller = await stage.makeCaller();
    const script = { tokens: ["hel", "lo ", "é😀"], usage };
    const length = Buffer.from(streamEvents(script).join("")).length;
    for (const step of [1, 7, length]) {
      const splitAt = Array.from({ length: Math.floor((length - 1) / step) }, (_, index) => (index + 1) * step);
      stage.upstream.enqueue(chatStream({ ...script, splitAt }));
      const events = await streamOf(caller);
      expect(events.map(({ type }) => type)).toEqual([
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
      ]);
      expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
      expect(events.at(-1)).toMatchObject({
        response: {
          status: "completed",
          output: [{ type: "message", content: [{ type: "output_text", text: "hello é😀" }] }],
          usage: { input_tokens: 9, output_tokens: 4 },
        },
      });
    }
    expect(await stage.eventsOf(caller.key.id, 3)).toHaveLength(3);
  });

  test("streams the calls of functions and of tools that take a text", async () => {
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
      call(1, { id: "call_2", type: "function", function: { name: "patch", arguments: '{"input":"*** B' } }),
      call(1, { function: { arguments: 'egin"}' } }),
      delta({}, "tool_calls"),
      write(`data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`),
    ]);
    const tools: Tools = [
      { type: "function", name: "look", parameters: { type: "object" }, strict: false },
      { type: "custom", name: "patch" },
    ];
    const events = await streamOf(caller, { tools });
    const of = (kind: string) => events.filter(({ type }) => type === kind);
    expect(of("response.function_call_arguments.delta").map((event) => (event as { delta: string }).delta)).toEqual([
      '{"at"',
      ":1}",
    ]);
    expect(of("response.custom_tool_call_input.done")).toMatchObject([{ input: "*** Begin", output_index: 2 }]);
    expect(events.at(-1)).toMatchObject({
      response: {
        output: [
          { type: "message" },
          { type: "function_call", call_id: "call_1", name: "look", arguments: '{"at":1}' },
          { type: "custom_tool_call", call_id: "call_2", name: "patch", input: "*** Begin" },
        ],
      },
    });
  });

  test("refuses with the errors of every other endpoint", async () => {
    const caller = await stage.makeCaller();
    const kept = { ...asked(caller), previous_response_id: "resp_1" };
    expect(await failureOf(stage.client(caller.secret).responses.create(kept))).toMatchObject({
      status: 400,
      code: "invalid_request",
      param: "previous_response_id",
    });
    expect(await failureOf(stage.client("sk-user-none").responses.create(asked(caller)))).toMatchObject({
      status: 401,
      code: "invalid_api_key",
    });
  });

  test("ends a stream that breaks off as failed, and charges what came", async () => {
    const caller = await stage.makeCaller();
    const [first = "", second = ""] = streamEvents({ tokens: ["hello", "more"] });
    stage.upstream.enqueue([streamHead(), write(first), write(second), destroy()]);
    const events = await streamOf(caller);
    expect(events.at(-1)).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "provider_error" } },
    });
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ status: "error", error_code: "provider_error" });
    expect(event?.cost_nano).toBeGreaterThan(0n);
  });
});
