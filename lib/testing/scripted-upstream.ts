/**
 * A model provider that does exactly what a test scripts, byte by byte, and remembers what it was asked. The steps and
 * ready-made answers are in upstream-scripts.ts. Tests only; the simulator is for everything that wants a plausible
 * provider instead of an exact one.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { Gate, Script, Step } from "./upstream-scripts";

export interface RecordedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What arrived of the body: all of it, unless the client went away while sending. */
  readonly rawBody: Buffer;
  /** The body as JSON, undefined when it is none. */
  readonly body: unknown;
  /** When the client went away before the answer was complete, in milliseconds since the epoch. */
  readonly abortedAt: number | undefined;
  /** Resolves when the exchange is over, however it ended. */
  readonly closed: Promise<void>;
}

export type Responder = (request: RecordedRequest, index: number) => Script | Promise<Script>;

export interface ScriptedUpstream {
  /** Base URL for clients, `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly port: number;
  /** In the order in which their bodies were complete. */
  readonly requests: readonly RecordedRequest[];
  /** Answers the next request that nothing enqueued before is waiting for. */
  enqueue(...scripts: Script[]): void;
  /** Answers every request for which nothing is enqueued. Without it such a request gets a 501. */
  respondWith(responder: Responder | Script): void;
  gate(): Gate;
  /** Resolves with the first `count` requests as soon as there are so many; rejects when the upstream closes before. */
  waitForRequests(count: number): Promise<readonly RecordedRequest[]>;
  /** Ends every connection, opens every gate, and throws if a script or a responder had failed. */
  close(): Promise<void>;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

export function splitBytes(bytes: Buffer, splitAt: readonly number[]): Buffer[] {
  const inside = splitAt.filter((offset) => offset > 0 && offset < bytes.length);
  const borders = [0, ...new Set(inside.sort((a, b) => a - b)), bytes.length];
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
}

/**
 * Two turns of the event loop: the first may end in the turn whose readable sockets were already collected, the second
 * contains a full poll, in which a client in this process reads what was sent.
 */
async function letClientRead(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

/** One request and the answer to it. */
class Exchange implements RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly closed: Promise<void>;
  rawBody: Buffer = Buffer.alloc(0);
  body: unknown;
  abortedAt: number | undefined;
  /** Set before we end the connection ourselves, so that it does not count as the client's doing. */
  isEndedByUs = false;
  private isClosed = false;
  private isRaw = false;
  /** The request's: the answer gets its own only once the one before it on the connection counts as finished, a moment later. */
  private readonly socket: Socket;

  constructor(
    req: IncomingMessage,
    private readonly res: ServerResponse,
  ) {
    this.socket = req.socket;
    this.method = req.method ?? "";
    this.path = req.url ?? "";
    this.headers = req.headers;
    this.closed = new Promise((resolve) => {
      res.once("close", () => {
        this.isClosed = true;
        if (!this.isEndedByUs && !res.writableFinished) this.abortedAt = Date.now();
        resolve();
      });
    });
  }

  async play(script: Script): Promise<void> {
    for (const step of script) {
      if (this.isClosed || this.res.writableEnded) return;
      await Promise.race([this.perform(step), this.closed]);
    }
    if (this.isClosed || this.res.writableEnded) return;
    if (this.isRaw) this.hangUp();
    else this.res.end();
  }

  /** For a mistake in the test: the client must not be left waiting. */
  fail(): void {
    this.isEndedByUs = true;
    this.res.destroy();
  }

  private async perform(step: Step): Promise<void> {
    switch (step.do) {
      case "head":
        this.res.writeHead(step.status, step.headers).flushHeaders();
        return letClientRead();
      case "write":
        return this.sendParts(step, (part, done) => this.res.write(part, done));
      case "raw":
        this.isRaw = true;
        return this.sendParts(step, (part, done) => this.socket.write(part, done));
      case "wait":
        return this.waitFor(step.until);
      case "end":
        this.res.end();
        return;
      case "hang_up":
        this.hangUp();
        return this.closed;
      case "destroy":
        this.isEndedByUs = true;
        this.socket.resetAndDestroy();
        return this.closed;
      case "stall":
        return this.closed;
    }
  }

  private hangUp(): void {
    this.isEndedByUs = true;
    this.socket.destroySoon();
  }

  private async sendParts(
    step: { bytes: Buffer; splitAt: readonly number[] },
    send: (part: Buffer, done: () => void) => void,
  ): Promise<void> {
    for (const part of splitBytes(step.bytes, step.splitAt)) {
      if (this.isClosed) return;
      await new Promise<void>((resolve) => send(part, resolve));
      await letClientRead();
    }
  }

  private async waitFor(until: number | Promise<unknown>): Promise<void> {
    if (typeof until !== "number") {
      await until;
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const elapsed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, until);
    });
    await Promise.race([elapsed, this.closed]);
    clearTimeout(timer);
  }
}

