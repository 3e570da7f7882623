import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { guardedAgent } from "@/lib/net/guard";
import { type Receiver, startReceiver } from "@/lib/testing/receiver";
import { type SendOptions, sendWebhook } from "./send";
import { generateWebhookSecret } from "./signature";

const agent = guardedAgent(["127.0.0.0/8"]);
let receiver: Receiver;
let elsewhere: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  elsewhere = await startReceiver();
});
beforeEach(() => {
  receiver.answer = 200;
  receiver.received.length = 0;
});
afterAll(() => agent.close());

const send = (url = receiver.url, options: Partial<SendOptions> = {}) =>
  sendWebhook(
    {
      url,
      secrets: [generateWebhookSecret()],
      content: { id: "msg_1", timestampSeconds: 1_800_000_000, body: '{"type":"x"}' },
    },
    { agent, ...options },
  );

test("posts the body as JSON to path and query, and any 2xx is a success", async () => {
  for (const status of [200, 201, 204, 299]) {
    receiver.answer = status;
    expect(await send(`${receiver.url}?a=1&b=%20`)).toMatchObject({ status_code: status, error: null });
  }
  expect(receiver.received).toHaveLength(4);
  expect(receiver.received[0]).toMatchObject({
    path: "/hook?a=1&b=%20",
    body: '{"type":"x"}',
    headers: {
      "content-type": "application/json",
      "content-length": "12",
      "webhook-id": "msg_1",
      "webhook-timestamp": "1800000000",
    },
  });
});

test.each([
  [400, "Answered 400."],
  [410, "Answered 410: the receiver is gone for good."],
  [500, "Answered 500."],
])("%i is a failure in words", async (status, error) => {
  receiver.answer = status;
  expect(await send()).toMatchObject({ status_code: status, error, response_snippet: "thanks" });
});

test.each([301, 302, 303, 307, 308])("%i is a failure and is not followed", async (status) => {
  receiver.answer = (response) => response.writeHead(status, { location: elsewhere.url }).end();
  expect(await send()).toMatchObject({
    status_code: status,
    error: `Answered ${status}: redirects are not followed.`,
  });
  expect(elsewhere.connections()).toBe(0);
});

test("an answer that does not come in time is a failure, also when only its headers stall", async () => {
  receiver.answer = () => undefined;
  expect(await send(receiver.url, { timeoutMs: 60 })).toMatchObject({
    status_code: null,
    error: "No answer within 0.06 seconds.",
    response_snippet: null,
  });
  const { duration_ms } = await send(receiver.url, { timeoutMs: 60 });
  expect(duration_ms).toBeGreaterThanOrEqual(50);
});

test("the status decides, even where the body stalls or breaks off", async () => {
  receiver.answer = (response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("partial");
  };
  expect(await send(receiver.url, { timeoutMs: 100 })).toMatchObject({
    status_code: 200,
    error: null,
    response_snippet: "partial",
  });
  receiver.answer = (response) => {
    response.writeHead(500, { "content-length": "100" });
    response.write("broken", () => response.destroy());
  };
  expect(await send()).toMatchObject({ status_code: 500, error: "Answered 500.", response_snippet: "broken" });
});

test("of an endless answer only the first kilobyte is kept and read", async () => {
  let written = 0;
  receiver.answer = (response) => {
    response.writeHead(200);
    const push = () => {
      while (!response.destroyed && response.write("é".repeat(512))) written += 1024;
    };
    response.on("drain", push);
    push();
  };
  const outcome = await send();
  expect(outcome.response_snippet).toBe("é".repeat(512));
  expect(outcome.status_code).toBe(200);
  await new Promise((resolve) => setImmediate(resolve));
  expect(written).toBeLessThan(50 * 1024 * 1024);
});

test("a snippet is text that a row can hold: no NUL, no half character, at most 1 KiB", async () => {
  receiver.answer = (response) => response.writeHead(200).end(`a\0b${"é".repeat(600)}`);
  const { response_snippet } = await send();
  expect(response_snippet?.startsWith("abé")).toBe(true);
  expect(response_snippet).not.toContain("\0");
  expect(response_snippet).not.toContain("\ufffd");
  expect(Buffer.byteLength(response_snippet ?? "")).toBeLessThanOrEqual(1024);
});

test("a receiver in a private network is not connected to", async () => {
  const outcome = await sendWebhook(
    { url: receiver.url, secrets: [], content: { id: "m", timestampSeconds: 1, body: "{}" } },
    { agent: guardedAgent([]) },
  );
  expect(outcome.error).toMatch(/^Not sent: 127\.0\.0\.1 is not a public address/);
  expect(receiver.received).toEqual([]);
});

test("a closed port, a lost connection and a name that is none are told apart", async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  expect((await send(`http://127.0.0.1:${port}/`)).error).toMatch(/^The connection was (closed|reset)/);
  await new Promise((resolve) => server.close(resolve));
  expect((await send(`http://127.0.0.1:${port}/`)).error).toBe("The connection was refused.");
  const resolve = () => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" }));
  const lost = await send("http://nowhere.example/", { agent: guardedAgent([], { resolve }) });
  expect(lost.error).toBe("The host name does not resolve.");
});

test("who lost the lease stops sending, with an error of its own", async () => {
  receiver.answer = () => undefined;
  const abort = new AbortController();
  const sending = send(receiver.url, { signal: abort.signal });
  abort.abort(new Error("lease lost"));
  await expect(sending).rejects.toThrow("lease lost");
});
