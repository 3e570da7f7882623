/**
 * Step 2: what is asked. One parse of the body, checked as far as the gateway depends on it; the provider checks the rest. By hand,
 * because a schema's checks copy the body once more and cost more than its parse.
 */
import { GatewayError } from "../errors";
import { type JsonBody, readJsonBody, refuseLookalikes } from "./body";

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

const maxModelName = 300;
const maxTokens = 100_000_000;
const maxChoices = 128;

// What the gateway decides by: nobody may read these otherwise than it did.
const decisiveNames: Record<Endpoint, readonly string[]> = {
  chat: ["model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n"],
  embeddings: ["model", "input"],
};

/** Throws `invalid_request` that names the field. */
export function refuse(param: string, problem: string): never {
  throw new GatewayError("invalid_request", `${param}: ${problem}`, { param });
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readModel({ model }: Fields): string {
  if (typeof model !== "string" || model === "") refuse("model", "must be the name of a model");
  if (model.length > maxModelName) refuse("model", `must have at most ${maxModelName} characters`);
  return model;
}

/** A whole number from 1 to `max`; null where none is given. */
function readCount(fields: Fields, name: string, max: number): number | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  if (typeof value !== "number" || !Number.isSafeInteger(value)) refuse(name, "must be a whole number");
  if (value < 1) refuse(name, "must be at least 1");
  if (value > max) refuse(name, `must be at most ${max}`);
  return value;
}

/** The longest answer that a call asks for, in tokens; null where it sets no bound. */
export function readMaxOutput(fields: Fields, name: string): number | null {
  return readCount(fields, name, maxTokens);
}

/** A flag that is off where it is not given. */
export function readFlag(value: unknown, name: string): boolean {
  if (typeof value === "boolean") return value;
  return value === undefined || value === null ? false : refuse(name, "must be true or false");
}

function readWantsUsage({ stream_options: options }: Fields): boolean {
  if (options === undefined || options === null) return false;
  if (!isObject(options)) refuse("stream_options", "must be an object");
  refuseLookalikes(options, ["include_usage"], "stream_options.");
  return readFlag(options.include_usage, "stream_options.include_usage");
}

/** How many parts of the messages are not text. */
function readMessages({ messages }: Fields): number {
  if (!Array.isArray(messages)) refuse("messages", "must be a list of messages");
  if (messages.length === 0) refuse("messages", "must hold at least one message");
  let mediaParts = 0;
  for (let index = 0; index < messages.length; index++) {
    const message: unknown = messages[index];
    if (!isObject(message)) refuse(`messages.${index}`, "must be a message");
    if (typeof message.role !== "string") refuse(`messages.${index}.role`, "must be a text");
    if (!Array.isArray(message.content)) continue;
    for (const part of message.content) if ((part as { type?: unknown } | null)?.type !== "text") mediaParts += 1;
  }
  return mediaParts;
}

function readChat(raw: Buffer, { parsed, isPlain }: JsonBody): CallRequest {
  const model = readModel(parsed);
  const mediaParts = readMessages(parsed);
  const isStream = readFlag(parsed.stream, "stream");
  const wantsUsage = readWantsUsage(parsed);
  const older = readMaxOutput(parsed, "max_tokens");
  const newer = readMaxOutput(parsed, "max_completion_tokens");
  return {
    endpoint: "chat",
    model,
    isStream,
    wantsUsage,
    // Some providers know only one of the two names, so where both are given the larger may be what counts.
    maxOutput: older === null || newer === null ? (older ?? newer) : Math.max(older, newer),
    choices: readCount(parsed, "n", maxChoices) ?? 1,
    mediaParts,
    inputs: 1,
    raw,
    isPlain,
    parsed,
  };
}

/** A list of numbers is one text in tokens; any other list holds one text per element. */
function readInputs({ input }: Fields): number {
  if (typeof input === "string") return 1;
  if (!Array.isArray(input) || input.length === 0) refuse("input", "must be a text or a list");
  return typeof input[0] === "number" ? 1 : input.length;
}

function readEmbeddings(raw: Buffer, { parsed, isPlain }: JsonBody): CallRequest {
  return {
    endpoint: "embeddings",
    model: readModel(parsed),
    isStream: false,
    wantsUsage: false,
    maxOutput: 0,
    choices: 1,
    mediaParts: 0,
    inputs: readInputs(parsed),
    raw,
    isPlain,
    parsed,
  };
}

/**
 * Reads a call's body, whatever `content-type` says: what is not JSON is refused as that, as OpenAI does. Throws
 * `invalid_request` that names the field.
 */
export function readRequest(endpoint: Endpoint, raw: Buffer): CallRequest {
  const body = readJsonBody(raw);
  refuseLookalikes(body.parsed, decisiveNames[endpoint]);
  return endpoint === "chat" ? readChat(raw, body) : readEmbeddings(raw, body);
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
