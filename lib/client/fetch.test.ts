import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "./api-error";
import { callApi, getApi } from "./fetch";

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

let server: Server;
let answer: Answer;
let seen: { method?: string; url?: string; headers: IncomingMessage["headers"]; body: string };

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen = { method: request.method, url: request.url, headers: request.headers, body };
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => server.close());

// A browser completes the path with its page's origin; here a local server stands for it.
beforeEach(() => {
  const { fetch } = globalThis;
  const { port } = server.address() as AddressInfo;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init));
});
afterEach(() => vi.unstubAllGlobals());

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ApiError) return error;
  throw new Error("the call did not fail with an ApiError");
}

test("a read asks for what the query names, leaves out what is absent, and gives the body", async () => {
  answer = { status: 200, body: '{"data":[1]}' };
  const query = { limit: 5, q: "a b&c", enabled: false, cursor: null, sort: undefined };
  expect(await getApi("/teams", { query })).toEqual({ data: [1] });
  expect(seen.method).toBe("GET");
  expect(seen.url).toBe("/api/v1/teams?limit=5&q=a+b%26c&enabled=false");
  expect(seen.headers["content-type"]).toBeUndefined();
});

test("a change carries JSON, the version that was read and the idempotency key", async () => {
  answer = { status: 200, body: "{}" };
  await callApi("PATCH", "/teams/team_1", { body: { name: "x" }, ifVersion: 3, idempotencyKey: "once" });
  expect(seen.body).toBe('{"name":"x"}');
  expect(seen.headers).toMatchObject({
    "content-type": "application/json",
    "if-match": '"3"',
    "idempotency-key": "once",
  });
});

test("an answer without a body is nothing, and no failure", async () => {
  answer = { status: 204, body: "" };
  expect(await callApi("DELETE", "/teams/team_1")).toBeUndefined();
});

test("a refusal keeps code, sentence, fields, request id and how long to wait", async () => {
  const error = {
    code: "invalid_input",
    message: "name: must not be empty",
    request_id: "req_1",
    fields: [{ path: "name", message: "must not be empty" }],
    details: { children: 2 },
  };
  answer = { status: 422, headers: { "retry-after": "7" }, body: JSON.stringify({ error }) };
  const failure = await failureOf(callApi("POST", "/teams", { body: {} }));
  expect(failure).toMatchObject({
    code: "invalid_input",
    message: "name: must not be empty",
    status: 422,
    requestId: "req_1",
    fields: [{ path: "name", message: "must not be empty" }],
    details: { children: 2 },
    retryAfterSeconds: 7,
    isTransient: false,
  });
});

test.each([
  [502, "<html>Bad gateway</html>", true],
  [404, "", false],
  [500, '{"error":"no envelope"}', true],
  [500, '{"error":{"code":"toString","message":"x"}}', true],
])("status %i with %j is not this API's answer, and says so", async (status, body, isTransient) => {
  answer = { status, headers: { "x-request-id": "req_2" }, body };
  const failure = await failureOf(getApi("/teams"));
  expect(failure).toMatchObject({ code: "unreadable", status, requestId: "req_2", isTransient });
});

test("success that is no JSON is a failure too", async () => {
  answer = { status: 200, body: "<html>" };
  expect((await failureOf(getApi("/teams"))).code).toBe("unreadable");
});

test("no answer at all is told from a refusal, and giving up is neither", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
  expect(await failureOf(getApi("/teams"))).toMatchObject({ code: "unreachable", status: null, isTransient: true });
  vi.unstubAllGlobals();
  vi.stubGlobal("fetch", (_path: string, init: RequestInit) => Promise.reject(init.signal?.reason));
  const signal = AbortSignal.abort();
  await expect(getApi("/teams", { signal })).rejects.toBe(signal.reason);
});
