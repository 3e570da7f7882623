/** Step 7: what the call comes to. From the provider's counts, or an estimate of what was produced, to a usage event. */
import { costOf, type NanoUsd } from "@/lib/money";
import type { CallStatus, CostSource } from "@/lib/usage/schema";
import type { UsageEventRow } from "../meter/event";
import { estimateTokens } from "../providers/estimate";
import { type TokenCounts, toBuckets } from "../providers/usage";
import type { Call } from "./call";

export interface Outcome {
  status: CallStatus;
  /** What the caller was answered with; null where they had gone before. */
  httpStatus: number | null;
  errorCode: string | null;
  /** Null: the call produced nothing that the provider would bill. */
  counts: TokenCounts | null;
  isEstimated: boolean;
}

export const noTokens: TokenCounts = { prompt: 0, cached: 0, cacheWrite: 0, completion: 0, reasoning: 0 };

/** The texts of a prompt, for a count that the provider did not send. */
function promptText(call: Call): string {
  const { parsed, endpoint } = call.request;
  return JSON.stringify(endpoint === "chat" ? [parsed.messages, parsed.tools ?? null] : parsed.input);
}

/** Counts for a call whose usage never came: its prompt and what was produced, by a tokenizer. Never all zero. */
export async function estimateCounts(call: Call, produced: string): Promise<TokenCounts> {
  const [prompt, completion] = [await estimateTokens(promptText(call)), await estimateTokens(produced)];
  return { ...noTokens, prompt: Math.max(1, prompt), completion };
}

export function costOfCounts(call: Call, counts: TokenCounts | null): NanoUsd {
  return counts ? costOf(toBuckets(counts), call.price) : 0n;
}

function costSourceOf(call: Call, { isEstimated }: Outcome): CostSource {
  if (call.isCeiling) return "ceiling";
  return isEstimated ? "estimate" : "usage";
}

/** The event of a finished call. */
export function toEvent(call: Call, outcome: Outcome, finishedAtMs: number): UsageEventRow {
  const counts = outcome.counts ?? noTokens;
  return {
    ...call.hold.draft,
    finished_at: new Date(finishedAtMs),
    credential_id: call.credentialId,
    status: outcome.status,
    http_status: outcome.httpStatus,
    error_code: outcome.errorCode,
    prompt_tokens: counts.prompt,
    cached_tokens: counts.cached,
    cache_write_tokens: counts.cacheWrite,
    completion_tokens: counts.completion,
    reasoning_tokens: counts.reasoning,
    cost_nano: costOfCounts(call, outcome.counts),
    cost_source: costSourceOf(call, outcome),
    latency_ms: Math.max(0, Math.round(finishedAtMs - call.startedAtMs)),
    first_token_ms:
      call.firstTokenAtMs === null ? null : Math.max(0, Math.round(call.firstTokenAtMs - call.startedAtMs)),
    attempts: call.attempts,
    budget_ids: call.hold.periods.map(({ budgetId }) => budgetId),
    period_starts: call.hold.periods.map(({ periodStart }) => periodStart),
  };
}
