/**
 * Reads the body of `POST /v1/chat/completions`. Pure, used inside the simulator. Fields that the simulator has no use
 * for are tolerated; fields that it uses are checked, because clients rely on the provider's refusals too.
 */
import { ApiProblem, invalidParam } from "./problem";
import { hashSeed, hashText, tokensOfBytes } from "./text";

export interface ChatRequest {
  model: string;
  stream: boolean;
  /** `stream_options.include_usage` */
  includeUsage: boolean;
  choices: number;
  /** Completion tokens asked for at most, reasoning included; null when the caller set no bound. */
  maxTokens: number | null;
  stop: string[];
  /** The tool that must be called, null when the answer is to be text. */
  tool: { name: string; parameters: unknown } | null;
  /** What the text must be: words, any JSON object, or JSON of this schema. */
  format: { kind: "text" } | { kind: "json"; schema: unknown };
  promptTokens: number;
  promptHash: number;
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Four tokens of framing per message, so that an empty message is not free. */
const tokensPerMessage = 4;

function readInteger(body: JsonObject, field: string, min: number, max: number): number | null {
  const value = body[field] ?? null;
  if (value === null) return null;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw invalidParam(field, `Invalid type for '${field}': expected an integer.`, "invalid_type");
  }
  if (value < min) {
    throw invalidParam(field, `Invalid '${field}': expected a value >= ${min}.`, "integer_below_min_value");
  }
  if (value > max) {
    throw invalidParam(field, `Invalid '${field}': expected a value <= ${max}.`, "integer_above_max_value");
  }
  return value;
}

function readBoolean(body: JsonObject, field: string, path = field): boolean {
  const value = body[field] ?? false;
  if (typeof value !== "boolean") {
    throw invalidParam(path, `Invalid type for '${path}': expected a boolean.`, "invalid_type");
  }
  return value;
}

function readStop(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const isValid = list.length <= 4 && list.every((item) => typeof item === "string" && item !== "");
  if (!isValid) throw invalidParam("stop", "Invalid 'stop': expected one to four non-empty strings.", "invalid_type");
  return list.filter((item) => typeof item === "string");
}

function readTool(body: JsonObject): ChatRequest["tool"] {
  const choice = body.tool_choice ?? null;
  const wanted = isObject(choice) && isObject(choice.function) ? choice.function.name : null;
  if (choice !== "required" && wanted === null) return null;
  const tools: unknown[] = Array.isArray(body.tools) ? body.tools : [];
  for (const tool of tools) {
    const definition = isObject(tool) && isObject(tool.function) ? tool.function : null;
    if (typeof definition?.name !== "string" || (wanted !== null && definition.name !== wanted)) continue;
    return { name: definition.name, parameters: definition.parameters };
  }
  throw invalidParam("tool_choice", "Invalid 'tool_choice': no such function among 'tools'.");
}

function readFormat(value: unknown): ChatRequest["format"] {
  if (!isObject(value)) return { kind: "text" };
  if (value.type === "json_object") return { kind: "json", schema: null };
  if (value.type !== "json_schema") return { kind: "text" };
  return { kind: "json", schema: isObject(value.json_schema) ? value.json_schema.schema : null };
}

/** Adds up bytes and hash of the texts of all messages in one pass. */
class PromptMeter {
  bytes = 0;
  hash: number;

  constructor(seed: number) {
    this.hash = seed;
  }

  addText(text: string): void {
    this.bytes += Buffer.byteLength(text);
    this.hash = hashText(text, this.hash);
  }

  addMessage(message: unknown, index: number): void {
    const path = `messages[${index}]`;
    if (!isObject(message)) throw invalidParam(path, `Invalid type for '${path}': expected an object.`, "invalid_type");
    if (typeof message.role !== "string") {
      throw invalidParam(`${path}.role`, `Missing required parameter: '${path}.role'.`, "missing_required_parameter");
    }
    this.hash = hashText(message.role, this.hash);
    const content = message.content ?? null;
    if (typeof content === "string") this.addText(content);
    else if (Array.isArray(content)) this.addParts(content);
    else if (content !== null) {
      const expected = "expected a string or an array of parts";
      throw invalidParam(`${path}.content`, `Invalid type for '${path}.content': ${expected}.`, "invalid_type");
    }
  }

  addParts(parts: unknown[]): void {
    for (const part of parts) {
      if (isObject(part) && typeof part.text === "string") this.addText(part.text);
    }
  }
}

function missing(param: string): ApiProblem {
  return invalidParam(param, `Missing required parameter: '${param}'.`, "missing_required_parameter");
}

/** The `model` of a body, or the refusal of a body that has none. */
export function readModelName(body: unknown): string {
  if (!isObject(body)) throw new ApiProblem(400, "The request body must be a JSON object.");
  if (body.model === undefined || body.model === "") {
    throw invalidParam("model", "you must provide a model parameter", "missing_required_parameter");
  }
  if (typeof body.model !== "string") {
    throw invalidParam("model", "Invalid type for 'model': expected a string.", "invalid_type");
  }
  return body.model;
}

/**
 * `promptTokens` is ⌈UTF-8 bytes of all message texts ÷ 4⌉ + 4 per message; images, audio, tool calls and tool
 * definitions count nothing. `promptHash` covers model, roles, texts and `seed`. Throws an ApiProblem (400).
 */
export function readChatRequest(body: unknown): ChatRequest {
  const model = readModelName(body);
  if (!isObject(body)) throw new ApiProblem(400, "The request body must be a JSON object.");
  const { messages, stream_options: streamOptions } = body;
  if (messages === undefined) throw missing("messages");
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalidParam("messages", "Invalid 'messages': expected a non-empty array.", "invalid_type");
  }
  const meter = new PromptMeter(hashText(model.split(";", 1)[0] ?? "", hashSeed));
  for (let i = 0; i < messages.length; i++) meter.addMessage(messages[i], i);
  const seed = readInteger(body, "seed", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const stream = readBoolean(body, "stream");
  if (isObject(streamOptions) && !stream) {
    throw invalidParam("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  }
  const older = readInteger(body, "max_tokens", 1, Number.MAX_SAFE_INTEGER);
  return {
    model,
    stream,
    includeUsage:
      isObject(streamOptions) && readBoolean(streamOptions, "include_usage", "stream_options.include_usage"),
    choices: readInteger(body, "n", 1, 128) ?? 1,
    maxTokens: readInteger(body, "max_completion_tokens", 1, Number.MAX_SAFE_INTEGER) ?? older,
    stop: readStop(body.stop),
    tool: readTool(body),
    format: readFormat(body.response_format),
    promptTokens: tokensOfBytes(meter.bytes) + tokensPerMessage * messages.length,
    promptHash: seed === null ? meter.hash : hashText(String(seed), meter.hash),
  };
}
