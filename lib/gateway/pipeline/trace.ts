/** How a call went and what every rule said to it, as it is kept beside the call's event. */
import { formatUsd } from "@/lib/money";
import type { CallTrace } from "@/lib/usage/schema";
import type { Call } from "./call";

/** The trace of a call that ends at `endedAt` (`performance.now()`). */
export function traceOf(call: Call, endedAt: number): CallTrace {
  const { times, request, model, admission, hold } = call;
  const since = (at: number) => Math.round((at - times.arrived) * 10) / 10;
  return {
    asked_model: request.model,
    upstream_model: model.upstreamName,
    steps: {
      authenticated_ms: since(times.authenticated),
      read_ms: since(times.read),
      limited_ms: since(times.limited),
      held_ms: since(times.held),
      ended_ms: since(endedAt),
    },
    attempts: call.attempts.map((attempt) => ({
      credential_id: attempt.credentialId,
      sent_ms: since(attempt.sentAt),
      answered_ms: attempt.answeredAt === null ? null : since(attempt.answeredAt),
      http_status: attempt.httpStatus,
      error: attempt.error,
    })),
    limits: admission.seen.map(({ level, kind, limit, free }) => ({
      level: level.kind,
      id: level.id,
      kind,
      limit,
      free,
    })),
    budgets: hold.accounts.map(({ budget, isHard, limitNano, spentNano, heldNano }) => ({
      id: budget.id,
      hard: isHard,
      limit_usd: formatUsd(limitNano),
      spent_usd: formatUsd(spentNano),
      held_usd: formatUsd(heldNano),
    })),
  };
}
