import { describe, expect, test } from "vitest";
import { type Caller, chatBody, doors, newRequestId, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import type { RecordedRequest } from "@/lib/testing/scripted-upstream";
import { end, jsonResponse, streamHead, usageOf, wait, write } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const usage = { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 };
const withUsage = [
  ": keep-alive\n\n",
  'data: {"choices":[{"delta":{"role":"assistant"}}],"usage":null}\n\n',
  'data:{"choices":[{"delta":{"content":"é😀,\\"usage\\":null"}}], "usage" : null }\n\n',
  'id: 7\nevent: more\ndata: {"usage":null,"choices":[{"delta":{"content":"b"},"usage":null}]}\n\n',
  `data: {"choices":[],"usage":${JSON.stringify(usage)}}\n\n`,
  "data: [DONE]\n\n",
];
/** What is left for a caller who did not ask for usage. */
const withoutUsage = [
  ": keep-alive\n\n",
  'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n',
  'data:{"choices":[{"delta":{"content":"é😀,\\"usage\\":null"}}] }\n\n',
  'data: {"choices":[{"delta":{"content":"b"},"usage":null}]}\n\n',
  "data: [DONE]\n\n",
];
const toCrLf = (text: string) => text.replaceAll("\n", "\r\n");
const asks = { stream: true, stream_options: { include_usage: true } };

describe.each(doors)("streams behind the %s door", (door) => {
  const stage = openStage(t, { door });

  async function streamOf(caller: Caller, fields: Record<string, unknown> = {}, requestId = newRequestId()) {
    const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true, ...fields }), {
      requestId,
    });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    return response.text();
  }

  test.each([
    { name: "asked for usage", fields: asks, expected: withUsage.join(""), convert: (text: string) => text },
    { name: "asked for usage, CR LF", fields: asks, expected: withUsage.join(""), convert: toCrLf },
    // The one event that has to be written anew, for its two spellings, ends in plain line feeds.
    { name: "did not ask", fields: {}, expected: withoutUsage.join(""), convert: (text: string) => text },
  ])("come through wherever the network cuts them: the caller $name", async ({ fields, expected, convert }) => {
    const caller = await stage.makeCaller();
    const bytes = Buffer.from(convert(withUsage.join("")));
    const offsets = Array.from({ length: bytes.length - 1 }, (_, index) => [index + 1]);
    const cuts = [...offsets, offsets.flat()];
    stage.upstream.respondWith(({ headers }: RecordedRequest) => {
      const cut = cuts[Number(String(headers["x-request-id"]).split("-")[1])] ?? [];
      return [streamHead(), write(bytes, cut), end()];
    });
    const wrong: unknown[] = [];
    const queue = cuts.keys();
    const work = async () => {
      for (const index of queue) {
        const text = await streamOf(caller, fields, `cut-${index}-${caller.key.id}`);
        if (text !== convert(expected)) wrong.push({ index, text });
      }
    };
    await Promise.all(Array.from({ length: 12 }, work));
    expect(wrong).toEqual([]);
    const events = await stage.eventsOf(caller.key.id, cuts.length);
    const right = events.filter(
      (event) =>
        event.status === "ok" &&
        event.cost_source === "usage" &&
        event.prompt_tokens === 10 &&
        event.completion_tokens === 3 &&
        event.cost_nano === 16_000n,
    );
    expect(right.length).toBe(cuts.length);
  });

  test("with CR LF lose the usage chunk and the nulls too, and nothing else", async () => {
    const caller = await stage.makeCaller();
    const plain = (lines: string[]) => toCrLf(lines.filter((event) => !event.includes('"b"')).join(""));
    const bytes = Buffer.from(plain(withUsage));
    const cuts = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);
    for (const splitAt of [cuts, []]) {
      stage.upstream.enqueue([streamHead(), write(bytes, splitAt), end()]);
      expect(await streamOf(caller)).toBe(plain(withoutUsage));
    }
  });

  test("arrive event by event, while the provider is still at work", async () => {
    const caller = await stage.makeCaller();
    const gates = withUsage.map(() => stage.upstream.gate());
    stage.upstream.enqueue([
      streamHead(),
      ...withUsage.flatMap((event, index) => [write(event), wait(gates[index]?.opened ?? 0)]),
    ]);
    const response = await stage.send(caller.secret, chatBody(caller.model, asks));
    const reader = response.body?.getReader();
    for (const [index, event] of withUsage.entries()) {
      let text = "";
      while (text.length < event.length) text += Buffer.from((await reader?.read())?.value ?? []).toString();
      expect(text).toBe(event);
      gates[index]?.open();
    }
    expect((await reader?.read())?.done).toBe(true);
  });

  test.each([
    { name: "absent", sent: {}, seen: { include_usage: true } },
    { name: "null", sent: { stream_options: null }, seen: { include_usage: true } },
    { name: "empty", sent: { stream_options: {} }, seen: { include_usage: true } },
    { name: "refused", sent: { stream_options: { include_usage: false } }, seen: { include_usage: true } },
    { name: "null inside", sent: { stream_options: { include_usage: null } }, seen: { include_usage: true } },
    {
      name: "something else",
      sent: { stream_options: { include_obfuscation: false } },
      seen: { include_obfuscation: false, include_usage: true },
    },
  ])(
    "always ask the provider for usage, and keep it from a caller whose stream_options are $name",
    async ({ sent, seen }) => {
      const caller = await stage.makeCaller();
      stage.upstream.enqueue([streamHead(), write(withUsage.join(""))]);
      expect(await streamOf(caller, sent)).toBe(withoutUsage.join(""));
      const body = chatBody(caller.model, { stream: true, ...sent, stream_options: seen });
      expect(stage.upstream.requests.at(-1)?.body).toEqual(body);
    },
  );

  test("send the caller's own bytes on, with only the option spliced in where it is missing", async () => {
    const caller = await stage.makeCaller();
    const rest = `"model":"${caller.model.name}", "stream" :true,"messages":[{"role":"user","content":"{\\"a\\":1}"}],"seed":12345678901234567890}`;
    stage.upstream.enqueue([streamHead(), write("data: [DONE]\n\n")], [streamHead(), write("data: [DONE]\n\n")]);
    await (await stage.send(caller.secret, ` {${rest}`)).text();
    expect(stage.upstream.requests.at(-1)?.rawBody.toString()).toBe(
      ` {"stream_options":{"include_usage":true},${rest}`,
    );
    const asking = ` {"stream_options": {"include_usage" :true},${rest}`;
    await (await stage.send(caller.secret, asking)).text();
    expect(stage.upstream.requests.at(-1)?.rawBody.toString()).toBe(asking);
  });

  test.each([
    [
      "the usage chunk",
      `data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[],"usage":${JSON.stringify(usage)}}`,
      'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
    ],
    ["[DONE]", `data: {"choices":[],"usage":${JSON.stringify(usage)}}\n\ndata: [DONE]`, "data: [DONE]"],
    [
      "[DONE] and one line feed",
      `data: {"choices":[],"usage":${JSON.stringify(usage)}}\n\ndata: [DONE]\n`,
      "data: [DONE]\n",
    ],
  ])("may end without an empty line behind %s", async (_name, sent, expected) => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue([streamHead(), write(sent)]);
    expect(await streamOf(caller)).toBe(expected);
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ status: "ok", cost_source: "usage", prompt_tokens: 10, completion_tokens: 3 });
  });

  test("keep the usage that a provider sends unasked along with text", async () => {
    const caller = await stage.makeCaller();
    const last = `data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":${JSON.stringify(usage)}}\n\n`;
    stage.upstream.enqueue([streamHead(), write(`${last}data: [DONE]\n\n`)]);
    expect(await streamOf(caller)).toBe(`${last}data: [DONE]\n\n`);
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ cost_source: "usage", completion_tokens: 3 });
  });

  test("that the provider answers in one piece are handed on as what they are", async () => {
    const caller = await stage.makeCaller();
    const answer = JSON.stringify({
      choices: [{ message: { content: "a" } }],
      usage: usageOf({ prompt: 7, completion: 2 }),
    });
    stage.upstream.enqueue(jsonResponse(200, answer, { "content-type": "application/json; charset=utf-8" }));
    const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true }));
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.text()).toBe(answer);
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ cost_source: "usage", prompt_tokens: 7, completion_tokens: 2, cost_nano: 11_000n });
  });
});
