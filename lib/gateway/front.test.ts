import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect } from "node:net";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { createFront, type Front, type FrontOptions, isGatewayTarget } from "./front";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: Server, address: string | number = 0): Promise<Server> {
  if (typeof address === "string") server.listen(address);
  else server.listen(address, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

interface Setup {
  next: RequestListener;
  gateway?: FrontOptions["gateway"];
  options?: Partial<FrontOptions>;
}

async function makeFront({ next, gateway, options }: Setup): Promise<{ front: Front; internal: Server; port: number }> {
  const socketPath = path.join(mkdtempSync(path.join(os.tmpdir(), "pllm-front-")), "next.sock");
  const internal = await listen(createServer(next), socketPath);
  const answerGateway: FrontOptions["gateway"] = (req, res) => res.end(`gateway ${req.url}`);
  const front = createFront({ internal: { socketPath }, gateway: gateway ?? answerGateway, ...options });
  return { front, internal, port: portOf(await listen(front.server)) };
}

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  rawHeaders: string[];
  body: string;
}

interface Call {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | string[];
  agent?: Agent;
}

async function call(
  port: number,
  target: string,
  { method = "GET", headers = {}, body, agent }: Call = {},
): Promise<Answer> {
  const req = request({
    host: "127.0.0.1",
    port,
    path: target,
    method,
    headers,
    ...(agent ? { agent } : { agent: false }),
  });
  for (const chunk of Array.isArray(body) ? body : []) req.write(chunk);
  req.end(typeof body === "string" ? body : undefined);
  const [res] = (await once(req, "response")) as [IncomingMessage];
  return { status: res.statusCode ?? 0, headers: res.headers, rawHeaders: res.rawHeaders, body: await text(res) };
}

/** Answers what the internal listener saw. */
async function echo(req: IncomingMessage, res: ServerResponse): Promise<void> {
  res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: await text(req) }));
}

test.each([
  ["/v1", true],
  ["/v1/", true],
  ["/v1/chat/completions", true],
  ["/v1?x=1", true],
  ["/v1/../api/v1/keys", true],
  ["/v1x", false],
  ["/v10/models", false],
  ["/V1/models", false],
  ["//v1/models", false],
  ["/%761/models", false],
  ["/v1%2Fmodels", false],
  ["/v1;x/models", false],
  ["/./v1/models", false],
  ["/api/v1/keys", false],
  ["/", false],
])("%s belongs to the gateway: %s", async (target, isGateway) => {
  expect(isGatewayTarget(target)).toBe(isGateway);
  const { port } = await makeFront({ next: (req, res) => res.end(`next ${req.url}`) });
  expect((await call(port, target)).body).toBe(`${isGateway ? "gateway" : "next"} ${target}`);
});

test("an absolute target is judged by its path, and one that is no path is refused", async () => {
  const { port } = await makeFront({ next: (req, res) => res.end(`next ${req.url}`) });
  expect((await call(port, "http://elsewhere.example/v1/models")).body).toBe("gateway /v1/models");
  expect((await call(port, "http://elsewhere.example")).body).toBe("next /");
  expect(await call(port, "*", { method: "OPTIONS" })).toMatchObject({ status: 400 });
});

test("passes method, target, host, headers and body on, and the answer back", async () => {
  const { port } = await makeFront({
    next: async (req, res) => {
      const body = await text(req);
      res.writeHead(418, "Odd", { "set-cookie": ["a=1", "b=2"], "x-own": "y", "content-type": "text/plain" });
      res.end(`${req.method} ${req.url} ${req.headers.host} ${req.headers["x-thing"]} ${req.headers.cookie} ${body}`);
    },
  });
  const headers = { host: "pllm.example.com", "x-thing": "1", cookie: "c=3; d=4" };
  const answer = await call(port, "/some/page?q=%20x", { method: "PUT", headers, body: "content" });
  expect(answer).toMatchObject({ status: 418, body: "PUT /some/page?q=%20x pllm.example.com 1 c=3; d=4 content" });
  expect(answer.headers).toMatchObject({ "set-cookie": ["a=1", "b=2"], "x-own": "y" });
  expect(answer.rawHeaders.filter((name) => name.toLowerCase() === "date")).toHaveLength(1);
});

