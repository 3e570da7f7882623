/** Token figures that no provider gave: bounds before a call, estimates after one that was cut. */

/** What an image, audio or file that a message only refers to may count for; a generous bound over the vendors' rules. */
const mediaTokens = 50_000;
/** And what it is taken for where a call is counted afterwards: about an image in high detail. */
const usualMediaTokens = 1_000;
/** Assumed where neither the caller nor the model says how long an answer may get. */
const assumedMaxOutput = 32_768;

export interface PromptSize {
  bodyBytes: number;
  mediaParts: number;
  /** Texts that the model reads one by one, each up to its window. */
  inputs: number;
}

/**
 * An upper bound of a prompt's tokens. Byte-level tokenizers never make more tokens than bytes, and JSON escapes only add
 * bytes, so the body's length bounds its texts; media by reference are bounded separately, and the model's window bounds all.
 */
export function boundPromptTokens(
  { bodyBytes, mediaParts, inputs }: PromptSize,
  maxInputTokens: number | null,
): number {
  const bound = bodyBytes + mediaParts * mediaTokens;
  return maxInputTokens === null ? bound : Math.min(bound, inputs * maxInputTokens);
}

/** An upper bound of the completion's tokens over all `n` choices. */
export function boundCompletionTokens(asked: number | null, n: number, maxOutputTokens: number | null): number {
  const most = maxOutputTokens ?? Math.max(asked ?? 0, assumedMaxOutput);
  return n * Math.min(asked ?? most, most);
}

/** A middling guess for rate limits: about four bytes make a token, and an answer is as long as it was asked for. */
export function guessTokens(
  bodyBytes: number,
  askedOutput: number | null,
  n: number,
  maxOutputTokens: number | null,
): number {
  const output = askedOutput === null ? 0 : boundCompletionTokens(askedOutput, n, maxOutputTokens);
  return Math.ceil(bodyBytes / 4) + output;
}

/** Characters kept of each end of a text that is to be counted. */
const sampleChars = 4_096;
/** The tokenizer's time grows with the square of a run without spaces, so texts are counted in slices: at most a token more for each. */
const sliceChars = 256;

/** A text of any length, of which both ends are kept: enough to count it by, in constant memory. */
export class TextSample {
  length = 0;
  #head = "";
  #tail = "";

  add(text: string): void {
    this.length += text.length;
    const room = sampleChars - this.#head.length;
    if (room > 0) this.#head += text.slice(0, room);
    if (text.length <= room) return;
    this.#tail += text.slice(Math.max(0, room));
    if (this.#tail.length > 4 * sampleChars) this.#tail = this.#tail.slice(-sampleChars);
  }

  get text(): string {
    return this.#head + this.#tail.slice(-sampleChars);
  }
}

export function sampleOf(text: string): TextSample {
  const sample = new TextSample();
  sample.add(text);
  return sample;
}

// A text that spells a control token (`<|endoftext|>`) is text like any other.
const encodeOptions = { disallowedSpecial: new Set<string>() };

/**
 * Tokens of a text by OpenAI's o200k encoding; long texts by a sample of both ends. The tokenizer is 2 MB of tables, so it is
 * loaded when a count is first missing, and not before.
 */
export async function estimateTokens(sample: TextSample): Promise<number> {
  const { text, length } = sample;
  if (length === 0) return 0;
  const { encode } = await import("gpt-tokenizer/encoding/o200k_base");
  let tokens = 0;
  for (let at = 0; at < text.length; at += sliceChars)
    tokens += encode(text.slice(at, at + sliceChars), encodeOptions).length;
  return Math.ceil((tokens * length) / text.length);
}

/** Tokens of a prompt's texts and of the media beside them. */
export async function estimatePromptTokens(
  text: string,
  mediaParts: number,
  maxTokens: number | null,
): Promise<number> {
  const tokens = Math.max(1, (await estimateTokens(sampleOf(text))) + mediaParts * usualMediaTokens);
  return maxTokens === null ? tokens : Math.min(tokens, maxTokens);
}