interface Waiter {
  count: number;
  resolve(requests: readonly RecordedRequest[]): void;
  reject(error: Error): void;
}

class Upstream implements ScriptedUpstream {
  readonly requests: RecordedRequest[] = [];
  private readonly open = new Set<Exchange>();
  private readonly queue: Script[] = [];
  private readonly gates: Gate[] = [];
  private readonly failures: unknown[] = [];
  private waiters: Waiter[] = [];
  private responder: Responder | null = null;
  private isClosing = false;

  constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on("request", (req, res) => this.receive(req, res));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  enqueue(...scripts: Script[]): void {
    this.queue.push(...scripts);
  }

  respondWith(responder: Responder | Script): void {
    this.responder = typeof responder === "function" ? responder : () => responder;
  }

  gate(): Gate {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const gate: Gate = { open, opened };
    this.gates.push(gate);
    return gate;
  }

  waitForRequests(count: number): Promise<readonly RecordedRequest[]> {
    if (this.requests.length >= count) return Promise.resolve(this.requests.slice(0, count));
    if (this.isClosing) return Promise.reject(new Error("the upstream is closed"));
    return new Promise((resolve, reject) => this.waiters.push({ count, resolve, reject }));
  }

  async close(): Promise<void> {
    this.isClosing = true;
    const exchanges = [...this.open];
    for (const exchange of exchanges) exchange.isEndedByUs = true;
    const stopped = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await stopped;
    await Promise.all(exchanges.map((exchange) => exchange.closed));
    for (const gate of this.gates) gate.open();
    for (const waiter of this.waiters) {
      waiter.reject(new Error(`${this.requests.length} of ${waiter.count} requests had come when the upstream closed`));
    }
    this.waiters = [];
    const failures = this.failures.splice(0);
    if (failures.length > 0) throw new AggregateError(failures, "a script of the upstream failed");
  }

  private receive(req: IncomingMessage, res: ServerResponse): void {
    const exchange = new Exchange(req, res);
    this.open.add(exchange);
    void exchange.closed.then(() => this.open.delete(exchange));
    const chunks: Buffer[] = [];
    let isRecorded = false;
    const record = (): void => {
      if (isRecorded) return;
      isRecorded = true;
      exchange.rawBody = Buffer.concat(chunks);
      exchange.body = parseJson(exchange.rawBody);
      this.requests.push(exchange);
    };
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    // A client that goes away while it sends takes no script, but it did ask.
    req.on("error", () => undefined);
    void exchange.closed.then(() => {
      record();
      this.wakeWaiters();
    });
    req.on("end", () => {
      record();
      const index = this.requests.length - 1;
      this.answer(exchange, index).catch((error: unknown) => {
        this.failures.push(error);
        exchange.fail();
      });
      this.wakeWaiters();
    });
  }

  private async answer(exchange: Exchange, index: number): Promise<void> {
    const script = this.queue.shift() ?? (await this.responder?.(exchange, index));
    await exchange.play(script ?? unscripted(exchange));
  }

  private wakeWaiters(): void {
    if (this.isClosing) return;
    const ready = this.waiters.filter((waiter) => waiter.count <= this.requests.length);
    this.waiters = this.waiters.filter((waiter) => waiter.count > this.requests.length);
    for (const waiter of ready) waiter.resolve(this.requests.slice(0, waiter.count));
  }
}

function unscripted(request: RecordedRequest): Script {
  const bytes = Buffer.from(`Nothing was scripted for ${request.method} ${request.path}.`);
  return [
    { do: "head", status: 501, headers: { "content-type": "text/plain" } },
    { do: "write", bytes, splitAt: [] },
  ];
}

/** Listens on a free port of the loopback interface, or on the given one (for an upstream that comes back). */
export async function startUpstream(options: { port?: number } = {}): Promise<ScriptedUpstream> {
  // No timeouts of its own: how long anything lasts is the script's to say.
  const server = createServer({ noDelay: true, keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The upstream has no TCP address.");
  return new Upstream(server, address.port);
}
