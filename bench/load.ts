/**
 * A load generator on raw sockets, so that it costs a fraction of what it measures. Closed loop (each connection sends its next
 * request when its answer is complete) or open loop at a fixed rate (latency counts from when a request was due, so that a
 * stalled server is not flattered). Answers carry `content-length` or come in chunks.
 */
import { connect, type Socket } from "node:net";

export interface LoadOptions {
  port: number;
  connections: number;
  /** The whole request, head and body. */
  request: Buffer | (() => Buffer);
  durationMs: number;
  /** Requests per second over all connections; absent: as fast as answers come. */
  rate?: number;
}

export interface LoadResult {
  calls: number;
  /** Answers whose status was not 200. */
  failures: number;
  callsPerSecond: number;
  /** Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
}

const headEnd = Buffer.from("\r\n\r\n");
const lastChunk = Buffer.from("0\r\n\r\n");

/** Where the answer that begins with `head` and ends its head at `bodyAt` is over; -1 where more of it is to come. */
function findEnd(received: Buffer, head: string, bodyAt: number): number {
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return received.length < bodyAt + Number(length) ? -1 : bodyAt + Number(length);
  // None of the answers measured here holds the mark of the last chunk within its text.
  const at = received.indexOf(lastChunk, bodyAt);
  return at === -1 ? -1 : at + lastChunk.length;
}

class Connection {
  private buffered: Buffer = Buffer.alloc(0);
  private dueAt = 0;
  isBusy = false;

  constructor(
    readonly socket: Socket,
    private readonly onAnswer: (status: number, latencyMs: number, connection: Connection) => void,
  ) {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.receive(chunk));
  }

  send(request: Buffer, dueAt: number): void {
    this.isBusy = true;
    this.dueAt = dueAt;
    this.socket.write(request);
  }

  private receive(chunk: Buffer): void {
    this.buffered = this.buffered.length > 0 ? Buffer.concat([this.buffered, chunk]) : chunk;
    const end = this.buffered.indexOf(headEnd);
    if (end === -1) return;
    const head = this.buffered.toString("latin1", 0, end);
    const over = findEnd(this.buffered, head, end + headEnd.length);
    if (over === -1) return;
    this.buffered = this.buffered.subarray(over);
    this.isBusy = false;
    this.onAnswer(Number(head.slice(9, 12)), performance.now() - this.dueAt, this);
  }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function summarise(latencies: number[], failures: number, elapsedMs: number): LoadResult {
  latencies.sort((a, b) => a - b);
  return {
    calls: latencies.length,
    failures,
    callsPerSecond: (latencies.length * 1_000) / elapsedMs,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
  };
}

function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.once("error", reject);
  });
}

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { port, connections, durationMs, rate } = options;
  const next = typeof options.request === "function" ? options.request : () => options.request as Buffer;
  const latencies: number[] = [];
  let failures = 0;
  const waiting: number[] = [];
  const startedAt = performance.now();
  const isOver = () => performance.now() - startedAt >= durationMs;
  const answered = (status: number, latencyMs: number, connection: Connection) => {
    latencies.push(latencyMs);
    if (status !== 200) failures += 1;
    if (rate === undefined) {
      if (!isOver()) connection.send(next(), performance.now());
      return;
    }
    const dueAt = waiting.shift();
    if (dueAt !== undefined) connection.send(next(), dueAt);
  };
  const pool = await Promise.all(
    Array.from({ length: connections }, async () => new Connection(await openSocket(port), answered)),
  );
  if (rate === undefined) {
    for (const connection of pool) connection.send(next(), performance.now());
    while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20));
  } else {
    let sent = 0;
    while (!isOver()) {
      const due = Math.floor(((performance.now() - startedAt) * rate) / 1_000) + 1;
      for (; sent < due; sent++) {
        const dueAt = startedAt + (sent * 1_000) / rate;
        const free = pool.find((connection) => !connection.isBusy);
        if (free) free.send(next(), dueAt);
        else waiting.push(dueAt);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  const deadline = performance.now() + 10_000;
  while (pool.some((connection) => connection.isBusy) && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 5));
  const elapsedMs = performance.now() - startedAt;
  for (const { socket } of pool) socket.destroy();
  return summarise(latencies, failures, Math.min(elapsedMs, durationMs + 50));
}

/** A POST of `body` as bytes. */
export function postBytes(path: string, bearer: string, body: unknown): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${bearer}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
