/**
 * Which budget binds: the hard one with the least left, which refuses first. What the lists of people, teams and keys show and sort by.
 * Among budgets that the caller may know of, no others. Part of the budgets domain's service; lib/figures calls this.
 */
import { reachOf } from "@/lib/authz/permissions";
import type { Context } from "@/lib/context";
import { Prisma } from "@/lib/db/generated/client";
import { type Ranking, rankByRelation } from "@/lib/db/page-sql";
import { periodAt } from "@/lib/periods";
import { scopeOf } from "./present";
import type { BudgetScope, ListBudgetsQuery } from "./schema";
import { requireBudgetReach } from "./scopes";
import { readScopeNames, withinSql } from "./store";
import {
  atRiskSql,
  budgetRankings,
  listHardStandings,
  listTerms,
  rankKeys,
  rankTeams,
  rankUsers,
  type Standing,
  standingSql,
} from "./store-standing";

/** The budgets that are `within`, with what their current periods have spent, as a relation; see `standingSql`. */
async function readStandingOf(ctx: Context, within: Prisma.Sql): Promise<Prisma.Sql> {
  const nowMs = ctx.clock.now();
  const spans = (await listTerms(ctx.db)).map(({ period, timezone }) => ({
    period,
    timezone,
    ...periodAt(period, timezone, nowMs),
  }));
  return standingSql(within, spans, nowMs);
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

type Kind = "user" | "team" | "key";

/**
 * The budgets that a list may tell of. Of teams and keys what `withoutHidden` tells of their chains; of people also what is above the
 * teams in which they are seen.
 */
function tellableSql(ctx: Context, kind: Kind): Prisma.Sql {
  const reach = requireBudgetReach(ctx, "budgets.read");
  if (reach.kind === "all") return withinSql(reach);
  if (kind === "user") return Prisma.sql`(b.scope_type = 'team' OR ${withinSql(reach)})`;
  return Prisma.sql`(b.scope_type <> 'user' OR b.scope_id = ${ctx.principal.authority.userId})`;
}

/** The memberships, as `m`, that the caller sees of people. */
function placesSql({ principal: { authority } }: Context): Prisma.Sql {
  const reach = reachOf(authority, "teams.read");
  if (reach?.kind === "all") return Prisma.sql`true`;
  return Prisma.sql`(m.user_id = ${authority.userId} OR m.team_id = ANY(${[...(reach?.teamIds ?? [])]}::text[]))`;
}

/** The order by what is spent of the binding budget; least of all where there is none. 403 for whoever may see no budgets. */
export async function rankByBudget(ctx: Context, kind: Kind): Promise<Ranking> {
  const standing = await readStandingOf(ctx, tellableSql(ctx, kind));
  if (kind === "user") return rankUsers(standing, placesSql(ctx));
  return kind === "team" ? rankTeams(standing) : rankKeys(standing);
}

/** Something that budgets bind: on any of these scopes, nearest first, or on any of the person's places in a team. */
export interface Bound {
  id: string;
  scopes: readonly BudgetScope[];
  /** Counts every place of this person, before the scopes. */
  memberId?: string;
}

/** How far away a budget is of what it binds: null where it does not. */
function distanceOf({ scopes, memberId }: Bound, { scope_type, scope_id }: Standing): number | null {
  if (scope_type === "member" && memberId !== undefined && scope_id.endsWith(`/${memberId}`)) return -1;
  const index = scopes.findIndex(({ type, id }) => type === scope_type && id === scope_id);
  return index < 0 ? null : index;
}

/** The one with the least left, of several the fullest, of these the nearest; `found` is in that order but for the last. */
function findBindingOf(one: Bound, found: readonly Standing[]): Standing | null {
  let best: { standing: Standing; distance: number } | null = null;
  for (const standing of found) {
    if (best && (standing.left_nano > best.standing.left_nano || standing.share < best.standing.share)) break;
    const distance = distanceOf(one, standing);
    if (distance !== null && (!best || distance < best.distance)) best = { standing, distance };
  }
  return best?.standing ?? null;
}

export type Binding = Standing & { scope_name: string | null };

/** The binding budget of each by id; what no hard budget binds that the caller may know of is absent. */
export async function findBinding(ctx: Context, kind: Kind, bound: readonly Bound[]): Promise<Map<string, Binding>> {
  if (bound.length === 0 || !reachOf(ctx.principal.authority, "budgets.read")) return new Map();
  const scopes = new Map(bound.flatMap((one) => one.scopes.map((scope) => [`${scope.type} ${scope.id}`, scope])));
  const memberIds = bound.flatMap((one) => one.memberId ?? []);
  const standing = await readStandingOf(ctx, tellableSql(ctx, kind));
  const found = await listHardStandings(ctx.db, standing, [...scopes.values()], memberIds);
  const binding = new Map(
    bound.flatMap((one) => {
      const first = findBindingOf(one, found);
      return first ? [[one.id, first] as const] : [];
    }),
  );
  const names = await readScopeNames(ctx.db, [...binding.values()].map(scopeOf));
  return new Map(
    [...binding].map(([id, first]) => {
      const scope_name = names.get(`${first.scope_type} ${first.scope_id}`) ?? null;
      return [id, { ...first, scope_name }];
    }),
  );
}