test.each(["POST", "DELETE", "PATCH"])("a chunked body of %s arrives whole", async (method) => {
  const { port } = await makeFront({ next: echo });
  const answer = await call(port, "/x", { method, headers: { "transfer-encoding": "chunked" }, body: ["one ", "two"] });
  expect(JSON.parse(answer.body)).toMatchObject({ method, body: "one two" });
});

test("a client cannot say who it is: forwarding headers are overwritten", async () => {
  const { port } = await makeFront({ next: echo });
  const forged = {
    host: "real.example",
    "x-forwarded-for": "6.6.6.6",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
    "x-forwarded-port": "1",
    "x-real-ip": "6.6.6.6",
    forwarded: "for=6.6.6.6",
  };
  const seen = JSON.parse((await call(port, "/", { headers: forged })).body).headers;
  expect(seen).toMatchObject({
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-proto": "http",
    "x-forwarded-host": "real.example",
  });
  for (const name of ["x-forwarded-port", "x-real-ip", "forwarded"]) expect(seen).not.toHaveProperty(name);
});

test("a trusted proxy's word is taken, and of several addresses the one that it saw itself", async () => {
  const { port } = await makeFront({ next: echo, options: { trustProxy: true } });
  const headers = {
    "x-forwarded-for": "6.6.6.6, 10.1.2.3",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "pllm.example.com",
  };
  const seen = JSON.parse((await call(port, "/", { headers })).body).headers;
  expect(seen).toMatchObject({ ...headers, "x-forwarded-for": "10.1.2.3" });
  const plain = JSON.parse((await call(port, "/")).body).headers;
  expect(plain).toMatchObject({ "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http" });
});

test("headers of one connection stay on it, those that the connection header names included", async () => {
  const { port } = await makeFront({
    next: (req, res) => {
      res.setHeader("connection", "x-private-answer");
      res.setHeader("x-private-answer", "1");
      res.setHeader("keep-alive", "timeout=1");
      void echo(req, res);
    },
  });
  const answer = await call(port, "/", {
    headers: { connection: "close, x-private", "x-private": "1", te: "trailers", "proxy-authorization": "x" },
  });
  const seen = JSON.parse(answer.body).headers;
  for (const name of ["x-private", "te", "proxy-authorization"]) expect(seen).not.toHaveProperty(name);
  expect(answer.headers).not.toHaveProperty("x-private-answer");
});

test("an answer streams: each piece arrives before the next is sent", async () => {
  let sendMore: (() => void) | undefined;
  const { port } = await makeFront({
    next: (_req, res) => {
      res.write("first");
      sendMore = () => res.end("second");
    },
  });
  const req = request({ host: "127.0.0.1", port, path: "/", agent: false }).end();
  const [res] = (await once(req, "response")) as [IncomingMessage];
  expect(String((await once(res, "data"))[0])).toBe("first");
  sendMore?.();
  expect(String((await once(res, "data"))[0])).toBe("second");
});

test("a request streams: the first piece arrives while the rest is still to come", async () => {
  const { port } = await makeFront({
    next: (req, res) => {
      req.once("data", (chunk: Buffer) => res.write(`got ${chunk}`));
      req.on("end", () => res.end());
    },
  });
  const req = request({ host: "127.0.0.1", port, path: "/", method: "POST", agent: false });
  req.write("early");
  const [res] = (await once(req, "response")) as [IncomingMessage];
  expect(String((await once(res, "data"))[0])).toBe("got early");
  req.end();
  await once(res.resume(), "end");
});

