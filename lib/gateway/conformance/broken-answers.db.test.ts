import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import {
  destroy,
  end,
  hangUp,
  head,
  raw,
  type Script,
  streamEvents,
  streamHead,
  write,
} from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const events = streamEvents({ tokens: ["one", " two", " three"], includeUsage: false });
const sent = events.slice(0, 3).join("");
const half = 'data: {"choices":[{"delta":{"content":" half';
const deaths: [name: string, script: Script][] = [
  ["closes the connection", [streamHead(), write(sent), hangUp()]],
  ["closes it in the middle of an event", [streamHead(), write(sent + half), hangUp()]],
  ["resets the connection", [streamHead(), write(sent), destroy()]],
  [
    "sends less than it announced",
    [streamHead({ "content-length": `${Buffer.byteLength(sent) + 10}` }), write(sent), hangUp()],
  ],
  [
    "sends no HTTP any more",
    [
      raw(
        `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${Buffer.byteLength(sent).toString(16)}\r\n${sent}\r\nzz\r\n`,
      ),
    ],
  ],
];

describe.each(doors)("a provider behind the %s door that dies", (door) => {
  const stage = openStage(t, { door });
  const twoKeys = { credentials: ["sk-first", "sk-second"] };

  test.each(deaths)(
    "and %s: the stream ends with an error and without [DONE], charged what it produced",
    async (_name, script) => {
      const caller = await stage.makeCaller({ model: twoKeys });
      const asked = stage.upstream.requests.length;
      stage.upstream.enqueue(script);
      const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true }));
      const text = await response.text();
      // A reset may overtake what was written before it.
      if (!script.some((step) => step.do === "destroy")) expect(text.slice(0, sent.length)).toBe(sent);
      const last = text.split("\n\n").at(-2) ?? "";
      expect(JSON.parse(last.slice(6))).toMatchObject({ error: { type: "provider_error", code: "provider_error" } });
      expect(text).not.toContain("[DONE]");
      expect(text).not.toContain("half");
      const [event] = await stage.eventsOf(caller.key.id, 1);
      expect(event).toMatchObject({
        status: "error",
        error_code: "provider_error",
        http_status: 200,
        attempts: 1,
        cost_source: "estimate",
      });
      expect(event?.completion_tokens).toBe((text.match(/"content":" ?(one|two|three)"/g) ?? []).length);
      expect(event?.cost_nano).toBeGreaterThan(0n);
      expect(stage.upstream.requests.length).toBe(asked + 1);
    },
  );

  test("makes the official client raise", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue([streamHead(), write(sent), hangUp()]);
    const stream = await stage
      .client(caller.secret)
      .chat.completions.create({ model: caller.model.name, messages: [{ role: "user", content: "hi" }], stream: true });
    let text = "";
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    })();
    await expect(reading).rejects.toThrow(OpenAI.APIError);
    await expect(reading).rejects.toMatchObject({ code: "provider_error" });
    expect(text).toBe("one two");
  });

  test("in the middle of an answer in one piece: an error, charged what arrived", async () => {
    const caller = await stage.makeCaller({ model: twoKeys });
    const asked = stage.upstream.requests.length;
    stage.upstream.enqueue([
      head(200, { "content-type": "application/json", "content-length": "900" }),
      write('{"choices":[{"message":{"content":"one two'),
      hangUp(),
    ]);
    const response = await stage.send(caller.secret, chatBody(caller.model));
    expect([response.status, await response.json()]).toMatchObject([502, { error: { code: "provider_error" } }]);
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ status: "error", http_status: 502, cost_source: "estimate", attempts: 1 });
    expect(event?.completion_tokens).toBeGreaterThan(2);
    expect(stage.upstream.requests.length).toBe(asked + 1);
  });

  test("before it answered: the next credential is tried, and then there is an error that costs nothing", async () => {
    const caller = await stage.makeCaller({ model: twoKeys });
    stage.upstream.enqueue([destroy()], [hangUp()]);
    const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true }));
    expect([response.status, await response.json()]).toMatchObject([502, { error: { code: "provider_error" } }]);
    expect((await stage.eventsOf(caller.key.id, 1))[0]).toMatchObject({
      attempts: 2,
      cost_nano: 0n,
      error_code: "provider_error",
    });
  });

  test("by an error event of its own: handed on as it is, charged what was produced", async () => {
    const caller = await stage.makeCaller();
    const error = 'data: {"error":{"message":"overloaded","type":"server_error","code":null}}\n\n';
    stage.upstream.enqueue([streamHead(), write(sent + error), end()]);
    const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true }));
    expect(await response.text()).toBe(sent + error);
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({
      status: "error",
      error_code: "provider_error",
      completion_tokens: 2,
      cost_source: "estimate",
    });
  });

  test("of talking without end: an event beyond 8 MiB breaks the stream off", async () => {
    const caller = await stage.makeCaller();
    const flood = Buffer.alloc(1024 * 1024, "x");
    stage.upstream.enqueue([streamHead(), write(sent), ...Array.from({ length: 20 }, () => write(flood))]);
    const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true }));
    const text = await response.text();
    expect(text.slice(0, sent.length)).toBe(sent);
    expect(JSON.parse(text.slice(sent.length + 6))).toMatchObject({ error: { code: "provider_error" } });
    expect((await stage.eventsOf(caller.key.id, 1))[0]).toMatchObject({ status: "error", completion_tokens: 2 });
    await stage.upstream.requests.at(-1)?.closed;
    expect(stage.upstream.requests.at(-1)?.abortedAt).toBeDefined();
  });
});
