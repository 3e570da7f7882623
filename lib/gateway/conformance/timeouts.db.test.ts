import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BlackHole, openBlackHole } from "@/lib/testing/black-hole";
import { chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import {
  chatCompletion,
  head,
  type Script,
  stall,
  streamEvents,
  streamHead,
  wait,
  write,
} from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const connectMs = 400;
const firstByteMs = 600;
const idleMs = 900;
const totalMs = 4_000;
const env = {
  PLLM_CONNECT_TIMEOUT_MS: `${connectMs}`,
  PLLM_FIRST_BYTE_TIMEOUT_MS: `${firstByteMs}`,
  PLLM_IDLE_TIMEOUT_MS: `${idleMs}`,
  PLLM_TOTAL_TIMEOUT_MS: `${totalMs}`,
};
const events = streamEvents({ tokens: ["one", " two", " three"], includeUsage: false });
const drip: Script = [
  streamHead(),
  ...Array.from({ length: 100 }, () => [write(": still here\n\n"), wait(200)]).flat(),
];

describe.each(doors)("timeouts behind the %s door", (door) => {
  const stage = openStage(t, { door, env });
  let hole: BlackHole;
  beforeAll(async () => {
    hole = await openBlackHole();
  });
  afterAll(() => hole.close());

  const twoKeys = { credentials: ["sk-first", "sk-second"] };

  test.each([true, false])(
    "a provider that cannot be connected to is given up in time (stream: %s)",
    async (stream) => {
      const caller = await stage.makeCaller({ model: { baseUrl: hole.url, ...twoKeys } });
      const startedAt = performance.now();
      const response = await stage.send(caller.secret, chatBody(caller.model, { stream }));
      expect(performance.now() - startedAt).toBeLessThan(connectMs + 1_500);
      expect([response.status, await response.json()]).toMatchObject([504, { error: { code: "provider_timeout" } }]);
      const [event] = await stage.eventsOf(caller.key.id, 1);
      // Another credential leads to the same place.
      expect(event).toMatchObject({
        status: "error",
        error_code: "provider_timeout",
        http_status: 504,
        attempts: 1,
        cost_nano: 0n,
      });
    },
  );

  test.each([true, false])(
    "a provider that says nothing is given up in time, and not asked again (stream: %s)",
    async (stream) => {
      const caller = await stage.makeCaller({ model: twoKeys });
      const asked = stage.upstream.requests.length;
      stage.upstream.enqueue([stall()]);
      const startedAt = performance.now();
      const response = await stage.send(caller.secret, chatBody(caller.model, { stream }));
      const tookMs = performance.now() - startedAt;
      expect(tookMs).toBeGreaterThan(firstByteMs * 0.9);
      expect(tookMs).toBeLessThan(firstByteMs + 1_500);
      expect([response.status, await response.json()]).toMatchObject([504, { error: { code: "provider_timeout" } }]);
      await stage.eventsOf(caller.key.id, 1);
      expect(stage.upstream.requests.length).toBe(asked + 1);
      await stage.upstream.requests.at(-1)?.closed;
    },
  );

  test("a stream that falls silent ends with an error event, and is charged what it produced", async () => {
    const caller = await stage.makeCaller({ model: twoKeys });
    const asked = stage.upstream.requests.length;
    stage.upstream.enqueue([streamHead(), ...events.slice(0, 3).map((event) => write(event)), stall()]);
    const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true }));
    const text = await response.text();
    const sent = events.slice(0, 3).join("");
    expect(text.slice(0, sent.length)).toBe(sent);
    const last = text.slice(sent.length);
    expect(last).toMatch(/^data: \{.*\}\n\n$/);
    expect(JSON.parse(last.slice(6))).toMatchObject({ error: { code: "provider_timeout", type: "provider_error" } });
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({
      status: "error",
      error_code: "provider_timeout",
      http_status: 200,
      completion_tokens: 2,
      cost_source: "estimate",
      attempts: 1,
    });
    expect(event?.latency_ms).toBeGreaterThan(idleMs * 0.9);
    expect(event?.latency_ms).toBeLessThan(totalMs - 500);
    expect(stage.upstream.requests.length).toBe(asked + 1);
  });

  test("an answer in one piece that falls silent is a 504, and charged what arrived", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue([
      head(200, { "content-type": "application/json" }),
      write('{"choices":[{"message":'),
      stall(),
    ]);
    const response = await stage.send(caller.secret, chatBody(caller.model));
    expect([response.status, await response.json()]).toMatchObject([504, { error: { code: "provider_timeout" } }]);
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ status: "error", error_code: "provider_timeout", cost_source: "estimate" });
    expect(event?.cost_nano).toBeGreaterThan(0n);
    expect(event?.latency_ms).toBeLessThan(totalMs - 500);
  });

  test("a stream that never ends does not outlast the whole call's time", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(drip);
    const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true }));
    expect(await response.text()).toMatch(/^(: still here\n\n){10,}data: \{"error":.*"provider_timeout".*\}\n\n$/);
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event?.latency_ms).toBeGreaterThan(totalMs * 0.95);
    expect(event?.latency_ms).toBeLessThan(totalMs + 1_500);
    await stage.upstream.requests.at(-1)?.closed;
  });

  test("silence after [DONE] spoils nothing", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue([streamHead(), write(events.join("")), stall()]);
    const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true }));
    expect(await response.text()).toBe(events.join(""));
    expect((await stage.eventsOf(caller.key.id, 1))[0]).toMatchObject({ status: "ok", error_code: null });
  });

  test("a refusal whose body never ends does not keep the next credential waiting", async () => {
    const caller = await stage.makeCaller({ model: twoKeys });
    stage.upstream.enqueue([head(429), write('{"error":'), stall()], chatCompletion());
    const startedAt = performance.now();
    const response = await stage.send(caller.secret, chatBody(caller.model));
    expect(response.status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(idleMs * 0.8);
    expect((await stage.eventsOf(caller.key.id, 1))[0]).toMatchObject({ attempts: 2, status: "ok" });
  });
});

// Reading so much takes a while on a busy machine, which is not what is asked here.
describe.each(doors)("a patient total behind the %s door", (door) => {
  const stage = openStage(t, { door, env: { ...env, PLLM_TOTAL_TIMEOUT_MS: "60000" } });

  test("waiting for a slow reader is no silence of the provider's", async () => {
    const caller = await stage.makeCaller();
    const filling = `: ${"x".repeat(65_534)}\n\n`;
    stage.upstream.enqueue([
      streamHead(),
      ...Array.from({ length: 400 }, () => write(filling)),
      write(events.join("")),
    ]);
    const response = await stage.send(caller.secret, chatBody(caller.model, { stream: true }));
    const reader = response.body?.getReader();
    await reader?.read();
    // Longer than the idle timeout and its clock's coarseness together.
    await new Promise((resolve) => setTimeout(resolve, 2 * idleMs + 1_000));
    let size = 0;
    let tail = "";
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      size += part.value.length;
      tail = (tail + Buffer.from(part.value).toString()).slice(-100);
    }
    expect(tail).toMatch(/data: \[DONE\]\n\n$/);
    expect(size).toBeGreaterThan(300 * filling.length);
  });
});