test("a client that leaves takes its internal request along", async () => {
  const left = makeDeferred();
  const { port } = await makeFront({
    next: (_req, res) => {
      res.write("x");
      res.on("close", () => left.resolve(undefined));
    },
  });
  const req = request({ host: "127.0.0.1", port, path: "/", agent: false }).end();
  const [res] = (await once(req, "response")) as [IncomingMessage];
  res.on("error", () => undefined);
  req.destroy();
  await left.promise;
});

function makeDeferred() {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

test("an answer that is cut inside reaches the client as cut, not as complete", async () => {
  const { port } = await makeFront({
    next: (_req, res) => {
      res.write("half");
      setImmediate(() => res.destroy());
    },
  });
  await expect(call(port, "/")).rejects.toThrow(/aborted|hang up/);
});

test("without an internal listener the answer is a 502 in the error envelope, and the gateway still answers", async () => {
  const { port, internal } = await makeFront({ next: echo });
  internal.close();
  internal.closeAllConnections();
  const answer = await call(port, "/page", { method: "POST", body: "x" });
  expect(answer.status).toBe(502);
  expect(JSON.parse(answer.body)).toEqual({
    error: {
      code: "upstream_failed",
      message: expect.stringContaining("Try again"),
      request_id: answer.headers["x-request-id"],
    },
  });
  expect((await call(port, "/v1/models")).body).toBe("gateway /v1/models");
});

test("an offer to upgrade does not change an ordinary call", async () => {
  const { port } = await makeFront({ next: echo });
  const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "x" };
  expect((await call(port, "/v1/models", { headers })).body).toBe("gateway /v1/models");
  expect(JSON.parse((await call(port, "/page", { headers })).body).headers).not.toHaveProperty("upgrade");
});

async function openRaw(port: number, lines: string[]) {
  const socket = connect(port, "127.0.0.1");
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  let received = "";
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString();
  });
  cleanups.push(() => socket.destroy());
  return { socket, received: () => received };
}

