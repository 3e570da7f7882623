/** Usage reports as JSON text, truthful or odd on purpose. Pure, used inside the simulator. */
import type { Behaviour } from "./behaviour";

export interface TokenCounts {
  prompt: number;
  /** Part of `prompt`. */
  cached: number;
  /** Over all choices. */
  completion: number;
  /** Part of `completion`. */
  reasoning: number;
}

type UsageKind = Behaviour["usage"];

function chatUsage(prompt: string, completion: string, total: string, details: string): string {
  return `{"prompt_tokens":${prompt},"completion_tokens":${completion},"total_tokens":${total}${details}}`;
}

function detailsOf(cached: number, reasoning: number): string {
  return (
    `,"prompt_tokens_details":{"cached_tokens":${cached},"audio_tokens":0},` +
    `"completion_tokens_details":{"reasoning_tokens":${reasoning},"audio_tokens":0,` +
    `"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}`
  );
}

const identity = (value: number): string => String(value);

/** How each odd kind writes one number. */
const numberWriters: Partial<Record<UsageKind, (value: number) => string>> = {
  excess: (value) => String(value * 10),
  zero: () => "0",
  negative: () => "-1",
  fraction: (value) => `${value}.5`,
  strings: (value) => `"${value}"`,
};

/** The `usage` object of a chat completion; `null` for the kind of that name. Kind `none` has no text: leave the field out. */
export function formatChatUsage(counts: TokenCounts, kind: UsageKind): string {
  if (kind === "null") return "null";
  const { prompt, cached, completion, reasoning } = counts;
  const write = numberWriters[kind] ?? identity;
  const total = kind === "mismatch" ? 1 : prompt + completion;
  const cachedShown = kind === "cached_over" ? 2 * prompt : cached;
  const details = kind === "no_details" ? "" : detailsOf(cachedShown, reasoning);
  return chatUsage(write(prompt), write(completion), write(total), details);
}

/** The `usage` object of an embeddings answer. */
export function formatEmbeddingUsage(promptTokens: number, kind: UsageKind): string {
  if (kind === "null") return "null";
  const write = numberWriters[kind] ?? identity;
  const total = kind === "mismatch" ? 1 : promptTokens;
  return `{"prompt_tokens":${write(promptTokens)},"total_tokens":${write(total)}}`;
}
