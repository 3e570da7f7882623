/** What holds for a team once everything above it is counted in, and where each of it comes from. Part of the teams domain. */
import type { Presentable } from "@/lib/api/route";
import { listBudgetsOn } from "@/lib/budgets/service";
import type { Context } from "@/lib/context";
import type { Team } from "@/lib/db/generated/client";
import type { EffectiveOutput } from "./schema";
import { getTeamFor } from "./service";
import * as store from "./store";

const limitNames = ["rpm_limit", "tpm_limit", "parallel_limit"] as const;

function sourceOf({ id, name }: Team) {
  return { id, name };
}

/** The smallest limit on the path and the team that sets it; of equal ones the nearest to the organisation. */
function tightest(path: readonly Team[], name: (typeof limitNames)[number]) {
  let found: { value: number; source: { id: string; name: string } } | null = null;
  for (const team of path) {
    const value = team[name];
    if (value !== null && (found === null || value < found.value)) found = { value, source: sourceOf(team) };
  }
  return found;
}

/**
 * Limits are the smallest on the path, model lists must all let a model pass, and every budget must have room. Whoever may see
 * the team may see what binds it, although the teams above may be hidden from them otherwise.
 */
export async function getEffective(ctx: Context, id: string): Promise<Presentable<EffectiveOutput>> {
  const team = await getTeamFor(ctx, "teams.read", id);
  const path = await store.listPath(ctx.db, team);
  const hasLists = ({ allowed_models, blocked_models }: Team) => allowed_models.length + blocked_models.length > 0;
  return {
    team_id: id,
    models: path.filter(hasLists).map((level) => ({
      allowed_models: level.allowed_models,
      blocked_models: level.blocked_models,
      source: sourceOf(level),
    })),
    rpm_limit: tightest(path, "rpm_limit"),
    tpm_limit: tightest(path, "tpm_limit"),
    parallel_limit: tightest(path, "parallel_limit"),
    budgets: await listBudgetsOn(
      ctx,
      path.map((level) => ({ type: "team", id: level.id })),
    ),
  };
}