test("a WebSocket is joined both ways where upgrades are allowed, with the client's address", async () => {
  const { port, internal } = await makeFront({ next: echo, options: { allowUpgrades: true } });
  internal.on("upgrade", (req, socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\nhello ${req.headers["x-forwarded-for"]};`,
    );
    socket.on("data", (chunk: Buffer) => socket.write(`echo ${chunk};`));
    socket.on("end", () => socket.end());
  });
  const { socket, received } = await openRaw(port, [
    "GET /_next/hmr HTTP/1.1",
    "host: x",
    "connection: Upgrade",
    "upgrade: websocket",
  ]);
  await expect.poll(received).toContain("hello 127.0.0.1;");
  expect(received()).toMatch(/^HTTP\/1\.1 101 /);
  socket.write("ping");
  await expect.poll(received).toContain("echo ping;");
});

test("a refused upgrade, and one to the gateway, is answered and closed", async () => {
  const { port } = await makeFront({
    next: (_req, res) => void res.writeHead(404).end("no"),
    options: { allowUpgrades: true },
  });
  const refused = await openRaw(port, ["GET /x HTTP/1.1", "host: x", "connection: Upgrade", "upgrade: websocket"]);
  await once(refused.socket, "close");
  expect(refused.received()).toMatch(/^HTTP\/1\.1 404 [\s\S]*no$/);
  const toGateway = await openRaw(port, ["GET /v1/x HTTP/1.1", "host: x", "connection: Upgrade", "upgrade: websocket"]);
  await once(toGateway.socket, "close");
  expect(toGateway.received()).toMatch(/^HTTP\/1\.1 400 /);
});

test("what Next's parts tell each other is taken from nobody outside, and what asks for parts of pages stays with pages", async () => {
  const { port } = await makeFront({ next: echo });
  const internal = {
    "x-middleware-subrequest": "middleware",
    "x-nextjs-data": "1",
    "x-invoke-path": "/",
    "x-matched-path": "/",
  };
  const parts = { rsc: "1", "next-router-prefetch": "1", "next-url": "/" };
  const seen = async (target: string) => {
    const { body } = await call(port, target, { headers: { ...internal, ...parts, "x-other": "kept" } });
    return Object.keys(JSON.parse(body).headers).filter(
      (name) => name in internal || name in parts || name === "x-other",
    );
  };
  expect(await seen("/api/v1/keys?rsc=1")).toEqual(["x-other"]);
  for (const target of ["/api", "/api?x", "/metrics", "/readyz"]) expect(await seen(target)).toEqual(["x-other"]);
  expect(await seen("/apiary")).toEqual([...Object.keys(parts), "x-other"]);
  expect(await seen("/admin/x?next=/api/")).toEqual([...Object.keys(parts), "x-other"]);
});

test.each(["TRACE", "PROPFIND", "MKCOL"])("%s is no method of ours, and reaches nothing", async (method) => {
  const { port } = await makeFront({ next: () => expect.unreachable() });
  const { status, headers, body } = await call(port, "/api/v1/keys", { method });
  expect([status, headers.allow]).toEqual([405, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]);
  expect(JSON.parse(body).error).toMatchObject({ code: "method_not_allowed", request_id: headers["x-request-id"] });
});

test("draining lets a stream end, tells the load balancer to leave, and answers what still comes", async () => {
  let finish: (() => void) | undefined;
  const { port, front } = await makeFront({
    next: echo,
    gateway: (req, res) => {
      if (req.url === "/v1/late") return void res.writeHead(503).end();
      res.write("begun");
      finish = () => res.end(" and done");
    },
  });
  const agent = new Agent({ keepAlive: true });
  cleanups.push(() => agent.destroy());
  await call(port, "/idle", { agent });
  expect((await call(port, "/readyz")).status).toBe(200);
  const running = call(port, "/v1/stream", { agent: new Agent({ keepAlive: true }) });
  await expect.poll(() => finish).toBeDefined();
  const drained = front.drain(10_000);
  for (const target of ["/readyz", "/readyz?verbose", "http://x/readyz"]) {
    const { status, headers, body } = await call(port, target, { agent });
    expect([status, headers.connection, body]).toEqual([503, "close", '{"status":"draining"}']);
  }
  expect(await call(port, "/healthz")).toMatchObject({ status: 200, headers: { connection: "close" } });
  expect(await call(port, "/v1/late")).toMatchObject({ status: 503, headers: { connection: "close" } });
  finish?.();
  expect((await running).body).toBe("begun and done");
  expect(await drained).toEqual({ cut: 0 });
  await expect(call(port, "/readyz")).rejects.toThrow(/ECONNREFUSED/);
});

test("draining with nothing in flight ends at once, idle connections or not", async () => {
  const { port, front } = await makeFront({ next: echo });
  const agent = new Agent({ keepAlive: true });
  cleanups.push(() => agent.destroy());
  await call(port, "/idle", { agent });
  expect(await front.drain(60_000)).toEqual({ cut: 0 });
});

test("draining does not wait for WebSockets, which end only when they are cut", async () => {
  const { port, front, internal } = await makeFront({ next: echo, options: { allowUpgrades: true } });
  internal.on("upgrade", (_req, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n");
  });
  const lines = ["GET /_next/hmr HTTP/1.1", "host: x", "connection: Upgrade", "upgrade: websocket"];
  const { socket, received } = await openRaw(port, lines);
  await expect.poll(received).toMatch(/ 101 /);
  const closed = once(socket, "close");
  expect(await front.drain(10_000)).toEqual({ cut: 0 });
  await closed;
});

test("what does not end in time is cut, and counted", async () => {
  const { port, front } = await makeFront({ next: echo, gateway: (_req, res) => void res.write("for ever") });
  const running = call(port, "/v1/stream").catch((error: Error) => error.message);
  await expect
    .poll(() => new Promise((resolve) => front.server.getConnections((_error, count) => resolve(count))))
    .toBe(1);
  expect(await front.drain(100)).toEqual({ cut: 1 });
  expect(await running).toMatch(/aborted|hang up/);
});
