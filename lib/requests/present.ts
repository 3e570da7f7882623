/** How a request is shown: with its budget as it is now, its decider's name, and what binds besides. Part of the requests domain's service. */
import { findCreator } from "@/lib/auth/creator";
import { listBinding } from "@/lib/budgets/increases";
import type { BudgetView, IncreaseView } from "@/lib/budgets/present";
import { readBudgets } from "@/lib/budgets/service";
import type { Context } from "@/lib/context";
import { notFound } from "@/lib/errors";
import { formatUsd } from "@/lib/money";
import type { RequestState } from "./schema";
import type { AskedRequest, RequestRow } from "./store";

type Asked = Omit<RequestRow, "budget_id" | "user_id" | "state" | "amount_nano" | "increase">;
export interface RequestView extends Asked {
  state: RequestState;
  budget: BudgetView;
  amount_usd: string;
  is_mine: boolean;
  is_decidable: boolean;
  decider: string | null;
  increase: IncreaseView | null;
}
export type RequestDetail = RequestView & { bounded_by: BudgetView[] };

async function readDeciders(ctx: Context, requests: readonly AskedRequest[]): Promise<Map<string, string | null>> {
  const ids = [...new Set(requests.flatMap(({ decided_by }) => decided_by ?? []))];
  return new Map(await Promise.all(ids.map(async (id) => [id, (await findCreator(ctx.db, id)).name] as const)));
}

function presentIncrease(increase: RequestRow["increase"]): IncreaseView | null {
  if (!increase) return null;
  const { budget_id: _budgetId, amount_nano, ...fields } = increase;
  return { ...fields, amount_usd: formatUsd(amount_nano) };
}

/** Those whose budget goes at the same moment are left out. */
export async function presentRequests(ctx: Context, requests: readonly AskedRequest[]): Promise<RequestView[]> {
  const budgets = await readBudgets(ctx, [...new Set(requests.map((request) => request.budget_id))]);
  const deciders = await readDeciders(ctx, requests);
  return requests.flatMap((request): RequestView[] => {
    const { budget_id, user_id, state, amount_nano, increase, isDecidable, ...fields } = request;
    const budget = budgets.get(budget_id);
    if (!budget) return [];
    return [
      {
        ...fields,
        state: state as RequestState,
        budget,
        amount_usd: formatUsd(amount_nano),
        is_mine: user_id === ctx.principal.authority.userId,
        is_decidable: isDecidable,
        decider: request.decided_by ? (deciders.get(request.decided_by) ?? null) : null,
        increase: presentIncrease(increase),
      },
    ];
  });
}

export async function presentDetail(ctx: Context, request: AskedRequest): Promise<RequestDetail> {
  const [view] = await presentRequests(ctx, [request]);
  if (!view) throw notFound();
  const extraNano = request.state === "open" ? request.amount_nano : 0n;
  return { ...view, bounded_by: await listBinding(ctx, request.budget_id, extraNano) };
}
