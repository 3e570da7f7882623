/** Rows that the gateway's ledger would have written, made directly. Tests only. */
import type { Db } from "@/lib/db/client";
import type { Alert, Budget, Prisma, UsageEvent } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";

/** A finished call of a caller; its team's path is looked up. */
export async function makeUsageEvent(
  db: Db,
  fields: Partial<Prisma.UsageEventUncheckedCreateInput> & { cost_nano: bigint },
): Promise<UsageEvent> {
  const team = fields.team_id ? await db.team.findUniqueOrThrow({ where: { id: fields.team_id } }) : null;
  const started_at = fields.started_at ?? new Date();
  return db.usageEvent.create({
    data: {
      id: newId("event"),
      request_id: newId("request"),
      started_at,
      finished_at: started_at,
      team_path: team?.path ?? [],
      endpoint: "chat",
      model: "test-model",
      model_id: "model_test",
      provider: "test",
      provider_id: "prov_test",
      is_stream: false,
      status: "ok",
      http_status: 200,
      prompt_tokens: 1,
      cached_tokens: 0,
      cache_write_tokens: 0,
      completion_tokens: 1,
      reasoning_tokens: 0,
      estimate_nano: fields.cost_nano,
      cost_source: "usage",
      latency_ms: 1,
      attempts: 1,
      ...fields,
    },
  });
}

export function makeBudget(
  db: Db,
  scope: { type: string; id: string },
  fields: Partial<Prisma.BudgetUncheckedCreateInput> = {},
): Promise<Budget> {
  return db.budget.create({
    data: {
      id: newId("budget"),
      scope_type: scope.type,
      scope_id: scope.id,
      limit_nano: 1_000_000_000n,
      period: "monthly",
      thresholds: [50, 75, 90, 100],
      ...fields,
    },
  });
}

export function makeAlert(db: Db, budget: Budget, threshold: number): Promise<Alert> {
  return db.alert.create({
    data: {
      id: newId("alert"),
      budget_id: budget.id,
      period_start: new Date("2026-11-01T00:00:00Z"),
      threshold,
      message_id: newId("message"),
      data: { threshold, scope: { type: budget.scope_type, id: budget.scope_id } },
    },
  });
}
