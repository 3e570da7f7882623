/**
 * Teams: a tree whose roots are organisations. Limits and rights are inherited downwards, so what a team may is decided
 * by its whole path. Here they are read and made; lifecycle.ts holds what happens to one later, bulk.ts does that to many. Routes and
 * other domains call this; nothing else touches the rows.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { recordAudit } from "@/lib/audit/record";
import { type Action, reachOf } from "@/lib/authz/permissions";
import { createBudgetFor } from "@/lib/budgets/service";
import { type Context, requireCover, requireReach, withTransaction } from "@/lib/context";
import type { Team } from "@/lib/db/generated/client";
import { AppError, invalidField, notFound } from "@/lib/errors";
import type { IncludeQuery } from "@/lib/figures/schema";
import { addFigures, type Figured, rankBy } from "@/lib/figures/service";
import { newId } from "@/lib/ids";
import { emitEvent } from "@/lib/outbox/emit";
import { type CreateTeamInput, type ListTeamsQuery, teamSorts } from "./schema";
import * as store from "./store";

/** The team if the caller may take `action` on it; 403 if it may only be seen, 404 if it is hidden or missing. */
export async function getTeamFor(ctx: Context, action: Action, id: string): Promise<Team> {
  const team = await store.findTeam(requireReach(ctx, action), ctx.db, id);
  if (team) return team;
  const visible = reachOf(ctx.principal.authority, "teams.read");
  if (visible && (await store.findTeam(visible, ctx.db, id)))
    throw new AppError("forbidden", `You need the right "${action}" on this team.`);
  throw notFound();
}

/** Teams with their figures, where those are asked for. */
export async function presentTeams<T extends Pick<Team, "id"> & { path: readonly string[] }>(
  ctx: Context,
  teams: readonly T[],
  include: IncludeQuery["include"],
): Promise<Figured<T>[]> {
  if (!include) return [...teams];
  const bound = teams.map((team) => ({
    id: team.id,
    scopes: team.path.toReversed().map((id) => ({ type: "team" as const, id })),
  }));
  return addFigures(ctx, "team", teams, bound);
}

export async function getTeam(ctx: Context, id: string, { include }: IncludeQuery = {}): Promise<Figured<Team>> {
  const [team] = await presentTeams(ctx, [await getTeamFor(ctx, "teams.read", id)], include);
  if (!team) throw notFound();
  return team;
}

export async function listTeams(ctx: Context, query: ListTeamsQuery): Promise<Page<Figured<Team>>> {
  const reach = requireReach(ctx, "teams.read");
  if (query.tree) {
    const tree = await store.listTree(reach, ctx.db);
    return { data: await presentTeams(ctx, tree, query.include), next_cursor: null };
  }
  const parentId = query.parent_id === "null" ? null : query.parent_id;
  const ranking = await rankBy(ctx, "team", query.sort);
  const rows = await store.listTeams(reach, ctx.db, { parentId, q: query.q }, keyset(query, teamSorts), ranking);
  const page = toPage(rows, query);
  return { ...page, data: await presentTeams(ctx, page.data, query.include) };
}

/** A team and all above it, organisation first, whoever asks: what binds somebody holds although they may not see it all. */
export async function listTeamLevels(ctx: Context, id: string): Promise<Team[]> {
  const team = await store.findTeam({ kind: "all" }, ctx.db, id);
  return team ? store.listPath(ctx.db, team) : [];
}

/** What these teams are called, of those that the caller may see. */
export async function nameTeams(ctx: Context, ids: readonly string[]): Promise<Map<string, string>> {
  const reach = reachOf(ctx.principal.authority, "teams.read");
  return new Map(reach ? (await store.listNames(reach, ctx.db, ids)).map(({ id, name }) => [id, name]) : []);
}

/** The team that is to stand above another; 422 where the caller sees none. */
export async function requireParent(ctx: Context, parentId: string, action: Action): Promise<Team> {
  try {
    return await getTeamFor(ctx, action, parentId);
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found")
      throw invalidField("parent_id", "there is no such team");
    throw error;
  }
}

/** Creates a team, under `parent_id` or as an organisation, with a first budget if one is given. */
export function createTeam(ctx: Context, input: CreateTeamInput): Promise<Team> {
  return withTransaction(ctx, async (tx) => {
    await store.lockTree(tx.db);
    const { budget, parent_id, ...fields } = input;
    if (!parent_id) requireCover(ctx, "teams.create", { teamId: null });
    const parent = parent_id ? await requireParent(tx, parent_id, "teams.create") : null;
    const id = newId("team", tx.clock.now());
    const team = await store.insertTeam(tx.db, {
      ...fields,
      metadata: fields.metadata ?? {},
      id,
      parent_id: parent?.id ?? null,
      path: [...(parent?.path ?? []), id],
    });
    if (budget) await createBudgetFor(tx, { type: "team", id }, budget);
    await emitEvent(tx, "team.created", { id, name: team.name, parent_id: team.parent_id });
    await recordAudit(tx, { action: "team.created", target_type: "team", target_id: id, after: team });
    return team;
  });
}

/** Every team of one of these names, whatever their case, with all above them. For lib/provisioning and lib/dev-identity, which show teams to nobody. */
export function listTeamsNamed(
  ctx: Pick<Context, "db">,
  names: readonly string[],
): Promise<Pick<Team, "id" | "name" | "parent_id">[]> {
  return names.length > 0 ? store.listNamed(ctx.db, names) : Promise.resolve([]);
}

/**
 * The team that these names lead to from the organisation down, made with those above it where they are missing; announced, and
 * audited by the caller. Sign-ins that need the same team make one, since the shape of the tree is changed by one at a time.
 */
export async function ensureTeamPath(tx: Context, names: readonly string[]): Promise<{ id: string; created: Team[] }> {
  await store.lockTree(tx.db);
  const created: Team[] = [];
  let parent: Team | null = null;
  for (const name of names) {
    let team: Team | null = await store.findChild(tx.db, parent?.id ?? null, name);
    if (!team) {
      team = await insertSynced(tx, name, parent);
      created.push(team);
    }
    parent = team;
  }
  if (!parent) throw new Error("a path of teams has at least one name");
  return { id: parent.id, created };
}

async function insertSynced(tx: Context, name: string, parent: Team | null): Promise<Team> {
  const now = new Date(tx.clock.now());
  const id = newId("team", now.getTime());
  const parent_id = parent?.id ?? null;
  const path = [...(parent?.path ?? []), id];
  const row = { id, name, parent_id, path, created_via: "oidc", created_at: now, updated_at: now };
  const team = await store.insertTeam(tx.db, row);
  await emitEvent(tx, "team.created", { id, name, parent_id });
  return team;
}
