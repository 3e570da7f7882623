/** One HTTP attempt at a receiver, and what became of it in words that its owner understands. Knows no rows. */
import type { Readable } from "node:stream";
import type { Agent } from "undici";
import { describeError } from "@/lib/jobs/describe-error";
import { TargetRefusedError } from "@/lib/net/guard";
import { type SignedContent, signedHeaders } from "./signature";

export interface Outcome {
  /** Null where no answer came. */
  status_code: number | null;
  /** Null for a success: any 2xx. */
  error: string | null;
  duration_ms: number;
  response_snippet: string | null;
}

export interface WebhookRequest {
  url: string;
  secrets: readonly string[];
  content: SignedContent;
}

export interface SendOptions {
  agent: Agent;
  /** From the first byte sent to the last one read. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

const sendTimeoutMs = 10_000;
const snippetBytes = 1024;

/** The first kilobyte of a body as text that Postgres can keep; the rest is not read. */
async function readSnippet(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).byteLength;
      if (size >= snippetBytes) break;
    }
  } catch {
    // The status has decided already; an answer that breaks off later only has a shorter snippet.
  }
  const text = Buffer.concat(chunks).subarray(0, snippetBytes).toString("utf8");
  // A character that the cut split in two became U+FFFD, which is longer than what it replaced.
  return text.replaceAll("\0", "").replace(/\ufffd{1,3}$/, "");
}

const networkSentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: "The connection was refused.",
  ECONNRESET: "The connection was reset.",
  EHOSTUNREACH: "The host cannot be reached.",
  ENETUNREACH: "The network cannot be reached.",
  ENOTFOUND: "The host name does not resolve.",
  EAI_AGAIN: "The host name does not resolve at the moment.",
  UND_ERR_SOCKET: "The connection was closed before an answer came.",
  UND_ERR_CONNECT_TIMEOUT: "No connection within the time allowed.",
};

function describeFailure(error: unknown, timeoutMs: number): string {
  if (error instanceof TargetRefusedError) return `Not sent: ${error.message}.`;
  const { name, code = "" } = error as { name?: string; code?: string };
  if (name === "TimeoutError" || code === "UND_ERR_HEADERS_TIMEOUT")
    return `No answer within ${timeoutMs / 1000} seconds.`;
  return networkSentences[code] ?? describeError(error);
}

function describeStatus(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `Answered ${status}: redirects are not followed.`;
  return status === 410 ? "Answered 410: the receiver is gone for good." : `Answered ${status}.`;
}

/** The headers that are the same at every attempt. */
export function plainHeaders(messageId: string): Record<string, string> {
  return { "content-type": "application/json", "user-agent": "pllm-webhooks/1", "webhook-id": messageId };
}

/** Posts the signed content. Never throws for what the receiver or the network does; rejects only if `signal` aborts. */
export async function sendWebhook(request: WebhookRequest, options: SendOptions): Promise<Outcome> {
  const { agent, timeoutMs = sendTimeoutMs, signal } = options;
  const { origin, pathname, search } = new URL(request.url);
  const startedAt = performance.now();
  const deadline = AbortSignal.timeout(timeoutMs);
  const finish = (status_code: number | null, error: string | null, response_snippet: string | null): Outcome => ({
    status_code,
    error,
    duration_ms: Math.round(performance.now() - startedAt),
    response_snippet,
  });
  try {
    const { statusCode, body } = await agent.request({
      origin,
      path: pathname + search,
      method: "POST",
      headers: { ...plainHeaders(request.content.id), ...signedHeaders(request.secrets, request.content) },
      body: request.content.body,
      signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
    });
    return finish(statusCode, describeStatus(statusCode), await readSnippet(body));
  } catch (error) {
    signal?.throwIfAborted();
    return finish(null, describeFailure(error, timeoutMs), null);
  }
}
