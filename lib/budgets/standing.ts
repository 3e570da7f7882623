/**
 * Which budget is the tightest: of the lists of people, teams and keys, what they show and sort by. Among budgets that the caller may
 * see, no others. Part of the budgets domain's service; lib/figures calls this.
 */
import { reachOf } from "@/lib/authz/permissions";
import { type Context, requireReach } from "@/lib/context";
import type { Prisma } from "@/lib/db/generated/client";
import { type Ranking, rankByRelation } from "@/lib/db/page-sql";
import { periodAt } from "@/lib/periods";
import type { BudgetScope, ListBudgetsQuery } from "./schema";
import { requireBudgetReach } from "./scopes";
import { withinSql } from "./store";
import {
  atRiskSql,
  budgetRankings,
  listStandings,
  listTerms,
  rankKeys,
  rankTeams,
  rankUsers,
  type Standing,
  standingSql,
} from "./store-standing";

async function readStandingOf(ctx: Context, within: Prisma.Sql): Promise<Prisma.Sql> {
  const nowMs = ctx.clock.now();
  const spans = (await listTerms(ctx.db)).map(({ period, timezone }) => ({
    period,
    timezone,
    ...periodAt(period, timezone, nowMs),
  }));
  return standingSql(within, spans, nowMs);
}

/** Every budget that the caller may see with what its current period has spent, as a relation; see `standingSql`. */
function readStanding(ctx: Context): Promise<Prisma.Sql> {
  return readStandingOf(ctx, withinSql(requireBudgetReach(ctx, "budgets.read")));
}

/** What a list of the budgets that are `within` is ordered and narrowed by where that is in their accounts. */
export async function readListing(
  ctx: Context,
  within: Prisma.Sql,
  { sort, at_risk }: Pick<ListBudgetsQuery, "sort" | "at_risk">,
): Promise<{ ranking?: Ranking; among?: Prisma.Sql }> {
  const field = sort?.replace(/^-/, "");
  const rank = field && field in budgetRankings ? budgetRankings[field as keyof typeof budgetRankings] : undefined;
  if (!rank && at_risk === undefined) return {};
  const standing = await readStandingOf(ctx, within);
  return {
    ...(rank ? { ranking: rankByRelation("b", rank(standing), 0n) } : {}),
    ...(at_risk === undefined ? {} : { among: atRiskSql(standing, at_risk) }),
  };
}

const rankings = { user: rankUsers, team: rankTeams, key: rankKeys };

/** The order by the share that is spent of the tightest budget, in hundredths of a percent; -1 where there is none. 403 for whoever may see no budgets. */
export async function rankByBudget(ctx: Context, kind: keyof typeof rankings): Promise<Ranking> {
  requireReach(ctx, "budgets.read");
  return rankings[kind](await readStanding(ctx));
}

/** Something that budgets bind: on any of these scopes, or on any of the person's places in a team. */
export interface Bound {
  id: string;
  scopes: readonly BudgetScope[];
  /** Counts every place of this person. */
  memberId?: string;
}

/** The tightest budget of each by id; what no budget binds that the caller may see is absent. */
export async function findTightest(ctx: Context, bound: readonly Bound[]): Promise<Map<string, Standing>> {
  if (bound.length === 0 || !reachOf(ctx.principal.authority, "budgets.read")) return new Map();
  const scopes = new Map(bound.flatMap((one) => one.scopes.map((scope) => [`${scope.type} ${scope.id}`, scope])));
  const memberIds = bound.flatMap((one) => one.memberId ?? []);
  // The tightest first, so that the first that fits is the one.
  const found = await listStandings(ctx.db, await readStanding(ctx), [...scopes.values()], memberIds);
  const fits = (one: Bound, { scope_type, scope_id }: Standing) =>
    one.scopes.some((scope) => scope.type === scope_type && scope.id === scope_id) ||
    (scope_type === "member" && one.memberId !== undefined && scope_id.endsWith(`/${one.memberId}`));
  return new Map(
    bound.flatMap((one) => {
      const tightest = found.find((standing) => fits(one, standing));
      return tightest ? [[one.id, tightest] as const] : [];
    }),
  );
}
