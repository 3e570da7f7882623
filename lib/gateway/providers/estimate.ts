/** Token figures that no provider gave: bounds before a call, estimates after one that was cut. */

/** What an image, audio or file that a message only refers to may count for; a generous bound over the vendors' rules. */
const mediaTokens = 50_000;
/** Assumed where neither the caller nor the model says how long an answer may get. */
const assumedMaxOutput = 32_768;
const sampleChars = 16_384;

/**
 * An upper bound of a prompt's tokens. Byte-level tokenizers never make more tokens than bytes, and JSON escapes only add
 * bytes, so the body's length bounds its texts; media by reference are bounded separately, and the model's window bounds all.
 */
export function boundPromptTokens(bodyBytes: number, mediaParts: number, maxInputTokens: number | null): number {
  const bound = bodyBytes + mediaParts * mediaTokens;
  return maxInputTokens === null ? bound : Math.min(bound, maxInputTokens);
}

/** An upper bound of the completion's tokens over all `n` choices. */
export function boundCompletionTokens(asked: number | null, n: number, maxOutputTokens: number | null): number {
  const most = maxOutputTokens ?? Math.max(asked ?? 0, assumedMaxOutput);
  return n * Math.min(asked ?? most, most);
}

/** A middling guess for rate limits: about four bytes make a token. */
export function guessTokens(bodyBytes: number, askedOutput: number | null, n: number): number {
  return Math.ceil(bodyBytes / 4) + n * (askedOutput ?? 0);
}

/**
 * Tokens of a text by OpenAI's o200k encoding; long texts by a sample of both ends. The tokenizer is 2 MB of tables, so it is
 * loaded when a count is first missing, and not before.
 */
export async function estimateTokens(text: string): Promise<number> {
  if (text === "") return 0;
  const { encode } = await import("gpt-tokenizer/encoding/o200k_base");
  if (text.length <= 2 * sampleChars) return encode(text).length;
  const sample = text.slice(0, sampleChars) + text.slice(-sampleChars);
  return Math.ceil((encode(sample).length * text.length) / sample.length);
}
