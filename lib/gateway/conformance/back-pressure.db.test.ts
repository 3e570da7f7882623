import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { chatCompletion, usageOf } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const megabyte = 1024 * 1024;
const event = Buffer.from(`data: {"choices":[{"delta":{"content":"${"word ".repeat(13_000)}"}}]}\n\n`);
const last = Buffer.from(`data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5}}\n\ndata: [DONE]\n\n`);
const count = Math.ceil((200 * megabyte) / event.length);
const streamBytes = count * event.length + "data: [DONE]\n\n".length;
/** What the kernel keeps for the two connections on the way, and the gateway for itself. */
const heldBytes = 24 * megabyte;

/** Bytes that this process holds on its heap and beside it, once everything that nobody needs is gone. */
function usedMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe.each(doors)("a slow reader behind the %s door", (door) => {
  const stage = openStage(t, { door });
  let provider: Server;
  let sentBytes = 0;
  let finish: () => void = () => undefined;
  let url = "";

  beforeAll(async () => {
    // Sends as fast as it is read, and holds the end back until it is asked for.
    provider = createServer(async (incoming, response) => {
      incoming.resume();
      const mayFinish = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const closed = once(response, "close");
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let index = 0; index < count && !response.destroyed; index++) {
        sentBytes += event.length;
        const isFlushed = response.write(event);
        if (!isFlushed) await Promise.race([new Promise((resolve) => response.once("drain", resolve)), closed]);
      }
      await mayFinish;
      response.end(last);
    }).listen(0, "127.0.0.1");
    await once(provider, "listening");
    url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
  });
  afterAll(() => {
    provider.closeAllConnections();
    provider.close();
  });

  async function openStream(caller: Caller): Promise<IncomingMessage> {
    const call = request(`${stage.running.url}/chat/completions`, {
      method: "POST",
      agent: false,
      headers: { authorization: `Bearer ${caller.secret}` },
    });
    call.end(JSON.stringify(chatBody(caller.model, { stream: true })));
    const [response] = (await once(call, "response")) as [IncomingMessage];
    return response;
  }

  /** Waits until the provider gets nothing more off. */
  async function untilStuck(): Promise<void> {
    for (let before = -1; before !== sentBytes; await delay(500)) before = sentBytes;
  }

  test("of a 200 MB stream holds back the provider, not the memory, and nobody else", async () => {
    const caller = await stage.makeCaller({ model: { baseUrl: url } });
    const quick = await stage.makeCaller();
    // Everything that is loaded late is there before memory is measured.
    stage.upstream.respondWith(chatCompletion({ usage: usageOf({ prompt: 1, completion: 1 }) }));
    await (await stage.send(quick.secret, chatBody(quick.model))).text();
    sentBytes = 0;
    const before = usedMemory();
    const response = await openStream(caller);
    await untilStuck();
    expect(sentBytes).toBeGreaterThan(megabyte / 4);
    expect(sentBytes).toBeLessThan(heldBytes);
    expect(usedMemory() - before).toBeLessThan(heldBytes);
    const startedAt = performance.now();
    expect((await stage.send(quick.secret, chatBody(quick.model))).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    let received = 0;
    let end = Buffer.alloc(0);
    response.on("data", (chunk: Buffer) => {
      received += chunk.length;
      end = Buffer.from(Buffer.concat([end, chunk]).subarray(-100));
      if (received === count * event.length) response.emit("everything");
    });
    await once(response, "everything");
    // All of it has passed, and nothing of it stayed.
    expect(usedMemory() - before).toBeLessThan(heldBytes);
    finish();
    await once(response, "end");
    expect([received, end.toString().endsWith("data: [DONE]\n\n")]).toEqual([streamBytes, true]);
    expect((await stage.eventsOf(caller.key.id, 1))[0]).toMatchObject({
      status: "ok",
      cost_source: "usage",
      completion_tokens: 5,
    });
  });

  test("who gives up lets the provider go, and is charged what was produced", async () => {
    const caller = await stage.makeCaller({ model: { baseUrl: url, price: { input: "0", output: "1" } } });
    sentBytes = 0;
    const response = await openStream(caller);
    await untilStuck();
    const sent = sentBytes;
    response.on("error", () => undefined).destroy();
    const [booked] = await stage.eventsOf(caller.key.id, 1);
    expect(booked).toMatchObject({ status: "aborted", cost_source: "estimate" });
    // Five bytes a word, a word a token: at least what was put through, at most what the provider got off.
    expect(booked?.completion_tokens).toBeLessThan(sent / 5 + 1_000);
    expect(booked?.completion_tokens).toBeGreaterThan(13_000);
  });
});
