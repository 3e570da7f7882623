/** Step 2: what is asked. One parse of the body, checked as far as the gateway depends on it; the provider checks the rest. */
import { z } from "zod";
import { GatewayError } from "../errors";

export type Endpoint = "chat" | "embeddings";

/** Where an endpoint's calls go, below a provider's base URL. */
export const upstreamPaths: Record<Endpoint, string> = { chat: "/chat/completions", embeddings: "/embeddings" };

export interface CallRequest {
  endpoint: Endpoint;
  model: string;
  isStream: boolean;
  /** The caller asked for the usage chunk itself. */
  wantsUsage: boolean;
  /** The longest answer asked for, per choice. */
  maxOutput: number | null;
  choices: number;
  /** Parts of messages that are not text and whose size the body does not show. */
  mediaParts: number;
  raw: Buffer;
  parsed: Record<string, unknown>;
}

const model = z.string({ error: "must be the name of a model" }).min(1, "must be the name of a model").max(300);
const tokens = z.int("must be a whole number").min(0).max(100_000_000).nullish();

const chatShape = z.looseObject({
  model,
  messages: z
    .array(z.looseObject({ role: z.string() }), { error: "must be a list of messages" })
    .min(1, "must hold at least one message"),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  n: z.int().min(1).max(128).nullish(),
});

const embeddingsShape = z.looseObject({
  model,
  input: z.union([z.string(), z.array(z.unknown()).min(1)], { error: "must be a text or a list" }),
});

function refuse(error: z.ZodError): never {
  const issue = error.issues[0];
  const param = issue?.path.map(String).join(".") ?? "";
  throw new GatewayError(
    "invalid_request",
    param ? `${param}: ${issue?.message}` : (issue?.message ?? "The body is not valid."),
    param ? { param } : {},
  );
}

function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString("utf8"));
  } catch {
    throw new GatewayError("invalid_request", "The body is not valid JSON.");
  }
}

function countMediaParts(messages: readonly Record<string, unknown>[]): number {
  let count = 0;
  for (const { content } of messages) {
    if (!Array.isArray(content)) continue;
    for (const part of content) if ((part as { type?: unknown } | null)?.type !== "text") count += 1;
  }
  return count;
}

function readChat(raw: Buffer, parsed: unknown): CallRequest {
  const result = chatShape.safeParse(parsed);
  if (!result.success) refuse(result.error);
  const { data } = result;
  return {
    endpoint: "chat",
    model: data.model,
    isStream: data.stream === true,
    wantsUsage: data.stream_options?.include_usage === true,
    maxOutput: data.max_completion_tokens ?? data.max_tokens ?? null,
    choices: data.n ?? 1,
    mediaParts: countMediaParts(data.messages),
    raw,
    parsed: parsed as Record<string, unknown>,
  };
}

function readEmbeddings(raw: Buffer, parsed: unknown): CallRequest {
  const result = embeddingsShape.safeParse(parsed);
  if (!result.success) refuse(result.error);
  return {
    endpoint: "embeddings",
    model: result.data.model,
    isStream: false,
    wantsUsage: false,
    maxOutput: 0,
    choices: 1,
    mediaParts: 0,
    raw,
    parsed: parsed as Record<string, unknown>,
  };
}

/** Reads a call's body. Throws `invalid_request` that names the field. */
export function readRequest(endpoint: Endpoint, raw: Buffer): CallRequest {
  const parsed = parseJson(raw);
  return endpoint === "chat" ? readChat(raw, parsed) : readEmbeddings(raw, parsed);
}

const openingBrace = "{".charCodeAt(0);

/**
 * The bytes that go to the provider: the caller's own wherever nothing changes. A stream is always asked for its usage; where
 * the caller said nothing about stream options, that is spliced in behind the opening brace instead of writing all anew.
 */
export function upstreamBody(request: CallRequest, upstreamName: string): Buffer {
  const { raw, parsed, isStream, wantsUsage } = request;
  const needsUsage = isStream && !wantsUsage;
  if (upstreamName === request.model) {
    if (!needsUsage) return raw;
    const brace = raw.indexOf(openingBrace);
    if (!("stream_options" in parsed)) {
      return Buffer.concat([
        raw.subarray(0, brace + 1),
        Buffer.from('"stream_options":{"include_usage":true},'),
        raw.subarray(brace + 1),
      ]);
    }
  }
  const options = needsUsage
    ? { stream_options: { ...(parsed.stream_options as object | null), include_usage: true } }
    : {};
  return Buffer.from(JSON.stringify({ ...parsed, model: upstreamName, ...options }));
}
