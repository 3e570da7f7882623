/**
 * Deciding on a request: once, by whoever may set the budget's limit and did not ask. Approval raises the budget in the same
 * transaction. Part of the requests domain's service.
 */
import { recordAudit } from "@/lib/audit/record";
import { raiseBudget } from "@/lib/budgets/increases";
import { holdBudget } from "@/lib/budgets/service";
import { type Context, createdBy, requireReach, withTransaction } from "@/lib/context";
import type { Budget } from "@/lib/db/generated/client";
import { parseUsd } from "@/lib/money";
import { emitEvent } from "@/lib/outbox/emit";
import { queueRequestMails } from "./mails";
import { findOnlooker, requireStranger } from "./onlooker";
import { presentDetail, type RequestDetail } from "./present";
import type { ApproveRequestInput, DenyRequestInput } from "./schema";
import { announced, getRequestRow, holdOpen, readUntil } from "./service";
import * as store from "./store";

interface Decision {
  state: "approved" | "denied";
  note: string | null;
}

type Carry = (tx: Context, request: store.AskedRequest, budget: Budget) => Promise<unknown>;

async function announceDecision(tx: Context, request: RequestDetail, userId: string): Promise<void> {
  const { id, state, decided_at, decided_by, decision_note, increase } = request;
  const outcome = { state, decided_at, decided_by, decision_note, increase };
  await emitEvent(tx, "budget_request.decided", { ...announced(request), ...outcome });
  await queueRequestMails(tx, id, "decided", [userId]);
}

function decide(ctx: Context, id: string, { state, note }: Decision, carry: Carry): Promise<RequestDetail> {
  return withTransaction(ctx, async (tx) => {
    requireReach(tx, "budgets.write");
    const onlooker = await findOnlooker(tx);
    const asked = await getRequestRow(tx, id, onlooker);
    requireStranger(tx, onlooker, asked);
    // The budget before the request, as when a budget is deleted with its requests, so that neither waits for the other.
    const budget = await holdBudget(tx, asked.budget_id);
    await holdOpen(tx, id);
    await carry(tx, asked, budget);
    const now = new Date(tx.clock.now());
    const decision = { decided_at: now, decided_by: createdBy(tx), decision_note: note };
    await store.updateRequest(tx.db, id, { state, ...decision, updated_at: now });
    const request = await presentDetail(tx, await getRequestRow(tx, id, onlooker));
    await announceDecision(tx, request, asked.user_id);
    const { increase } = request;
    await recordAudit(tx, {
      action: `budget_request.${state}`,
      target_type: "budget_request",
      target_id: id,
      before: { state: "open" },
      after: {
        state,
        decision_note: note,
        ...(increase ? { amount_usd: increase.amount_usd, ends_at: increase.ends_at } : {}),
      },
    });
    return request;
  });
}

/** Grants what was asked for, or as much and as long as `input` says; the budget is raised at once and goes back by itself. */
export function approveRequest(ctx: Context, id: string, input: ApproveRequestInput): Promise<RequestDetail> {
  return decide(ctx, id, { state: "approved", note: input.note ?? null }, (tx, asked, budget) =>
    raiseBudget(tx, budget, {
      amountNano: input.amount_usd === undefined ? asked.amount_nano : parseUsd(input.amount_usd),
      until: readUntil(tx, input.until ?? asked.until),
      requestId: id,
    }),
  );
}

export function denyRequest(ctx: Context, id: string, { reason }: DenyRequestInput): Promise<RequestDetail> {
  return decide(ctx, id, { state: "denied", note: reason }, async () => undefined);
}
