/** Reads the token counts of OpenAI-shaped answers, and what was produced when a count never came. Pure. */
import { z } from "zod";
import type { TokenBuckets } from "@/lib/money";

/** Tokens as usage events carry them: cached and written ones are among the prompt's, reasoning ones among the completion's. */
export interface TokenCounts {
  prompt: number;
  cached: number;
  cacheWrite: number;
  completion: number;
  reasoning: number;
}

const count = z.int().min(0).max(1_000_000_000);
const details = z.record(z.string(), z.unknown()).nullish();
const usageShape = z.object({
  prompt_tokens: count,
  completion_tokens: count.nullish(),
  prompt_tokens_details: details,
  completion_tokens_details: details,
});

function detailOf(from: Record<string, unknown> | null | undefined, name: string, atMost: number): number {
  const parsed = count.safeParse(from?.[name]);
  return parsed.success ? Math.min(parsed.data, atMost) : 0;
}

/**
 * The counts of a `usage` object, or null where it is missing, malformed or all zero: then the caller estimates. Details
 * that exceed their total are cut to it, so that no bucket goes below zero.
 */
export function readUsage(usage: unknown): TokenCounts | null {
  const parsed = usageShape.safeParse(usage);
  if (!parsed.success) return null;
  const { prompt_tokens: prompt, completion_tokens, prompt_tokens_details, completion_tokens_details } = parsed.data;
  const completion = completion_tokens ?? 0;
  if (prompt + completion === 0) return null;
  const cached = detailOf(prompt_tokens_details, "cached_tokens", prompt);
  return {
    prompt,
    cached,
    cacheWrite: detailOf(prompt_tokens_details, "cache_creation_tokens", prompt - cached),
    completion,
    reasoning: detailOf(completion_tokens_details, "reasoning_tokens", completion),
  };
}

/** The buckets in which counts are priced. */
export function toBuckets(counts: TokenCounts): TokenBuckets {
  return {
    input: counts.prompt - counts.cached - counts.cacheWrite,
    cachedInput: counts.cached,
    cacheWrite: counts.cacheWrite,
    output: counts.completion,
  };
}

interface ChunkChoice {
  delta?: {
    content?: unknown;
    reasoning_content?: unknown;
    refusal?: unknown;
    tool_calls?: { function?: { name?: unknown; arguments?: unknown } }[];
  } | null;
}

/** The text that a streamed chunk adds, of whatever kind the provider bills as output. */
export function producedText(chunk: { choices?: unknown }): string {
  if (!Array.isArray(chunk.choices)) return "";
  let text = "";
  const add = (piece: unknown) => {
    if (typeof piece === "string") text += piece;
  };
  for (const { delta } of chunk.choices as ChunkChoice[]) {
    add(delta?.content);
    add(delta?.reasoning_content);
    add(delta?.refusal);
    if (Array.isArray(delta?.tool_calls)) {
      for (const call of delta.tool_calls) {
        add(call?.function?.name);
        add(call?.function?.arguments);
      }
    }
  }
  return text;
}
