import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CapturedLog, captureLog } from "@/lib/testing/captured-log";
import { chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import {
  chatCompletion,
  errorResponse,
  hangUp,
  head,
  jsonResponse,
  raw,
  type Script,
  streamEvents,
  streamHead,
  write,
} from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const canary = 'canary-"provider"/secret-7Kq2vWm9XcRz4LpT';
const inJson = JSON.stringify(canary).slice(1, -1);
const everyCharacterEscaped = [...canary].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
const [opening = "", ...others] = streamEvents({ tokens: ["one", " two"], includeUsage: false });
const delta = (text: string) => `data: {"choices":[{"delta":{"content":"${text}"}}]}\n\n`;

const echoes: [name: string, script: Script][] = [
  ["in a refusal", errorResponse(400, { message: `bad key ${canary}` })],
  ["in a refusal, escaped", jsonResponse(400, `{"error":{"message":"${everyCharacterEscaped}"}}`)],
  ["in a refusal, with its slash escaped", jsonResponse(422, `{"error":{"message":"${inJson.replace("/", "\\/")}"}}`)],
  ["in a refusal that is not JSON", [head(400), write(canary)]],
  ["in a refusal of the key", errorResponse(401, { message: canary, code: canary })],
  ["in a failure", errorResponse(500, { message: canary, type: canary })],
  [
    "in headers",
    jsonResponse(400, "{}", {
      "x-echo": canary,
      "retry-after": canary,
      "content-type": `application/json; x=${canary}`,
    }),
  ],
  ["in the headers of a failure", jsonResponse(429, "{}", { "retry-after": canary, server: canary })],
  ["in an answer", jsonResponse(200, { choices: [{ message: { content: canary } }] })],
  [
    "in the type of an answer",
    [head(200, { "content-type": `text/${"x"}; q="${canary.replaceAll('"', "")}"` }), write("no JSON")],
  ],
  ["in the middle of an answer that breaks off", [head(200, { "content-length": "999" }), write(canary), hangUp()]],
  ["instead of HTTP", [raw(`${canary}\r\n\r\n`)]],
  ["in a broken head", [raw(`HTTP/1.1 200 OK\r\nx-${canary}\r\n: \r\n\r\n`)]],
  ["in a broken chunk", [raw(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${canary}\r\n`)]],
  ["in a stream", [streamHead(), write(opening), write(delta(inJson)), ...others.map((event) => write(event))]],
  ["in the last words of a stream", [streamHead(), write(`${opening}data: ${canary}`)]],
  ["in the error of a stream", [streamHead(), write(`data: {"error":{"message":"${everyCharacterEscaped}"}}\n\n`)]],
];

describe.each(doors)("secrets behind the %s door", (door) => {
  const stage = openStage(t, { door });
  let logged: CapturedLog;
  beforeEach(() => {
    logged = captureLog();
  });
  afterEach(() => logged.stop());

  function expectNone(secrets: string[], texts: string[]): void {
    for (const secret of secrets) {
      for (const form of [
        secret,
        JSON.stringify(secret).slice(1, -1),
        everyCharacterEscaped,
        secret.replaceAll('"', ""),
      ])
        for (const text of texts) expect(text).not.toContain(form);
    }
  }

  describe.each([false, true])("(stream: %s)", (stream) => {
    test.each(echoes)("a provider that repeats its credential %s is not repeated by us", async (_name, script) => {
      const caller = await stage.makeCaller({ model: { credentials: [canary] } });
      stage.upstream.enqueue(script);
      const response = await stage.send(caller.secret, chatBody(caller.model, { stream }));
      const text = await response.text();
      const headers = JSON.stringify([...response.headers]);
      const [event] = await stage.eventsOf(caller.key.id, 1);
      const booked = JSON.stringify(event, (_key, value) => (typeof value === "bigint" ? `${value}` : value));
      expect(stage.upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${canary}`);
      expectNone([canary, caller.secret], [text, headers, booked, logged.text()]);
    });
  });

  test.each(["event by event", "at once"])(
    "a stream that repeats it breaks off there, with an error (%s)",
    async (how) => {
      const caller = await stage.makeCaller({ model: { credentials: [canary] } });
      const events = [opening, delta(inJson), ...others];
      const writes = how === "at once" ? [write(events.join(""))] : events.map((event) => write(event));
      stage.upstream.enqueue([streamHead(), ...writes]);
      const text = await (await stage.send(caller.secret, chatBody(caller.model, { stream: true }))).text();
      expect(text.slice(0, opening.length)).toBe(opening);
      expect(JSON.parse(text.slice(opening.length + 6))).toMatchObject({ error: { code: "provider_error" } });
      const [event] = await stage.eventsOf(caller.key.id, 1);
      expect(event).toMatchObject({ status: "error", error_code: "provider_error" });
      expect(event?.completion_tokens).toBeGreaterThan(5);
    },
  );

  test("a placeholder for a credential is no secret, and may stand in an answer", async () => {
    const caller = await stage.makeCaller({ model: { credentials: ["ollama"] } });
    stage.upstream.enqueue(chatCompletion({ content: "try ollama" }));
    const response = await stage.send(caller.secret, chatBody(caller.model));
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("try ollama")]);
  });

  test("a caller's key reaches neither provider, log, nor the answers that refuse it", async () => {
    const caller = await stage.makeCaller({ model: { credentials: [canary] } });
    const dead = await stage.makeCaller({ key: { revoked_at: new Date() } });
    stage.upstream.enqueue(errorResponse(500));
    const mistyped = `${caller.secret.slice(0, -1)}_`;
    const texts: string[] = [];
    for (const secret of [caller.secret, dead.secret, mistyped]) {
      const response = await stage.send(secret, chatBody(caller.model), { headers: { "x-api-key": secret } });
      expect(response.status).toBeGreaterThanOrEqual(401);
      texts.push(await response.text(), JSON.stringify([...response.headers]));
    }
    const recorded = stage.upstream.requests.at(-1);
    texts.push(JSON.stringify(recorded?.headers), recorded?.rawBody.toString() ?? "", logged.text());
    expectNone([caller.secret, dead.secret, mistyped], texts);
  });

  test("a failure is logged with its request, and without what was received", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue([raw("HTTP/1.1 200 OK\r\nprivate words\r\n\r\n")]);
    await (await stage.send(caller.secret, chatBody(caller.model), { requestId: "req-to-find" })).text();
    const line = logged
      .text()
      .split("\n")
      .find((entry) => entry.includes("req-to-find"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ code: "provider_error", request_id: "req-to-find" });
    expect(logged.text()).not.toContain("private words");
  });
});
