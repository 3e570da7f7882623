/**
 * Teams: a tree whose roots are organisations. Limits and rights are inherited downwards, so what a team may is decided
 * by its whole path. Routes and other domains call this; nothing else touches the rows.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { changedFields, recordAudit } from "@/lib/audit/record";
import { type Action, reachOf } from "@/lib/authz/permissions";
import { createBudgetFor } from "@/lib/budgets/service";
import { type Context, requireCover, requireReach, requireVersion, withTransaction } from "@/lib/context";
import type { Prisma, Team } from "@/lib/db/generated/client";
import { AppError, invalidField, notFound } from "@/lib/errors";
import type { IncludeQuery } from "@/lib/figures/schema";
import { addFigures, type Figured, rankBy } from "@/lib/figures/service";
import { newId } from "@/lib/ids";
import { emitEvent } from "@/lib/outbox/emit";
import { type CreateTeamInput, type ListTeamsQuery, teamSorts, type UpdateTeamInput } from "./schema";
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

async function presentTeams(
  ctx: Context,
  teams: readonly Team[],
  include: IncludeQuery["include"],
): Promise<Figured<Team>[]> {
  if (!include) return [...teams];
  const bound = teams.map((team) => ({ id: team.id, scopes: team.path.map((id) => ({ type: "team" as const, id })) }));
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

// The limits of a team are set from above it: whoever only owns the team itself would otherwise widen their own.
const limitNames = [
  "allowed_models",
  "blocked_models",
  "rpm_limit",
  "tpm_limit",
  "parallel_limit",
  "parent_id",
] as const;

function requireAboveForLimits(ctx: Context, team: Team, input: UpdateTeamInput): void {
  if (limitNames.some((name) => input[name] !== undefined))
    requireCover(ctx, "teams.write", { teamId: team.parent_id });
}

async function requireParent(ctx: Context, parentId: string, action: Action): Promise<Team> {
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

async function moveTeam(ctx: Context, team: Team, parentId: string | null): Promise<void> {
  const parent = parentId ? await requireParent(ctx, parentId, "teams.create") : null;
  if (!parent) requireCover(ctx, "teams.create", { teamId: null });
  if (parent?.path.includes(team.id)) throw invalidField("parent_id", "a team cannot stand below itself");
  await store.moveSubtree(ctx.db, team.id, parent?.path ?? []);
}

export function updateTeam(ctx: Context, id: string, input: UpdateTeamInput, ifVersion: number | null): Promise<Team> {
  return withTransaction(ctx, async (tx) => {
    await store.lockTree(tx.db);
    const before = await getTeamFor(tx, "teams.write", id);
    requireVersion(before, ifVersion);
    requireAboveForLimits(tx, before, input);
    if (input.parent_id !== undefined && input.parent_id !== before.parent_id)
      await moveTeam(tx, before, input.parent_id);
    const team = await store.updateTeam(tx.db, id, {
      ...input,
      updated_at: new Date(tx.clock.now()),
    } as Prisma.TeamUncheckedUpdateInput);
    await recordAudit(tx, {
      action: "team.updated",
      target_type: "team",
      target_id: id,
      ...changedFields(before, team),
    });
    return team;
  });
}

/** Deletes an empty team; one with sub-teams or keys is a conflict, so that nothing falls out of its budgets unseen. */
export function deleteTeam(ctx: Context, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    await store.lockTree(tx.db);
    const team = await getTeamFor(tx, "teams.write", id);
    requireCover(tx, "teams.write", { teamId: team.parent_id });
    const { children, keys } = await store.hasDependants(tx.db, id);
    if (children + keys > 0) {
      throw new AppError(
        "conflict",
        `This team still has ${children} sub-teams and ${keys} keys. Move or delete them first.`,
        { details: { children, keys } },
      );
    }
    await store.deleteTeam(tx.db, id);
    await recordAudit(tx, { action: "team.deleted", target_type: "team", target_id: id, before: team });
    return undefined;
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
