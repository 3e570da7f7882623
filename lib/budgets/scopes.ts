/**
 * Who may limit what. A manager limits anything; the owner of a team what lies strictly below it: its sub-teams, its members, its
 * keys. Nobody sets or lifts a limit on themselves that way, or limits would be suggestions. Part of the budgets domain's service.
 */
import { reachOf } from "@/lib/authz/permissions";
import { type Context, requireReach } from "@/lib/context";
import { AppError, invalidField } from "@/lib/errors";
import type { BudgetScope } from "./schema";
import * as store from "./store";

const nouns = { key: "key", user: "user", team: "team", member: "member of this team" } as const;

/** What the caller sees of budgets and alerts under `action`; 403 if nothing. */
export function requireBudgetReach(ctx: Context, action: "budgets.read" | "alerts.read"): store.BudgetReach {
  const reach = requireReach(ctx, action);
  return reach.kind === "all" ? reach : { ...reach, ownedTeamIds: ownedTeams(ctx) };
}

function ownedTeams(ctx: Context): string[] {
  return [...ctx.principal.authority.teamRoles].filter(([, role]) => role === "owner").map(([id]) => id);
}

// Where the caller's rights end decides between "not allowed" and "not there", also for a key that may write but not read.
function isVisible(ctx: Context, scope: BudgetScope, facts: store.ScopeFacts): boolean {
  const { authority } = ctx.principal;
  const reach = reachOf({ ...authority, scopes: null }, "budgets.read");
  if (reach?.kind === "all") return true;
  if (facts.userId !== null && facts.userId === authority.userId) return true;
  const seen = scope.type === "team" ? (reach?.teamIds ?? []) : ownedTeams(ctx);
  return facts.teamIds.some((id) => seen.includes(id));
}

async function isOneself(ctx: Context, scope: BudgetScope, facts: store.ScopeFacts): Promise<boolean> {
  const { principal } = ctx;
  if (facts.userId !== null && facts.userId === principal.authority.userId) return true;
  return principal.kind === "key" && scope.type === "key" && store.isDelegatedFrom(ctx.db, principal.id, scope.id);
}

async function mayLimit(ctx: Context, scope: BudgetScope, facts: store.ScopeFacts | null): Promise<boolean> {
  const reach = requireReach(ctx, "budgets.write");
  if (reach.kind === "all") return true;
  const above = facts?.aboveTeamId;
  return facts !== null && above != null && reach.teamIds.includes(above) && !(await isOneself(ctx, scope, facts));
}

/** Whether the caller may change a budget on this. */
export async function canLimit(ctx: Context, scope: BudgetScope): Promise<boolean> {
  if (!reachOf(ctx.principal.authority, "budgets.write")) return false;
  return mayLimit(ctx, scope, await store.findScope(ctx.db, scope));
}

/** 403 unless the caller may change this budget, whose scope may be gone by now. */
export async function requireRightToLimit(ctx: Context, scope: BudgetScope): Promise<void> {
  if (await mayLimit(ctx, scope, await store.findScope(ctx.db, scope))) return;
  throw new AppError("forbidden", "A limit is set from above: by the owner of a team over this, or by a manager.");
}

/** 422 on `scope.id` where there is nothing to limit that the caller could see; 403 where the limit is not theirs to set. */
export async function requireLimitable(ctx: Context, scope: BudgetScope): Promise<void> {
  const facts = await store.findScope(ctx.db, scope);
  if (!facts || !isVisible(ctx, scope, facts)) throw invalidField("scope.id", `there is no such ${nouns[scope.type]}`);
  await requireRightToLimit(ctx, scope);
}
