/**
 * `POST /v1/embeddings`: unit vectors that depend on the input alone. Pure, used inside the simulator.
 * Shape: https://platform.openai.com/docs/api-reference/embeddings/object
 */
import type { Behaviour } from "./behaviour";
import { isObject } from "./chat-request";
import { ApiProblem, invalidParam } from "./problem";
import { hashSeed, hashText, mixHash, seededRandom, tokensOfBytes } from "./text";
import { formatEmbeddingUsage } from "./usage";

export interface EmbeddingRequest {
  inputs: EmbeddingInput[];
  dimensions: number;
  isBase64: boolean;
  promptTokens: number;
}

interface EmbeddingInput {
  tokens: number;
  hash: number;
}

const defaultDimensions = 1_536;
const maxDimensions = 3_072;
const maxInputs = 2_048;

function isTokenList(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => Number.isInteger(item) && item >= 0);
}

function readInput(input: unknown): EmbeddingInput {
  if (typeof input === "string" && input !== "") {
    return { tokens: tokensOfBytes(Buffer.byteLength(input)), hash: mixHash(hashText(input)) };
  }
  if (isTokenList(input)) return { tokens: input.length, hash: mixHash(hashText(input.join(" "), ~hashSeed)) };
  throw invalidParam(
    "input",
    "Invalid 'input': expected a non-empty string or an array of tokens, or an array of these.",
  );
}

function readInputs(input: unknown): EmbeddingInput[] {
  if (input === undefined) {
    throw invalidParam("input", "Missing required parameter: 'input'.", "missing_required_parameter");
  }
  if (!Array.isArray(input) || isTokenList(input)) return [readInput(input)];
  if (input.length === 0 || input.length > maxInputs) {
    throw invalidParam("input", `Invalid 'input': expected 1 to ${maxInputs} inputs.`);
  }
  return input.map(readInput);
}

function readDimensions(value: unknown): number {
  if (value === undefined || value === null) return defaultDimensions;
  const isValid = typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= maxDimensions;
  if (!isValid) throw invalidParam("dimensions", `Invalid 'dimensions': expected 1 to ${maxDimensions}.`);
  return value;
}

/** Prompt tokens are ⌈UTF-8 bytes ÷ 4⌉ per text, or the number of tokens given. Throws an ApiProblem (400). */
export function readEmbeddingRequest(body: unknown): EmbeddingRequest {
  if (!isObject(body)) throw new ApiProblem(400, "The request body must be a JSON object.");
  const encoding = body.encoding_format ?? "float";
  if (encoding !== "float" && encoding !== "base64") {
    throw invalidParam("encoding_format", "Invalid 'encoding_format': expected 'float' or 'base64'.");
  }
  const inputs = readInputs(body.input);
  return {
    inputs,
    dimensions: readDimensions(body.dimensions),
    isBase64: encoding === "base64",
    promptTokens: inputs.reduce((sum, input) => sum + input.tokens, 0),
  };
}

/** A vector of length 1 in single precision. A shorter one points where the head of the longer one does. */
export function unitVector(hash: number, dimensions: number): Float32Array {
  const random = seededRandom(hash);
  const values = Array.from({ length: dimensions }, () => random() * 2 - 1);
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / norm);
}

function formatVector(vector: Float32Array, isBase64: boolean): string {
  // The client library reads little-endian floats, which is what every platform that Node runs on has.
  if (isBase64) return `"${Buffer.from(vector.buffer).toString("base64")}"`;
  // Nine significant digits are enough to give back the same single-precision number.
  return `[${Array.from(vector, (value) => Number(value.toPrecision(9))).join(",")}]`;
}

/** `modelJson` is the model's name as the caller wrote it, as a JSON string. */
export function formatEmbeddings(request: EmbeddingRequest, modelJson: string, kind: Behaviour["usage"]): string {
  const data = request.inputs.map((input, index) => {
    const vector = formatVector(unitVector(input.hash, request.dimensions), request.isBase64);
    return `{"object":"embedding","index":${index},"embedding":${vector}}`;
  });
  const usage = kind === "none" ? "" : `,"usage":${formatEmbeddingUsage(request.promptTokens, kind)}`;
  return `{"object":"list","data":[${data.join(",")}],"model":${modelJson}${usage}}`;
}
