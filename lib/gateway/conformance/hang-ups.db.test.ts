import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BlackHole, openBlackHole } from "@/lib/testing/black-hole";
import { chatBody, doors, newRequestId, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeBudget } from "@/lib/testing/gateway";
import { seededRandom } from "@/lib/testing/random";
import {
  chatCompletion,
  chatStream,
  errorResponse,
  stall,
  streamEvents,
  streamHead,
  usageOf,
  wait,
  write,
} from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const words = Array.from({ length: 40 }, (_, index) => ` w${index}`);
const promptTokens = encode('[[{"role":"user","content":"hi"}],null]').length;
const abortBoundMs = 1_000;

describe.each(doors)("hanging up behind the %s door", (door) => {
  const stage = openStage(t, { door });
  let hole: BlackHole;
  beforeAll(async () => {
    hole = await openBlackHole();
  });
  afterAll(() => hole.close());

  function start(secret: string, requestId: string, length?: number): ClientRequest {
    const call = request(`${stage.running.url}/chat/completions`, {
      method: "POST",
      agent: false,
      headers: {
        authorization: `Bearer ${secret}`,
        "x-request-id": requestId,
        ...(length ? { "content-length": length } : {}),
      },
    });
    // That the connection ends is what these tests are about.
    return call.on("error", () => undefined);
  }

  /** Reads so many bytes of an answer, then cuts the connection. Resolves with what it had by then. */
  async function hangUpAfter(call: ClientRequest, bytes: number): Promise<string> {
    const [response] = (await once(call, "response")) as [IncomingMessage];
    response.on("error", () => undefined);
    let received = Buffer.alloc(0);
    for await (const chunk of response.iterator({ destroyOnReturn: false })) {
      received = Buffer.concat([received, chunk as Buffer]);
      if (received.length >= bytes) break;
    }
    call.destroy();
    return received.toString();
  }

  /** Everything that reached the server before is known to it once an answer has come back from it. */
  const roundTrip = () => fetch(`${stage.running.url}/models`);
  const idle = () => eventually(async () => (stage.running.gateway.running === 0 ? true : undefined));

  test("at 50 places of a stream: charged what was produced, the provider is let go at once, nothing stays held", async () => {
    const caller = await stage.makeCaller();
    const budget = await makeBudget(t.db, { type: "key", id: caller.key.id }, "100");
    await stage.running.gateway.refresh();
    const events = streamEvents({ tokens: words, includeUsage: false }).slice(0, -1);
    const size = Buffer.byteLength(events.join(""));
    stage.upstream.respondWith([streamHead(), ...events.flatMap((event) => [write(event), wait(1)]), stall()]);
    const random = seededRandom(50);
    const offsets = Array.from({ length: 50 }, () => Math.floor(random() * size));
    const asked = stage.upstream.requests.length;
    const runs = new Map<string, { received: string; hungUpAt: number }>();
    const queue = offsets.values();
    const work = async () => {
      for (const offset of queue) {
        const requestId = newRequestId();
        const call = start(caller.secret, requestId);
        call.end(JSON.stringify(chatBody(caller.model, { stream: true })));
        runs.set(requestId, { received: await hangUpAfter(call, offset), hungUpAt: Date.now() });
      }
    };
    await Promise.all(Array.from({ length: 5 }, work));
    const booked = await stage.eventsOf(caller.key.id, offsets.length);
    const most = encode(words.join("")).length;
    for (const event of booked) {
      const got = (runs.get(event.request_id)?.received ?? "").split("\n\n").slice(0, -1);
      const text = got.map((line) => JSON.parse(line.slice(6)).choices[0].delta.content ?? "").join("");
      expect(event).toMatchObject({
        status: "aborted",
        http_status: null,
        cost_source: "estimate",
        prompt_tokens: promptTokens,
      });
      expect(event.completion_tokens).toBeGreaterThanOrEqual(encode(text).length);
      expect(event.completion_tokens).toBeLessThanOrEqual(most);
      expect(event.cost_nano).toBe(BigInt(promptTokens) * 1_000n + BigInt(event.completion_tokens) * 2_000n);
    }
    expect(new Set(booked.map(({ completion_tokens }) => completion_tokens)).size).toBeGreaterThan(10);
    for (const recorded of stage.upstream.requests.slice(asked)) {
      await recorded.closed;
      const { hungUpAt = 0 } = runs.get(String(recorded.headers["x-request-id"])) ?? {};
      expect((recorded.abortedAt ?? Number.POSITIVE_INFINITY) - hungUpAt).toBeLessThan(abortBoundMs);
    }
    const [account] = await t.db.budgetPeriod.findMany({ where: { budget_id: budget.id } });
    expect(account).toMatchObject({
      held_nano: 0n,
      spent_nano: booked.reduce((sum, { cost_nano }) => sum + cost_nano, 0n),
    });
    expect(await t.db.reservation.count()).toBe(0);
  });

  test("before the first byte of a stream: charged the prompt, which the provider has read", async () => {
    const caller = await stage.makeCaller();
    const asked = stage.upstream.requests.length;
    stage.upstream.enqueue([stall()]);
    const call = start(caller.secret, newRequestId());
    call.end(JSON.stringify(chatBody(caller.model, { stream: true })));
    const recorded = (await stage.upstream.waitForRequests(asked + 1)).at(-1);
    call.destroy();
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({
      status: "aborted",
      prompt_tokens: promptTokens,
      completion_tokens: 0,
      cost_source: "estimate",
    });
    await recorded?.closed;
    expect(recorded?.abortedAt).toBeDefined();
  });

  test("after [DONE] is no hanging up", async () => {
    const caller = await stage.makeCaller();
    const script = chatStream({ tokens: words, usage: usageOf({ prompt: 9, completion: 40 }) }).slice(0, -1);
    stage.upstream.enqueue([...script, stall()]);
    const call = start(caller.secret, newRequestId());
    call.end(JSON.stringify(chatBody(caller.model, { stream: true })));
    const whole = streamEvents({ tokens: words, includeUsage: false }).join("");
    expect(await hangUpAfter(call, Buffer.byteLength(whole))).toBe(whole);
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ status: "ok", prompt_tokens: 9, completion_tokens: 40, cost_source: "usage" });
  });

  test.each(["before the answer", "in the middle of it"])(
    "on an answer in one piece, %s: read to its end and charged exactly",
    async (when) => {
      const caller = await stage.makeCaller();
      const asked = stage.upstream.requests.length;
      const gate = stage.upstream.gate();
      const script = chatCompletion({ usage: usageOf({ prompt: 9, completion: 4 }) });
      const at = when === "before the answer" ? 0 : 1;
      stage.upstream.enqueue([...script.slice(0, at), wait(gate), ...script.slice(at)]);
      const call = start(caller.secret, newRequestId());
      call.end(JSON.stringify(chatBody(caller.model)));
      const recorded = (await stage.upstream.waitForRequests(asked + 1)).at(-1);
      call.destroy();
      await roundTrip();
      gate.open();
      const [event] = await stage.eventsOf(caller.key.id, 1);
      expect(event).toMatchObject({
        status: "aborted",
        http_status: null,
        prompt_tokens: 9,
        completion_tokens: 4,
        cost_source: "usage",
      });
      await recorded?.closed;
      expect(recorded?.abortedAt).toBeUndefined();
    },
  );

  test("while the credentials are tried: the next one is not, and a refusal is free", async () => {
    const caller = await stage.makeCaller({ model: { credentials: ["sk-first", "sk-second"] } });
    const asked = stage.upstream.requests.length;
    const gate = stage.upstream.gate();
    stage.upstream.enqueue([wait(gate), ...errorResponse(429)]);
    const call = start(caller.secret, newRequestId());
    call.end(JSON.stringify(chatBody(caller.model)));
    await stage.upstream.waitForRequests(asked + 1);
    call.destroy();
    await roundTrip();
    gate.open();
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ status: "aborted", attempts: 1, cost_nano: 0n });
    expect(stage.upstream.requests.length).toBe(asked + 1);
  });

  test.each([true, false])(
    "while the provider is being connected to: nothing is charged (stream: %s)",
    async (stream) => {
      const caller = await stage.makeCaller({ model: { baseUrl: hole.url } });
      const call = start(caller.secret, newRequestId());
      call.end(JSON.stringify(chatBody(caller.model, { stream })));
      await eventually(
        async () => await t.db.reservation.findFirst({ where: { draft: { path: ["key_id"], equals: caller.key.id } } }),
      );
      await roundTrip();
      call.destroy();
      const [event] = await stage.eventsOf(caller.key.id, 1);
      expect(event).toMatchObject({ status: "aborted", cost_nano: 0n, prompt_tokens: 0 });
      expect(event?.latency_ms).toBeLessThan(4_000);
    },
  );

  test("while budgets are checked: nothing is charged, and the provider never hears of it", async () => {
    const caller = await stage.makeCaller();
    const budget = await makeBudget(t.db, { type: "key", id: caller.key.id }, "100");
    await stage.running.gateway.refresh();
    stage.upstream.enqueue(chatCompletion({ usage: usageOf({ prompt: 1, completion: 1 }) }));
    await (await stage.send(caller.secret, chatBody(caller.model))).text();
    await stage.eventsOf(caller.key.id, 1);
    const asked = stage.upstream.requests.length;
    const lock = await t.pool.connect();
    await lock.query("BEGIN");
    await lock.query("SELECT 1 FROM budget_periods WHERE budget_id = $1 FOR UPDATE", [budget.id]);
    const call = start(caller.secret, newRequestId());
    call.end(JSON.stringify(chatBody(caller.model)));
    await eventually(async () => {
      const { rows } = await t.pool.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return rows[0];
    });
    call.destroy();
    await roundTrip();
    await lock.query("COMMIT");
    lock.release();
    const [, event] = await stage.eventsOf(caller.key.id, 2);
    expect(event).toMatchObject({ status: "aborted", attempts: 0, cost_nano: 0n });
    expect(stage.upstream.requests.length).toBe(asked);
  });

  test.each([
    ["in the middle of the body", '{"model":'],
    ["before the body", ""],
  ])("%s leaves nothing behind, however far the call had come", async (_name, part) => {
    const asked = stage.upstream.requests.length;
    for (let round = 0; round < 10; round++) {
      // A new key each time, so that some hang up while it is looked up.
      const caller = await stage.makeCaller();
      const call = start(caller.secret, newRequestId(), 1_000);
      call.write(part || "\n");
      await once(call, "socket");
      if (round % 2 === 0) await roundTrip();
      call.destroy();
    }
    await roundTrip();
    await idle();
    expect(stage.upstream.requests.length).toBe(asked);
    expect(await t.db.reservation.count()).toBe(0);
  });
});
