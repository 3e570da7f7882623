/**
 * The scripts that a scripted upstream plays: single steps, and whole answers in OpenAI's shape made of them. A script is
 * an array of steps, so that tests take one apart and put a gate, a cut or a reset where they need it. Tests only.
 */

/** Something that a script waits for and a test opens. */
export interface Gate {
  open(): void;
  readonly opened: Promise<void>;
}

export type Step =
  | { do: "head"; status: number; headers: Record<string, string> }
  | { do: "write"; bytes: Buffer; splitAt: readonly number[] }
  | { do: "raw"; bytes: Buffer; splitAt: readonly number[] }
  | { do: "wait"; until: number | Promise<unknown> }
  | { do: "end" }
  | { do: "hang_up" }
  | { do: "destroy" }
  | { do: "stall" };

/** A script that runs out without `end`, `hangUp`, `destroy` or `stall` ends its answer properly. */
export type Script = readonly Step[];

function toBuffer(data: string | Uint8Array): Buffer {
  return Buffer.from(data);
}

/** Sends status and headers at once, without waiting for the body. */
export function head(status: number, headers: Record<string, string> = {}): Step {
  return { do: "head", status, headers };
}

/** Sends body bytes as a TCP segment of their own; with `splitAt` (byte offsets) as one segment per part. */
export function write(data: string | Uint8Array, splitAt: readonly number[] = []): Step {
  return { do: "write", bytes: toBuffer(data), splitAt };
}

/** Sends bytes past the HTTP layer: broken heads, wrong framing. The connection closes when the script runs out. */
export function raw(data: string | Uint8Array, splitAt: readonly number[] = []): Step {
  return { do: "raw", bytes: toBuffer(data), splitAt };
}

/** Waits so many milliseconds, for a promise, or for a gate. */
export function wait(until: number | Promise<unknown> | Gate): Step {
  return { do: "wait", until: typeof until === "object" && "opened" in until ? until.opened : until };
}

/** Ends the answer properly. */
export function end(): Step {
  return { do: "end" };
}

/** Closes the connection (FIN) with the answer unfinished; the client still gets all that was written. */
export function hangUp(): Step {
  return { do: "hang_up" };
}

/** Resets the connection (RST); what the client has not read by then is lost. */
export function destroy(): Step {
  return { do: "destroy" };
}

/** Keeps the connection open and says no more, until the client goes away or the upstream is closed. */
export function stall(): Step {
  return { do: "stall" };
}

/** A whole JSON answer with its length. A string is sent as it is, so that the JSON may be broken. */
export function jsonResponse(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  const bytes = toBuffer(typeof body === "string" ? body : JSON.stringify(body));
  const all = { "content-type": "application/json", "content-length": String(bytes.length), ...headers };
  return [head(status, all), write(bytes), end()];
}

export interface UsageNumbers {
  prompt: number;
  completion: number;
  cached?: number;
  reasoning?: number;
}

/** A `usage` object in OpenAI's shape. */
export function usageOf({ prompt, completion, cached = 0, reasoning = 0 }: UsageNumbers): Record<string, unknown> {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

interface AnswerOptions {
  model?: string;
  /** Sent as it is, however odd; absent leaves the field out. */
  usage?: unknown;
  finishReason?: string;
  headers?: Record<string, string>;
}

const scriptedId = "chatcmpl-scripted0000000000000000000";
const scriptedCreated = 1_735_689_600;

/** An answer to `POST /v1/chat/completions` that is not streamed. */
export function chatCompletion(options: AnswerOptions & { content?: string } = {}): Script {
  const { content = "Hello.", model = "scripted", usage, finishReason = "stop", headers = {} } = options;
  const message = { role: "assistant", content, refusal: null, annotations: [] };
  return jsonResponse(
    200,
    {
      id: scriptedId,
      object: "chat.completion",
      created: scriptedCreated,
      model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
      usage,
      service_tier: "default",
      system_fingerprint: "fp_5c41b7ed00",
    },
    headers,
  );
}

export interface StreamOptions extends AnswerOptions {
  tokens: readonly string[];
  /** Whether the usage chunk comes, and `"usage":null` in the chunks before it. Defaults to whether there is a usage. */
  includeUsage?: boolean;
}

/** The server-sent events of a streamed answer: role, one per token, finish, usage if included, `[DONE]`. */
export function streamEvents(options: StreamOptions): string[] {
  const { tokens, model = "scripted", usage, finishReason = "stop", includeUsage = usage !== undefined } = options;
  const format = (choices: unknown[], report: unknown): string =>
    `data: ${JSON.stringify({
      id: scriptedId,
      object: "chat.completion.chunk",
      created: scriptedCreated,
      model,
      service_tier: "default",
      system_fingerprint: "fp_5c41b7ed00",
      choices,
      usage: includeUsage ? report : undefined,
    })}\n\n`;
  const formatDelta = (delta: unknown, reason: string | null): string =>
    format([{ index: 0, delta, logprobs: null, finish_reason: reason }], null);
  return [
    formatDelta({ role: "assistant", content: "", refusal: null }, null),
    ...tokens.map((content) => formatDelta({ content }, null)),
    formatDelta({}, finishReason),
    ...(includeUsage ? [format([], usage ?? null)] : []),
    "data: [DONE]\n\n",
  ];
}

/** The head that goes before `streamEvents`. */
export function streamHead(headers: Record<string, string> = {}): Step {
  return head(200, { "content-type": "text/event-stream; charset=utf-8", ...headers });
}

/**
 * A streamed answer: one TCP segment per event, or, with `splitAt`, the whole body cut at these byte offsets and nowhere
 * else.
 */
export function chatStream(options: StreamOptions & { splitAt?: readonly number[] }): Script {
  const events = streamEvents(options);
  const writes = options.splitAt ? [write(events.join(""), options.splitAt)] : events.map((event) => write(event));
  return [streamHead(options.headers), ...writes, end()];
}

export interface ErrorOptions {
  /** Seconds or an HTTP date, as it is to stand in `retry-after`. */
  retryAfter?: number | string;
  message?: string;
  type?: string;
  code?: string | null;
  headers?: Record<string, string>;
}

/** A refusal in OpenAI's error shape. */
export function errorResponse(status: number, options: ErrorOptions = {}): Script {
  const { retryAfter, message = `scripted ${status}`, code = null, headers = {} } = options;
  const type = options.type ?? (status >= 500 ? "server_error" : "invalid_request_error");
  const waiting: Record<string, string> = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  return jsonResponse(status, { error: { message, type, param: null, code } }, { ...waiting, ...headers });
}
