/** Step 2: what is asked. One parse of the body, checked as far as the gateway depends on it; the provider checks the rest. */
import { z } from "zod";
import { GatewayError } from "../errors";
import { readJsonBody, refuseLookalikes } from "./body";

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
  /** Texts that the model reads one by one: several only for embeddings. */
  inputs: number;
  raw: Buffer;
  /** `raw` may be sent as it is; see JsonBody. */
  isPlain: boolean;
  parsed: Record<string, unknown>;
}

const model = z.string({ error: "must be the name of a model" }).min(1, "must be the name of a model").max(300);
const tokens = z
  .int("must be a whole number")
  .min(1, "must be at least 1")
  .max(100_000_000, "must be at most 100000000")
  .nullish();
const flag = z.boolean("must be true or false").nullish();

const chatShape = z.looseObject({
  model,
  messages: z
    .array(z.looseObject({ role: z.string("must be a text") }, "must be a message"), "must be a list of messages")
    .min(1, "must hold at least one message"),
  stream: flag,
  stream_options: z.looseObject({ include_usage: flag }, "must be an object").nullish(),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  n: z.int("must be a whole number").min(1, "must be at least 1").max(128, "must be at most 128").nullish(),
});

const embeddingsShape = z.looseObject({
  model,
  input: z.union([z.string(), z.array(z.unknown()).min(1)], { error: "must be a text or a list" }),
});

// What the gateway decides by: nobody may read these otherwise than it did.
const decisiveNames: Record<Endpoint, readonly string[]> = {
  chat: Object.keys(chatShape.shape),
  embeddings: Object.keys(embeddingsShape.shape),
};

function refuse(error: z.ZodError): never {
  const issue = error.issues[0];
  const param = issue?.path.map(String).join(".") ?? "";
  throw new GatewayError(
    "invalid_request",
    param ? `${param}: ${issue?.message}` : (issue?.message ?? "The body is not valid."),
    param ? { param } : {},
  );
}

function countMediaParts(messages: readonly Record<string, unknown>[]): number {
  let count = 0;
  for (const { content } of messages) {
    if (!Array.isArray(content)) continue;
    for (const part of content) if ((part as { type?: unknown } | null)?.type !== "text") count += 1;
  }
  return count;
}

type Reading = Pick<CallRequest, "raw" | "parsed" | "isPlain">;

function readChat(reading: Reading): CallRequest {
  const result = chatShape.safeParse(reading.parsed);
  if (!result.success) refuse(result.error);
  const { data } = result;
  if (data.stream_options) refuseLookalikes(data.stream_options, ["include_usage"], "stream_options.");
  // Some providers know only one of the two names, so where both are given the larger may be what counts.
  const asked = [data.max_completion_tokens, data.max_tokens].filter((value) => typeof value === "number");
  return {
    ...reading,
    endpoint: "chat",
    model: data.model,
    isStream: data.stream === true,
    wantsUsage: data.stream_options?.include_usage === true,
    maxOutput: asked.length > 0 ? Math.max(...asked) : null,
    choices: data.n ?? 1,
    mediaParts: countMediaParts(data.messages),
    inputs: 1,
  };
}

/** A list of numbers is one text in tokens; any other list holds one text per element. */
function countInputs(input: string | unknown[]): number {
  return Array.isArray(input) && typeof input[0] !== "number" ? input.length : 1;
}

function readEmbeddings(reading: Reading): CallRequest {
  const result = embeddingsShape.safeParse(reading.parsed);
  if (!result.success) refuse(result.error);
  return {
    ...reading,
    endpoint: "embeddings",
    model: result.data.model,
    isStream: false,
    wantsUsage: false,
    maxOutput: 0,
    choices: 1,
    mediaParts: 0,
    inputs: countInputs(result.data.input),
  };
}

/**
 * Reads a call's body, whatever `content-type` says: what is not JSON is refused as that, as OpenAI does. Throws
 * `invalid_request` that names the field.
 */
export function readRequest(endpoint: Endpoint, raw: Buffer): CallRequest {
  const reading = { raw, ...readJsonBody(raw) };
  refuseLookalikes(reading.parsed, decisiveNames[endpoint]);
  return endpoint === "chat" ? readChat(reading) : readEmbeddings(reading);
}

const openingBrace = "{".charCodeAt(0);

/**
 * The bytes that go to the provider: the caller's own wherever nothing changes. A stream is always asked for its usage; where
 * the caller said nothing about stream options, that is spliced in behind the opening brace instead of writing all anew.
 */
export function upstreamBody(request: CallRequest, upstreamName: string): Buffer {
  const { raw, parsed, isPlain, isStream, wantsUsage } = request;
  const needsUsage = isStream && !wantsUsage;
  if (isPlain && upstreamName === request.model) {
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
