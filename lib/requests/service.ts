/**
 * Asking for more: a person asks for a higher budget on one that binds them; whoever may set its limit decides (./decide). Routes call
 * this.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { recordAudit } from "@/lib/audit/record";
import { isBudgetOn } from "@/lib/budgets/service";
import { type Context, requireReach, withTransaction } from "@/lib/context";
import { AppError, invalidField, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { listOwnScopes } from "@/lib/me/service";
import { formatUsd, parseUsd } from "@/lib/money";
import { emitEvent } from "@/lib/outbox/emit";
import { queueRequestMails } from "./mails";
import { findOnlooker } from "./onlooker";
import { presentDetail, presentRequests, type RequestDetail, type RequestView } from "./present";
import { type CreateRequestInput, type ListRequestsQuery, requestSorts } from "./schema";
import * as store from "./store";

/** Enough for every owner of a team to hear of it, and no flood where there are many. */
const mostReaders = 20;
const longestMs = 366 * 86_400_000;

/** When an increase is to end; 422 for what has passed or is too far off to be temporary. */
export function readUntil(ctx: Context, until: string | Date | null | undefined): Date | null {
  if (until == null) return null;
  const end = new Date(until);
  const inMs = end.getTime() - ctx.clock.now();
  if (inMs <= 0) throw invalidField("until", "must be in the future");
  if (inMs > longestMs) throw invalidField("until", "must be within a year");
  return end;
}

/** The request, with what the caller may do about it; 404 where it is hidden or missing. */
export async function getRequestRow(ctx: Context, id: string, onlooker?: store.Onlooker): Promise<store.AskedRequest> {
  const found = await store.findRequest(onlooker ?? (await findOnlooker(ctx)), ctx.db, id);
  if (!found) throw notFound();
  return found;
}

export async function getRequest(ctx: Context, id: string): Promise<RequestDetail> {
  requireReach(ctx, "requests.read");
  return presentDetail(ctx, await getRequestRow(ctx, id));
}

/** What the caller asked for, and what others asked of budgets that are within the caller's reach. */
export async function listRequests(ctx: Context, query: ListRequestsQuery): Promise<Page<RequestView>> {
  requireReach(ctx, "requests.read");
  const { state, decided, budget_id, mine, decidable, q } = query;
  const asker = mine === undefined ? undefined : { userId: ctx.principal.authority.userId, is: mine };
  const filter = { state, decided, budget_id, asker, decidable, q };
  const rows = await store.listRequests(await findOnlooker(ctx), ctx.db, filter, keyset(query, requestSorts));
  const page = toPage(rows, query);
  return { ...page, data: await presentRequests(ctx, page.data) };
}

function requirePerson(ctx: Context): string {
  requireReach(ctx, "requests.write");
  const { userId } = ctx.principal.authority;
  if (!userId) throw new AppError("forbidden", "Only a person asks for more: by their session, or by a key of theirs.");
  return userId;
}

async function requireBinding(tx: Context, budgetId: string): Promise<void> {
  if (await isBudgetOn(tx, budgetId, await listOwnScopes(tx))) return;
  throw invalidField("budget_id", "there is no such budget among those that bind you");
}

async function refuseSecond(tx: Context, budgetId: string, userId: string): Promise<never> {
  const open = await store.findOpen(tx.db, budgetId, userId);
  throw new AppError("conflict", "You have asked for more of this budget already. Withdraw that request first.", {
    details: { request_id: open?.id },
  });
}

/** What the events say of a request. */
export function announced(request: RequestDetail): Record<string, unknown> {
  const { id, user, amount_usd, until, reason, budget } = request;
  const { scope, limit_usd, effective_limit_usd, period } = budget;
  const about = { id: budget.id, limit_usd, effective_limit_usd, period };
  return { id, budget: about, scope, user, amount_usd, until, reason };
}

/** Asks for more of a budget that binds the caller; whoever may decide hears of it. One request per person and budget is open at a time. */
export function createRequest(ctx: Context, input: CreateRequestInput): Promise<RequestDetail> {
  return withTransaction(ctx, async (tx) => {
    const user_id = requirePerson(tx);
    const { budget_id, reason } = input;
    const [until, now] = [readUntil(tx, input.until), new Date(tx.clock.now())];
    await requireBinding(tx, budget_id);
    const id = newId("budgetRequest", now.getTime());
    const amount_nano = parseUsd(input.amount_usd);
    const row = { id, budget_id, user_id, amount_nano, until, reason, created_at: now, updated_at: now };
    if (!(await store.insertRequest(tx.db, row))) await refuseSecond(tx, budget_id, user_id);
    const request = await presentDetail(tx, await getRequestRow(tx, id));
    await emitEvent(tx, "budget_request.created", announced(request));
    await queueRequestMails(tx, id, "asked", await store.listDeciders(tx.db, id, mostReaders));
    await recordAudit(tx, {
      action: "budget_request.created",
      target_type: "budget_request",
      target_id: id,
      after: { budget_id, user_id, amount_usd: formatUsd(amount_nano), until, reason },
    });
    return request;
  });
}

/** 409 unless the request still waits for a decision; holds it until the transaction ends. */
export async function holdOpen(tx: Context, id: string): Promise<void> {
  const state = await store.lockRequest(tx.db, id);
  if (state === null) throw notFound();
  if (state !== "open") throw new AppError("conflict", `This request was ${state} already.`, { details: { state } });
}

/** Takes one's own request back. */
export function withdrawRequest(ctx: Context, id: string): Promise<RequestDetail> {
  return withTransaction(ctx, async (tx) => {
    const user_id = requirePerson(tx);
    if ((await getRequestRow(tx, id)).user_id !== user_id)
      throw new AppError("forbidden", "Only whoever asked takes a request back.");
    await holdOpen(tx, id);
    const now = new Date(tx.clock.now());
    await store.updateRequest(tx.db, id, { state: "withdrawn", decided_at: now, updated_at: now });
    const request = await presentDetail(tx, await getRequestRow(tx, id));
    await recordAudit(tx, {
      action: "budget_request.withdrawn",
      target_type: "budget_request",
      target_id: id,
      before: { state: "open" },
      after: { state: "withdrawn" },
    });
    return request;
  });
}
