import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ScriptedUpstream, startUpstream } from "@/lib/testing/scripted-upstream";
import {
  destroy,
  end,
  errorResponse,
  hangUp,
  head,
  jsonResponse,
  type Script,
  stall,
  write,
} from "@/lib/testing/upstream-scripts";
import { type ProbeTarget, probeModels } from "./probe";

const canary = "sk-canary-4f1d9c7e2b8a6053";
let upstream: ScriptedUpstream;

beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

function probe(fields: Partial<ProbeTarget> = {}) {
  return probeModels({ baseUrl: upstream.url, apiKey: canary, allowed: ["127.0.0.1"], ...fields });
}

async function probeWith(script: Script, fields: Partial<ProbeTarget> = {}) {
  upstream.enqueue(script);
  return probe(fields);
}

test("asks for /models once, with the key as a bearer token, and counts what is listed", async () => {
  const result = await probeWith(jsonResponse(200, { object: "list", data: [{ id: "a" }, { id: "models/b" }] }));
  expect(result).toMatchObject({ status: 200, models: ["a", "b"], error: null });
  expect(result.latencyMs).toBeGreaterThanOrEqual(0);
  expect(upstream.requests).toHaveLength(1);
  expect(upstream.requests[0]).toMatchObject({ method: "GET", path: "/v1/models" });
  expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${canary}`);
});

test("without a key sends none", async () => {
  await probeWith(jsonResponse(200, { data: [] }), { apiKey: null });
  expect(upstream.requests[0]?.headers.authorization).toBeUndefined();
});

describe("what went wrong is one clear sentence without the key or the provider's words", () => {
  // A provider that repeats the key wherever it can.
  const echo = { message: `You sent ${canary}`, code: canary, headers: { "x-echo": canary } };
  test.each<[string, Script, number | null, RegExp]>([
    ["401", errorResponse(401, echo), 401, /refused the key \(401\)/],
    ["403", errorResponse(403, echo), 403, /\(403\)/],
    ["404", errorResponse(404, echo), 404, /\(404\).*base_url/],
    ["429", errorResponse(429, echo), 429, /limits requests.*\(429\)/],
    ["503", errorResponse(503, echo), 503, /problem of its own \(503\)/],
    ["418", errorResponse(418, echo), 418, /status 418/],
    [
      "a page",
      [head(200, { "content-type": "text/html" }), write(`<p>${canary}</p>`), end()],
      200,
      /no list of models/,
    ],
    ["other JSON", jsonResponse(200, { models: [canary] }), 200, /no list of models/],
    ["a reset", [destroy()], null, /closed without an answer/],
    ["a cut", [head(200, { "content-length": "100" }), write('{"data":'), hangUp()], 200, /closed without an answer/],
  ])("%s", async (_name, script, status, sentence) => {
    const result = await probeWith(script);
    expect(result).toMatchObject({ status, models: null });
    expect(result.error).toMatch(sentence);
    expect(JSON.stringify(result)).not.toContain(canary);
    expect(JSON.stringify(result)).not.toContain("You sent");
  });

  test("a name that does not exist", async () => {
    const resolve = () => Promise.reject(Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }));
    expect((await probe({ baseUrl: "http://models.invalid/v1", resolve })).error).toMatch(/DNS/);
  });

  test("a closed port", async () => {
    const { port } = upstream;
    await upstream.close();
    expect((await probe({ baseUrl: `http://127.0.0.1:${port}/v1` })).error).toMatch(/connection refused/);
  });

  test("https where there is none", async () => {
    const result = await probe({ baseUrl: upstream.url.replace("http:", "https:") });
    expect(result.error).toMatch(/TLS/);
  });

  test("something that is no HTTP server", async () => {
    const server: Server = createServer((socket) => socket.resume().end("220 mail.example ESMTP\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = address && typeof address === "object" ? address.port : 0;
    expect((await probe({ baseUrl: `http://127.0.0.1:${port}` })).error).toMatch(/does not speak HTTP/);
    await new Promise((resolve) => server.close(resolve));
  });

  test("silence, and an answer that never ends, within the timeout", async () => {
    const silent = await probeWith([stall()], { timeoutMs: 150 });
    expect(silent).toMatchObject({ status: null, models: null });
    expect(silent.error).toMatch(/within 0.15 seconds/);
    const endless = await probeWith([head(200), write('{"data":['), stall()], { timeoutMs: 150 });
    expect(endless).toMatchObject({ status: 200, models: null });
    expect(endless.error).toMatch(/within 0.15 seconds/);
  });

  test("a list without end is given up", async () => {
    const part = write(" ".repeat(1024 * 1024));
    const result = await probeWith([head(200), write("["), ...Array.from({ length: 9 }, () => part), stall()]);
    expect(result.error).toMatch(/longer than 8 MiB/);
  });
});

describe("the key goes nowhere else", () => {
  test("a redirect is not followed", async () => {
    const other = await startUpstream();
    other.respondWith(jsonResponse(200, { data: [] }));
    const result = await probeWith([head(307, { location: `${other.url}/models` }), end()]);
    expect(result).toMatchObject({ status: 307, models: null });
    expect(result.error).toMatch(/redirects elsewhere \(307\)/);
    expect(other.requests).toHaveLength(0);
    await other.close();
  });

  test("a name that leads into a private network is not connected to", async () => {
    upstream.respondWith(jsonResponse(200, { data: [] }));
    const resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
    const baseUrl = `http://models.example.com:${upstream.port}/v1`;
    const result = await probe({ baseUrl, allowed: [], resolve });
    expect(result.error).toMatch(/private network/);
    expect(upstream.requests).toHaveLength(0);
  });

  test("Anthropic's list takes it in the header of its own API", async () => {
    upstream.enqueue(jsonResponse(200, { data: [{ id: "claude" }] }));
    const resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
    const baseUrl = `http://api.anthropic.com:${upstream.port}/v1`;
    expect((await probe({ baseUrl, resolve })).models).toEqual(["claude"]);
    const headers = upstream.requests[0]?.headers;
    expect(headers).toMatchObject({ "x-api-key": canary, "anthropic-version": "2023-06-01" });
    expect(headers?.authorization).toBeUndefined();
  });
});
