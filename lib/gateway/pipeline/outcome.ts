/** Step 7: what the call comes to. From the provider's counts, or an estimate of what was produced, to a usage event. */
import { costOf, type NanoUsd, toBuckets } from "@/lib/money";
import type { CallStatus, CostSource } from "@/lib/usage/schema";
import type { UsageEventRow } from "../meter/event";
import { estimatePromptTokens, estimateTokens, sampleOf, type TextSample } from "../providers/estimate";
import { type ReportedCounts, type TokenCounts, toTokenCounts } from "../providers/usage";
import type { Call } from "./call";
import { traceOf } from "./trace";

export interface Outcome {
  status: CallStatus;
  /** What the caller was answered with; null where they had gone before. */
  httpStatus: number | null;
  errorCode: string | null;
  /** Null: the call produced nothing that the provider would bill. */
  counts: TokenCounts | null;
  isEstimated: boolean;
}

const noTokens: TokenCounts = { prompt: 0, cached: 0, cacheWrite: 0, completion: 0, reasoning: 0 };

/** What was seen of an answer: the provider's report, and its text. */
export interface Seen {
  reported: ReportedCounts | null;
  produced: TextSample;
  /** What of it came after the report, which therefore does not count it. */
  unreported: TextSample;
}

export interface Counted {
  counts: TokenCounts;
  isEstimated: boolean;
}

/** The texts of a prompt, for a count that the provider did not send. Media are counted apart. */
function promptText({ request: { endpoint, parsed } }: Call): string {
  if (endpoint === "embeddings") return JSON.stringify(parsed.input);
  const isText = (part: unknown) => (part as { type?: unknown } | null)?.type === "text";
  const messages = (parsed.messages as Record<string, unknown>[]).map((message) =>
    Array.isArray(message.content) ? { ...message, content: message.content.filter(isText) } : message,
  );
  return JSON.stringify([messages, parsed.tools ?? null]);
}

function estimatePrompt(call: Call): Promise<number> {
  const { inputs, mediaParts } = call.request;
  const { maxInputTokens } = call.model;
  return estimatePromptTokens(promptText(call), mediaParts, maxInputTokens === null ? null : inputs * maxInputTokens);
}

/** The text whose tokens nobody reported: all of it, or what came after the report. A report of none beside a text is none. */
function uncountedText(call: Call, { reported, produced, unreported }: Seen): TextSample | null {
  if (call.request.endpoint === "embeddings") return null;
  const completion = reported?.completion ?? null;
  if (completion === null) return produced;
  if (unreported.length > 0) return unreported;
  return completion === 0 && produced.length > 0 ? produced : null;
}

/** Counts of a call: the provider's as far as they can be believed, else by a tokenizer. Never all zero. */
export async function countTokens(call: Call, seen: Seen): Promise<Counted> {
  const { reported } = seen;
  const uncounted = uncountedText(call, seen);
  const prompt = reported?.prompt ?? (await estimatePrompt(call));
  const completion = (reported?.completion ?? 0) + (uncounted ? await estimateTokens(uncounted) : 0);
  return {
    counts: toTokenCounts(reported, prompt, completion),
    isEstimated: uncounted !== null || !reported?.prompt,
  };
}

/** What is seen of an answer whose whole text is known. */
export function seenWhole(reported: ReportedCounts | null, text: string): Seen {
  return { reported, produced: sampleOf(text), unreported: sampleOf("") };
}

export function costOfCounts(call: Call, counts: TokenCounts | null): NanoUsd {
  return counts ? costOf(toBuckets(counts), call.price) : 0n;
}

function costSourceOf(call: Call, { isEstimated }: Outcome): CostSource {
  if (call.isCeiling) return "ceiling";
  return isEstimated ? "estimate" : "usage";
}

/** The event of a finished call. Every field is named: an object spread of this size costs more than all the rest here. */
export function toEvent(call: Call, outcome: Outcome, finishedAtMs: number): UsageEventRow {
  const counts = outcome.counts ?? noTokens;
  const { draft, periods } = call.hold;
  return {
    id: draft.id,
    request_id: draft.request_id,
    started_at: draft.started_at,
    finished_at: new Date(finishedAtMs),
    key_id: draft.key_id,
    user_id: draft.user_id,
    team_id: draft.team_id,
    team_path: draft.team_path,
    endpoint: draft.endpoint,
    model: draft.model,
    model_id: draft.model_id,
    provider: draft.provider,
    provider_id: draft.provider_id,
    credential_id: call.credential?.id ?? null,
    is_stream: draft.is_stream,
    status: outcome.status,
    http_status: outcome.httpStatus,
    error_code: outcome.errorCode,
    prompt_tokens: counts.prompt,
    cached_tokens: counts.cached,
    cache_write_tokens: counts.cacheWrite,
    completion_tokens: counts.completion,
    reasoning_tokens: counts.reasoning,
    estimate_nano: draft.estimate_nano,
    cost_nano: costOfCounts(call, outcome.counts),
    price_id: draft.price_id,
    cost_source: costSourceOf(call, outcome),
    latency_ms: Math.max(0, Math.round(finishedAtMs - call.startedAtMs)),
    first_token_ms:
      call.firstTokenAtMs === null ? null : Math.max(0, Math.round(call.firstTokenAtMs - call.startedAtMs)),
    attempts: call.attempts.length,
    tags: draft.tags,
    client: draft.client,
    budget_ids: periods.map(({ budgetId }) => budgetId),
    period_starts: periods.map(({ startText }) => startText),
    trace: traceOf(call, performance.now()),
  };
}
