/**
 * The public listener: hands `/v1` to the gateway and everything else to the internal listener where Next answers. Lives in the
 * gateway's worker thread; lib/gateway/worker calls it.
 */
import {
  Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { newId } from "@/lib/ids";
import { log } from "@/lib/log";
import { forwardedHeaders, isRefused, passHeaders } from "./front-headers";

/** Where Next listens: a unix domain socket, or a port of 127.0.0.1. */
export type InternalAddress = { socketPath: string } | { port: number };

export interface FrontOptions {
  internal: InternalAddress;
  /** Answers `/v1` and everything below it. */
  gateway(req: IncomingMessage, res: ServerResponse): void;
  /** Believe the `x-forwarded-*` headers of whoever connects. */
  trustProxy?: boolean;
  /**
   * Pass WebSockets on (Next's hot reload). Off in production: with a listener for upgrades Node would hand over every request that
   * merely offers one, as some clients do with `Upgrade: h2c` on ordinary calls.
   */
  allowUpgrades?: boolean;
}

/**
 * Whether a request target belongs to the gateway: `/v1`, `/v1/…`, either with a query. Exact on purpose: any other spelling (`/V1`,
 * `//v1`, `/%761`) goes to Next, which serves the gateway's routes only through the gateway's own pipeline.
 */
export function isGatewayTarget(target: string): boolean {
  if (!target.startsWith("/v1")) return false;
  const next = target.charCodeAt(3);
  return target.length === 3 || next === 47 /* / */ || next === 63; /* ? */
}

/** An origin-form target; null for what is none (`*`, an authority). Absolute form is allowed by RFC 9112 section 3.2.2. */
function originForm(target: string): string | null {
  if (target.startsWith("/")) return target;
  const [, path] = /^https?:\/\/[^/?#]*(.*)$/i.exec(target) ?? [];
  if (path === undefined) return null;
  return path.startsWith("/") ? path : `/${path}`;
}

function sendProblem(req: IncomingMessage, res: ServerResponse, status: number, code: string, message: string): void {
  const requestId = newId("request");
  const body = JSON.stringify({ error: { code, message, request_id: requestId } });
  // What is left of the request's body would be taken for the next request.
  const close = req.complete ? {} : { connection: "close" };
  res.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-request-id": requestId,
    ...close,
  });
  res.end(body);
}

// Next answers others with an error of its own making.
const knownMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

function isKnownMethod({ method = "GET" }: IncomingMessage): boolean {
  return knownMethods.includes(method);
}

/** Whether this server is to be given requests; the control plane answers otherwise, and in more words. */
function isReadinessTarget(target: string): boolean {
  return target === "/readyz" || target.startsWith("/readyz?");
}

