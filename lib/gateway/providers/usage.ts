/** Reads the token counts of OpenAI-shaped answers, and what was produced when a count never came. Pure. */
/** Tokens as usage events carry them: cached and written ones are among the prompt's, reasoning ones among the completion's. */
export interface TokenCounts {
  prompt: number;
  cached: number;
  cacheWrite: number;
  completion: number;
  reasoning: number;
}

/** A provider's report as far as it can be believed: null is what it did not say, or what cannot be. */
export interface ReportedCounts extends Omit<TokenCounts, "prompt" | "completion"> {
  prompt: number | null;
  completion: number | null;
}

/** No call has more; a figure above is a mistake. */
const maxCount = 1_000_000_000;

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function readCount(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= maxCount ? value : null;
}

/**
 * The counts of a `usage` object; null where there is nothing in it to believe. Whatever is no whole number from 0 on is not
 * believed, nor is an empty prompt, as there is none. Details are cut to their total by `toTokenCounts`.
 */
export function readUsage(usage: unknown): ReportedCounts | null {
  const from = asRecord(usage);
  const prompt = readCount(from.prompt_tokens) || null;
  const completion = readCount(from.completion_tokens);
  if (prompt === null && completion === null) return null;
  const promptDetails = asRecord(from.prompt_tokens_details);
  return {
    prompt,
    completion,
    cached: readCount(promptDetails.cached_tokens) ?? 0,
    cacheWrite: readCount(promptDetails.cache_creation_tokens) ?? 0,
    reasoning: readCount(asRecord(from.completion_tokens_details).reasoning_tokens) ?? 0,
  };
}

/** A report with its two totals settled; details that exceed their total are cut to it, so that no bucket goes below zero. */
export function toTokenCounts(reported: ReportedCounts | null, prompt: number, completion: number): TokenCounts {
  const cached = Math.min(reported?.cached ?? 0, prompt);
  return {
    prompt,
    cached,
    cacheWrite: Math.min(reported?.cacheWrite ?? 0, prompt - cached),
    completion,
    reasoning: Math.min(reported?.reasoning ?? 0, completion),
  };
}

// Where answers and their chunks carry text, of whatever kind the provider bills as output.
const textFields = ["content", "reasoning_content", "reasoning", "refusal"] as const;

function functionsOf(message: Record<string, unknown>): Record<string, unknown>[] {
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.map((call) => asRecord(call).function) : [];
  return [message.function_call, ...calls].map(asRecord);
}

/** The text of an answer, or what a streamed chunk adds to it. Whatever is not of OpenAI's shape adds nothing. */
export function producedText(answer: { choices?: unknown }): string {
  if (!Array.isArray(answer.choices)) return "";
  let text = "";
  const add = (piece: unknown) => {
    if (typeof piece === "string") text += piece;
  };
  for (const choice of answer.choices.map(asRecord)) {
    const message = asRecord(choice.delta ?? choice.message);
    for (const name of textFields) add(message[name]);
    add(asRecord(message.audio).transcript);
    for (const { name, arguments: given } of functionsOf(message)) {
      add(name);
      add(given);
    }
  }
  return text;
}
