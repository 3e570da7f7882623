/**
 * What happens to a team after its creation: change, move, delete. `perform` carries it out, `rehearse` does the same without telling
 * anyone, so that a dry run and the real one cannot differ. Part of the teams domain's service.
 */
import { type AuditChange, changedFields, recordAudit } from "@/lib/audit/record";
import { type Context, requireCover, requireVersion, withTransaction } from "@/lib/context";
import type { Prisma, Team } from "@/lib/db/generated/client";
import { AppError, invalidField } from "@/lib/errors";
import type { UpdateTeamInput } from "./schema";
import { getTeamFor, requireParent } from "./service";
import * as store from "./store";

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

async function moveTeam(ctx: Context, team: Team, parentId: string | null): Promise<void> {
  const parent = parentId ? await requireParent(ctx, parentId, "teams.create") : null;
  if (!parent) requireCover(ctx, "teams.create", { teamId: null });
  if (parent?.path.includes(team.id)) throw invalidField("parent_id", "a team cannot stand below itself");
  await store.moveSubtree(ctx.db, team.id, parent?.path ?? []);
}

interface Done {
  team: Team;
  audit: AuditChange;
}

/** Changes the rows of one team and says what the log is to say of it, or throws why not. */
export type Deed = (tx: Context, before: Team) => Promise<Done>;

export function updating(input: UpdateTeamInput, ifVersion: number | null = null): Deed {
  return async (tx, before) => {
    requireVersion(before, ifVersion);
    requireAboveForLimits(tx, before, input);
    if (input.parent_id !== undefined && input.parent_id !== before.parent_id)
      await moveTeam(tx, before, input.parent_id);
    const change = { ...input, updated_at: new Date(tx.clock.now()) } as Prisma.TeamUncheckedUpdateInput;
    const team = await store.updateTeam(tx.db, before.id, change);
    return { team, audit: { action: "team.updated", ...changedFields(before, team) } };
  };
}

/** `3 keys`; nothing for none. */
function countOf(count: number, noun: string): string {
  if (count === 0) return "";
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Deletes an empty team; one with sub-teams or keys is a conflict, so that nothing falls out of its budgets unseen. */
export const deleting: Deed = async (tx, team) => {
  requireCover(tx, "teams.write", { teamId: team.parent_id });
  const { children, keys } = await store.hasDependants(tx.db, team.id);
  if (children + keys > 0) {
    throw new AppError(
      "conflict",
      `This team still has ${[countOf(children, "sub-team"), countOf(keys, "key")].filter(Boolean).join(" and ")}. Move or delete them first.`,
      { details: { children, keys } },
    );
  }
  await store.deleteTeam(tx.db, team.id);
  return { team, audit: { action: "team.deleted", before: team } };
};

/** Changes the rows as `perform` would and tells nobody: for a transaction that is rolled back. */
export async function rehearse(tx: Context, id: string, deed: Deed): Promise<Done> {
  await store.lockTree(tx.db);
  return deed(tx, await getTeamFor(tx, "teams.write", id));
}

/** Carries a deed out, with its audit entry, in one transaction. */
export function perform(ctx: Context, id: string, deed: Deed): Promise<Team> {
  return withTransaction(ctx, async (tx) => {
    const { team, audit } = await rehearse(tx, id, deed);
    await recordAudit(tx, { target_type: "team", target_id: id, ...audit });
    return team;
  });
}

export function updateTeam(ctx: Context, id: string, input: UpdateTeamInput, ifVersion: number | null): Promise<Team> {
  return perform(ctx, id, updating(input, ifVersion));
}

export async function deleteTeam(ctx: Context, id: string): Promise<undefined> {
  await perform(ctx, id, deleting);
}
