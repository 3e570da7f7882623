/**
 * One request to a provider over undici's dispatch, the fastest of its interfaces. Reports the head as a promise and the
 * body by callbacks, with back-pressure. Targets are guarded when connections are made (lib/net/guard).
 */
import type { Dispatcher } from "undici";
import { type Headers, headerOf } from "../exchange";

export interface UpstreamRequest {
  /** Without a trailing slash, e.g. `https://api.openai.com/v1`. */
  baseUrl: string;
  /** Below the base URL, e.g. `/chat/completions`. */
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  firstByteTimeoutMs: number;
  idleTimeoutMs: number;
  /** Over everything, from now on. */
  totalTimeoutMs: number;
}

export interface BodySink {
  /** False: pause until `resume` is called. */
  onData(chunk: Buffer): boolean;
  onEnd(): void;
  onError(error: Error): void;
}

/** The provider took longer than the whole call may. */
class TotalTimeoutError extends Error {
  readonly code = "PLLM_TOTAL_TIMEOUT";
}

/** Of the body of an answer that nobody reads, what is read at most to keep the connection. */
const maxDiscardedBytes = 65_536;

export class UpstreamResponse {
  status = 0;
  headers: Headers = {};
  /** The request is on its way: from here on the provider may have it, and bill it. */
  isSent = false;
  readonly head: Promise<void>;
  #controller: Dispatcher.DispatchController | undefined;
  #early: Buffer[] = [];
  #sink: BodySink | undefined;
  #outcome: { error: Error | null } | undefined;
  #resolveHead: () => void = () => undefined;
  #rejectHead: (error: Error) => void = () => undefined;
  #hasHead = false;
  #isDelivered = false;
  readonly #timer: NodeJS.Timeout;

  constructor(dispatcher: Dispatcher, request: UpstreamRequest) {
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    const url = new URL(request.baseUrl);
    this.#timer = setTimeout(
      () => this.abort(new TotalTimeoutError("the call took longer than it may")),
      request.totalTimeoutMs,
    );
    const options: Dispatcher.DispatchOptions = {
      origin: url.origin,
      path: url.pathname.replace(/\/$/, "") + request.path,
      method: "POST",
      headers: request.headers,
      body: request.body,
      headersTimeout: request.firstByteTimeoutMs,
      bodyTimeout: request.idleTimeoutMs,
    };
    dispatcher.dispatch(options, {
      onRequestStart: (controller) => {
        this.#controller = controller;
        if (this.#outcome) controller.abort(this.#outcome.error ?? new Error("aborted"));
        else this.isSent = true;
      },
      onResponseStart: (_controller, status, headers) => this.#onHead(status, headers),
      onResponseData: (_controller, chunk) => this.#onData(chunk),
      onResponseEnd: () => this.#finish(null),
      onResponseError: (_controller, error) => this.#finish(error),
    });
  }

  /** Hands the body over: what came already, then the rest as it comes. */
  consume(sink: BodySink): void {
    this.#sink = sink;
    for (const chunk of this.#early.splice(0)) {
      if (this.#isDelivered) return;
      if (!sink.onData(chunk)) this.#controller?.pause();
    }
    if (this.#outcome) this.#deliver(sink, this.#outcome.error);
  }

  resume(): void {
    this.#controller?.resume();
  }

  /** Ends the request; the sink hears of it as an error. */
  abort(reason: Error): void {
    if (this.#outcome) return;
    if (this.#controller) this.#controller.abort(reason);
    else this.#finish(reason);
  }

  /** Lets go of the body without waiting for it. A short one is read to its end, so that the connection can be used again. */
  discard(): void {
    let size = 0;
    this.consume({
      onData: (chunk) => {
        size += chunk.length;
        if (size > maxDiscardedBytes) this.abort(new Error("nobody reads this answer"));
        return true;
      },
      onEnd: () => undefined,
      onError: () => undefined,
    });
  }

  #onHead(status: number, headers: Headers): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.#hasHead = true;
    this.#resolveHead();
  }

  #onData(chunk: Buffer): void {
    if (!this.#sink) this.#early.push(chunk);
    else if (!this.#sink.onData(chunk)) this.#controller?.pause();
  }

  #finish(error: Error | null): void {
    if (this.#outcome) return;
    clearTimeout(this.#timer);
    this.#outcome = { error };
    if (!this.#hasHead) this.#rejectHead(error ?? new Error("the provider closed the connection without an answer"));
    else if (this.#sink) this.#deliver(this.#sink, error);
  }

  #deliver(sink: BodySink, error: Error | null): void {
    if (this.#isDelivered) return;
    this.#isDelivered = true;
    if (error) sink.onError(error);
    else sink.onEnd();
  }
}

/** Whether a failure is one of time, as opposed to one of connection. */
export function isTimeout(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return (
    code === "UND_ERR_HEADERS_TIMEOUT" ||
    code === "UND_ERR_BODY_TIMEOUT" ||
    code === "UND_ERR_CONNECT_TIMEOUT" ||
    code === "PLLM_TOTAL_TIMEOUT"
  );
}

/** `retry-after` in seconds, which may be sent as a number or as a date (RFC 9110, section 10.2.3); at most an hour. */
export function retryAfterOf(headers: Headers, nowMs: number): number | null {
  const text = headerOf(headers, "retry-after")?.trim();
  if (!text) return null;
  const seconds = /^\d/.test(text) ? Number(text) : (Date.parse(text) - nowMs) / 1_000;
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) : null;
}
