/** Step 4: rate limits, then the budgets. Everything is given back if a later check refuses. */
import { ceilingCost, formatUsd, maxNano, type NanoUsd, type Price } from "@/lib/money";
import type { ModelRoute } from "../directory/types";
import { GatewayError } from "../errors";
import type { Hold, Ledger, Refusal, UsageDraft } from "../ledger/types";
import type { Admission, Limiter, LimitFigures, LimitRefusal, LimitStatus } from "../limits/limiter";
import { boundCompletionTokens, boundPromptTokens, guessTokens } from "../providers/estimate";
import type { Caller } from "./caller";
import type { CallRequest } from "./request";

/**
 * The most that a call can cost: its prompt's bound and the longest answer it may get, at the dearest buckets. Throws `request_too_large`
 * where no account could hold that.
 */
export function estimateCost(request: CallRequest, model: ModelRoute, price: Price): NanoUsd {
  const { raw, mediaParts, inputs } = request;
  const prompt = boundPromptTokens({ bodyBytes: raw.length, mediaParts, inputs }, model.maxInputTokens);
  const completion =
    request.endpoint === "embeddings"
      ? 0
      : boundCompletionTokens(request.maxOutput, request.choices, model.maxOutputTokens);
  const bound = ceilingCost(prompt, completion, price);
  if (bound <= maxNano) return bound;
  throw new GatewayError(
    "request_too_large",
    `This call may cost up to ${formatUsd(bound)} USD, more than can be accounted for. Ask for a shorter answer (max_tokens).`,
  );
}

/** Milliseconds as the official clients read them in `x-ratelimit-reset-*`: `250ms`, `12s`. */
function formatReset(ms: number): string {
  return ms < 1_000 ? `${Math.ceil(ms)}ms` : `${Math.ceil(ms / 1_000)}s`;
}

function headersOf(kind: "requests" | "tokens", figures: LimitFigures | null): Record<string, string> {
  if (!figures) return {};
  return {
    [`x-ratelimit-limit-${kind}`]: String(figures.limit),
    [`x-ratelimit-remaining-${kind}`]: String(figures.remaining),
    [`x-ratelimit-reset-${kind}`]: formatReset(figures.resetMs),
  };
}

export function limitHeaders({ requests, tokens }: LimitStatus): Record<string, string> {
  return { ...headersOf("requests", requests), ...headersOf("tokens", tokens) };
}

const limitWords = { requests: "requests per minute", tokens: "tokens per minute", parallel: "calls at once" } as const;

function refuseLimit(refusal: LimitRefusal): never {
  const { kind, level, limit, retryAfterMs } = refusal;
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  throw new GatewayError(
    "rate_limit_exceeded",
    `The ${level.kind} "${level.name}" allows ${limit} ${limitWords[kind]}. Try again in ${seconds} s.`,
    {
      retryAfterSeconds: seconds,
      headers: limitHeaders(refusal),
      details: { limit: { kind, value: limit }, level: { type: level.kind, id: level.id, name: level.name } },
    },
  );
}

/** Takes a place under every rate limit of the chain. Throws `rate_limit_exceeded`. */
export function admitLimits(
  limiter: Limiter,
  caller: Caller,
  request: CallRequest,
  model: ModelRoute,
  nowMs: number,
): Admission {
  const tokens = guessTokens(request.raw.length, request.maxOutput, request.choices, model.maxOutputTokens);
  const result = limiter.admit(caller.levels, tokens, nowMs);
  return result.ok ? result : refuseLimit(result);
}

const busyRetrySeconds = 2;

function explain({ code, budget, limitNano, spentNano, heldNano, resetsAt }: Refusal, estimateNano: NanoUsd): string {
  const what = `The ${budget.period} budget of the ${budget.scopeType} "${budget.scopeName}" (${formatUsd(limitNano)} USD)`;
  const figures = `spent ${formatUsd(spentNano)} USD, held ${formatUsd(heldNano)} USD, this call may cost up to ${formatUsd(estimateNano)} USD`;
  if (code === "budget_busy") return `${what} is taken up by calls in flight: ${figures}. Try again shortly.`;
  if (code === "request_too_large")
    return `${what} is smaller than this one call: ${figures}. Ask for a shorter answer (max_tokens) or send a shorter prompt.`;
  return `${what} has no room for this call: ${figures}. It ${resetsAt ? `resets at ${resetsAt.toISOString()}` : "does not reset"}.`;
}

function refuseBudget(refusal: Refusal, estimateNano: NanoUsd): never {
  const { code, budget, limitNano, spentNano, heldNano, resetsAt } = refusal;
  const freeNano = limitNano - spentNano - heldNano;
  throw new GatewayError(code, explain(refusal, estimateNano), {
    ...(code === "budget_busy" ? { retryAfterSeconds: busyRetrySeconds } : {}),
    headers: { "x-pllm-budget-remaining-usd": formatUsd(freeNano > 0n ? freeNano : 0n) },
    details: {
      budget: {
        id: budget.id,
        period: budget.period,
        timezone: budget.timezone,
        scope: { type: budget.scopeType, id: budget.scopeId, name: budget.scopeName },
      },
      limit_usd: formatUsd(limitNano),
      spent_usd: formatUsd(spentNano),
      held_usd: formatUsd(heldNano),
      estimate_usd: formatUsd(estimateNano),
      resets_at: resetsAt?.toISOString() ?? null,
    },
  });
}

/** Takes the estimate from every budget of the chain. Throws `budget_exceeded`, `budget_busy`, `request_too_large` or `service_unavailable`. */
export async function reserveBudgets(ledger: Ledger, caller: Caller, draft: UsageDraft): Promise<Hold> {
  const result = await ledger.reserve({ draft, budgets: caller.budgets }).catch((cause) => {
    throw new GatewayError("service_unavailable", "Budgets cannot be checked right now, so nothing is let through.", {
      retryAfterSeconds: 2,
      cause,
    });
  });
  return result.ok ? result.hold : refuseBudget(result.refusal, draft.estimate_nano);
}