function sendDraining(res: ServerResponse): void {
  const body = JSON.stringify({ status: "draining" });
  res.writeHead(503, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  res.end(body);
}

class FrontListener {
  private readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  private readonly upgraded = new Set<Duplex>();
  private isDraining = false;
  /** Requests whose answer has not ended; connections that were upgraded are none. */
  inFlight = 0;

  constructor(private readonly options: FrontOptions) {}

  readonly receive = (req: IncomingMessage, res: ServerResponse): void => {
    this.inFlight += 1;
    res.once("close", () => {
      this.inFlight -= 1;
    });
    const target = originForm(req.url ?? "/");
    // Whoever still comes is answered and told to go elsewhere for the next one.
    if (this.isDraining) res.setHeader("connection", "close");
    if (this.isDraining && target !== null && isReadinessTarget(target)) {
      sendDraining(res);
      return;
    }
    if (target === null) {
      sendProblem(req, res, 400, "invalid_input", "The request target must be a path.");
      return;
    }
    req.url = target;
    if (isGatewayTarget(target)) this.options.gateway(req, res);
    else if (isKnownMethod(req)) this.forward(req, res);
    else {
      res.setHeader("allow", knownMethods.join(", "));
      sendProblem(req, res, 405, "method_not_allowed", `There is no ${req.method} here.`);
    }
  };

  private requestOptions(req: IncomingMessage, more: OutgoingHttpHeaders) {
    const trustProxy = this.options.trustProxy === true;
    const headers = {
      ...passHeaders(req, (name) => isRefused(name, req.url ?? "/")),
      ...forwardedHeaders(req, trustProxy),
      ...more,
    };
    const { internal } = this.options;
    const address = "socketPath" in internal ? internal : { host: "127.0.0.1", port: internal.port };
    return { ...address, method: req.method, path: req.url, headers, setHost: false };
  }

  private forward(req: IncomingMessage, res: ServerResponse): void {
    // The framing of the body is that of the request; Node would drop a chunked body of methods that seldom have one.
    const framing = req.headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };
    const upstream = request({ ...this.requestOptions(req, framing), agent: this.agent });
    upstream.on("response", (answer) => {
      res.writeHead(
        answer.statusCode ?? 502,
        answer.statusMessage,
        passHeaders(answer, () => false),
      );
      // An answer of unknown length may be a stream whose first event is far away.
      if (answer.headers["content-length"] === undefined) res.flushHeaders();
      answer.on("error", () => res.destroy());
      answer.pipe(res);
    });
    upstream.on("error", (error) => {
      if (res.headersSent || res.destroyed) {
        res.destroy();
        return;
      }
      log.error({ err: error }, "the internal listener does not answer");
      sendProblem(req, res, 502, "upstream_failed", "This part of the server does not answer. Try again in a moment.");
    });
    res.on("close", () => {
      if (!res.writableFinished) upstream.destroy();
    });
    req.on("error", () => upstream.destroy());
    req.pipe(upstream);
  }

  readonly upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.upgraded.add(socket);
    socket.once("close", () => this.upgraded.delete(socket));
    socket.on("error", () => socket.destroy());
    const target = originForm(req.url ?? "/");
    if (target === null || isGatewayTarget(target)) {
      socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    const upstream = request(this.requestOptions(req, { connection: "upgrade", upgrade: req.headers.upgrade }));
    upstream.on("upgrade", (answer, upstreamSocket, upstreamHead) => {
      upstreamSocket.setTimeout(0);
      writeRawHead(socket, answer);
      joinSockets(socket, head, upstreamSocket, upstreamHead);
    });
    upstream.on("response", (answer) => {
      // Refused: the rest of the answer says why, and ends with the connection.
      writeRawHead(socket, answer);
      answer.pipe(socket);
    });
    upstream.on("error", () =>
      socket.end("HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"),
    );
    // A target that no one upgrades may be left without any answer.
    upstream.setTimeout(handshakeTimeoutMs, () => upstream.destroy(new Error("no answer to the upgrade")));
    upstream.end();
  };

  /** Says so from now on. Upgraded connections, which a server does not count, would never end by themselves. */
  beginDraining(): void {
    this.isDraining = true;
    for (const socket of this.upgraded) socket.destroy();
  }
}

const handshakeTimeoutMs = 10_000;

function writeRawHead(socket: Duplex, answer: IncomingMessage): void {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? "";
    // The body comes decoded from Node, so its chunks must not be announced; the end of the connection ends it.
    if (name.toLowerCase() !== "transfer-encoding") lines.push(`${name}: ${answer.rawHeaders[index + 1]}`);
  }
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
}

function joinSockets(left: Duplex, leftHead: Buffer, right: Duplex, rightHead: Buffer): void {
  right.on("error", () => left.destroy());
  left.on("error", () => right.destroy());
  left.on("close", () => right.destroy());
  right.on("close", () => left.destroy());
  if (rightHead.length > 0) left.write(rightHead);
  if (leftHead.length > 0) right.write(leftHead);
  left.pipe(right).pipe(left);
}

/** The public listener. */
export interface Front {
  /** Not yet listening. */
  readonly server: Server;
  /**
   * Lets the requests in flight end, at most for `timeoutMs`; then cuts what is left. Until then it goes on listening, so that a load
   * balancer can read from /readyz that it has to leave, and whatever it sends before it does is answered. Answers how many
   * connections it cut.
   */
  drain(timeoutMs: number): Promise<{ cut: number }>;
}

export function createFront(options: FrontOptions): Front {
  const listener = new FrontListener(options);
  // Longer than the idle time of usual load balancers, so that they and not we end an idle connection.
  const server = createServer({ keepAliveTimeout: 75_000, noDelay: true }, listener.receive);
  if (options.allowUpgrades) server.on("upgrade", listener.upgrade);
  return {
    server,
    async drain(timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      listener.beginDraining();
      while (listener.inFlight > 0 && Date.now() < deadline) await delay(drainPollMs);
      return closeServer(server, deadline);
    },
  };
}

const drainPollMs = 25;

/** Stops listening and waits until every connection has ended, at the latest until `deadline`. */
async function closeServer(server: Server, deadline: number): Promise<{ cut: number }> {
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      isClosed = true;
      resolve();
    });
  });
  do {
    // A kept-alive connection becomes idle when its answer ends, and would stay open for another request.
    server.closeIdleConnections();
    await Promise.race([closed, delay(drainPollMs)]);
  } while (!isClosed && Date.now() < deadline);
  const cut = isClosed ? 0 : await countConnections(server);
  server.closeAllConnections();
  await closed;
  return { cut };
}

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((error, count) => resolve(error ? 0 : count));
  });
}
