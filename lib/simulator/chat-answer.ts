/**
 * Decides what a simulated model says and how many tokens that is. Pure: the same request and behaviour always give the
 * same answer. Used inside the simulator.
 */
import type { ParsedModel } from "./behaviour";
import type { ChatRequest } from "./chat-request";
import { sampleJson, toAsciiJson } from "./sample";
import { firstTokens, mixHash, tokensOfBytes, wordsOf } from "./text";
import type { TokenCounts } from "./usage";

export interface ChatChoice {
  index: number;
  /** Always ASCII: the content, or the arguments of the tool call. Token i is its characters 4i to 4i + 3. */
  text: string;
  /** Whether `text` can stand in a JSON string as it is. */
  isPlain: boolean;
  /** Content tokens, without reasoning. */
  tokens: number;
  reasoning: number;
  toolName: string | null;
  finishReason: "stop" | "length" | "tool_calls";
}

const minWords = 16;
const wordsSpread = 49;
const minReasoning = 32;
const reasoningSpread = 97;

function composeText(request: ChatRequest, tokens: number | null, hash: number): { text: string; isPlain: boolean } {
  if (request.tool) return { text: sampleJson(request.tool.parameters), isPlain: false };
  const words = wordsOf(hash, tokens ?? minWords + (hash % wordsSpread));
  if (request.format.kind === "text") return { text: words, isPlain: true };
  const { schema } = request.format;
  return { text: schema ? sampleJson(schema) : toAsciiJson({ answer: words }), isPlain: false };
}

/** Cuts the text before the first stop sequence in it; null when there is none. */
function cutAtStop(text: string, stop: string[]): string | null {
  const places = stop.map((sequence) => text.indexOf(sequence)).filter((place) => place >= 0);
  return places.length === 0 ? null : text.slice(0, Math.min(...places));
}

function reasoningOf({ model, behaviour }: ParsedModel, hash: number): number {
  if (behaviour.reasoning !== null) return behaviour.reasoning;
  return model.name === "sim-reasoning" ? minReasoning + (mixHash(hash) % reasoningSpread) : 0;
}

function composeChoice(request: ChatRequest, parsed: ParsedModel, index: number): ChatChoice {
  const hash = mixHash(request.promptHash + index);
  const limit = Math.min(request.maxTokens ?? Number.POSITIVE_INFINITY, parsed.model.max_output_tokens);
  const reasoning = Math.min(reasoningOf(parsed, hash), limit);
  const whole = composeText(request, parsed.behaviour.tokens, hash);
  // Reasoning eats from the same allowance as content, as it does with the real models.
  const room = limit - reasoning;
  const isCut = tokensOfBytes(whole.text.length) > room;
  const kept = isCut ? firstTokens(whole.text, room) : whole.text;
  const stopped = request.tool || request.stop.length === 0 ? null : cutAtStop(kept, request.stop);
  const text = stopped ?? kept;
  const ended = request.tool ? "tool_calls" : "stop";
  return {
    index,
    text,
    isPlain: whole.isPlain,
    tokens: tokensOfBytes(text.length),
    reasoning,
    toolName: request.tool?.name ?? null,
    finishReason: stopped === null && isCut ? "length" : ended,
  };
}

/** All choices of an answer. */
export function composeChoices(request: ChatRequest, parsed: ParsedModel): ChatChoice[] {
  if (request.choices === 1) return [composeChoice(request, parsed, 0)];
  return Array.from({ length: request.choices }, (_, index) => composeChoice(request, parsed, index));
}

/** Half of the prompt, rounded down, is cached with `sim-cached`, and nothing with the others, unless a parameter says so. */
function cachedOf({ model, behaviour }: ParsedModel, promptTokens: number): number {
  if (behaviour.cached !== null) return Math.min(behaviour.cached, promptTokens);
  return model.name === "sim-cached" ? Math.floor(promptTokens / 2) : 0;
}

/** What the call truly used. */
export function countTokens(request: ChatRequest, parsed: ParsedModel, choices: ChatChoice[]): TokenCounts {
  let reasoning = 0;
  let content = 0;
  for (const choice of choices) {
    reasoning += choice.reasoning;
    content += choice.tokens;
  }
  const prompt = request.promptTokens;
  return { prompt, cached: cachedOf(parsed, prompt), completion: content + reasoning, reasoning };
}
