/**
 * Members of a team. A person may be one by several sources at once; what the API changes is the `manual` one, those of
 * the identity provider follow its groups. Part of the teams domain's service.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { recordAudit } from "@/lib/audit/record";
import { mayGiveTeamRole } from "@/lib/authz/grants";
import { strongestTeamRole, type TeamRole } from "@/lib/authz/permissions";
import { type Context, withTransaction } from "@/lib/context";
import { AppError, invalidField, notFound } from "@/lib/errors";
import { type AddMemberInput, type ListMembersQuery, memberSorts, type UpdateMemberInput } from "./schema";
import { getTeamFor, nameTeams } from "./service";
import * as store from "./store";

export interface Member {
  user_id: string;
  email: string;
  name: string | null;
  role: TeamRole;
  sources: MemberSource[];
}

interface MemberSource {
  source: string;
  role: TeamRole;
  /** The team above that it is held in; absent for a place in the team itself. */
  inherited_from?: { id: string; name: string };
}

/** What the teams above are called, by id, of those that a place may be inherited from. */
type Above = ReadonlyMap<string, string>;

function present(
  person: Omit<store.MemberRow, "memberships">,
  memberships: readonly store.Place[],
  above: Above = new Map(),
): Member {
  const sources = memberships.map(({ source, role, team_id }) => {
    const name = above.get(team_id);
    return { source, role: role as TeamRole, ...(name === undefined ? {} : { inherited_from: { id: team_id, name } }) };
  });
  const role = strongestTeamRole(sources.map((source) => source.role)) ?? "viewer";
  const ownFirst = sources.toSorted((a, b) => Number(Boolean(a.inherited_from)) - Number(Boolean(b.inherited_from)));
  return { user_id: person.id, email: person.email, name: person.name, role, sources: ownFirst };
}

function presentMember(rows: store.MembershipWithUser[]): Member {
  const [first] = rows;
  if (!first) throw notFound();
  return present({ id: first.user_id, ...first.user }, rows);
}

/** The people of a team; with `inherited` also those whose place above counts here, as far as the caller sees the teams above. */
export async function listMembers(ctx: Context, teamId: string, query: ListMembersQuery): Promise<Page<Member>> {
  const team = await getTeamFor(ctx, "teams.read", teamId);
  const above: Above = query.inherited ? await nameTeams(ctx, team.path.slice(0, -1)) : new Map();
  const rows = await store.listMembers(ctx.db, [teamId, ...above.keys()], query.q, keyset(query, memberSorts));
  const page = toPage(rows, query);
  return { ...page, data: page.data.map((row) => present(row, row.memberships, above)) };
}

// A key with narrow scopes could otherwise act through the owner that it made.
function requireOwnToGive(ctx: Context, teamId: string, role: TeamRole): void {
  if (mayGiveTeamRole(ctx.principal.authority, role, teamId)) return;
  throw new AppError("forbidden", `You cannot give the role "${role}" here: it may do more than you.`, {
    fields: [{ path: "role", message: "may do more than you" }],
  });
}

export function addMember(ctx: Context, teamId: string, input: AddMemberInput): Promise<Member> {
  return withTransaction(ctx, async (tx) => {
    await getTeamFor(tx, "members.write", teamId);
    requireOwnToGive(tx, teamId, input.role);
    if (!(await store.userExists(tx.db, input.user_id))) throw invalidField("user_id", "there is no such user");
    const existing = await store.findMemberships(tx.db, teamId, input.user_id);
    if (existing.some((row) => row.source === "manual"))
      throw new AppError("conflict", "This user is already a member. Change the role instead.");
    await store.putMembership(tx.db, teamId, input.user_id, "manual", input.role);
    await recordAudit(tx, {
      action: "member.added",
      target_type: "team",
      target_id: teamId,
      after: { user_id: input.user_id, role: input.role },
    });
    return presentMember(await store.findMemberships(tx.db, teamId, input.user_id));
  });
}

/** Gives a place by hand to whoever accepted an invitation, which was checked when it was made; a stronger one that they hold by hand stays. */
export async function givePlace(tx: Context, teamId: string, userId: string, role: TeamRole): Promise<void> {
  const held = (await store.findMemberships(tx.db, teamId, userId)).find((row) => row.source === "manual");
  const strongest = strongestTeamRole(held ? [held.role as TeamRole, role] : [role]) ?? role;
  if (held?.role === strongest) return;
  await store.putMembership(tx.db, teamId, userId, "manual", strongest);
  await recordAudit(tx, {
    action: held ? "member.updated" : "member.added",
    target_type: "team",
    target_id: teamId,
    ...(held ? { before: { user_id: userId, role: held.role } } : {}),
    after: { user_id: userId, role: strongest },
    details: { cause: "invitation" },
  });
}

async function requireManual(ctx: Context, teamId: string, userId: string): Promise<string> {
  const rows = await store.findMemberships(ctx.db, teamId, userId);
  const manual = rows.find((row) => row.source === "manual");
  if (manual) return manual.role;
  if (rows.length === 0) throw notFound();
  const sources = rows.map((row) => row.source).join(", ");
  throw new AppError("conflict", `This membership comes from ${sources} and can only be changed there.`);
}

export function updateMember(ctx: Context, teamId: string, userId: string, input: UpdateMemberInput): Promise<Member> {
  return withTransaction(ctx, async (tx) => {
    await getTeamFor(tx, "members.write", teamId);
    requireOwnToGive(tx, teamId, input.role);
    const role = await requireManual(tx, teamId, userId);
    await store.putMembership(tx.db, teamId, userId, "manual", input.role);
    await recordAudit(tx, {
      action: "member.updated",
      target_type: "team",
      target_id: teamId,
      before: { user_id: userId, role },
      after: { user_id: userId, role: input.role },
    });
    return presentMember(await store.findMemberships(tx.db, teamId, userId));
  });
}

export function removeMember(ctx: Context, teamId: string, userId: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    await getTeamFor(tx, "members.write", teamId);
    const role = await requireManual(tx, teamId, userId);
    await store.deleteMembership(tx.db, teamId, userId, "manual");
    await recordAudit(tx, {
      action: "member.removed",
      target_type: "team",
      target_id: teamId,
      before: { user_id: userId, role },
    });
    return undefined;
  });
}

/** Where a membership comes from that follows another system instead of being changed here. */
type SyncedSource = "oidc" | "scim";

/**
 * Makes a person a member of exactly these teams as far as `source` is concerned; their memberships from other sources stay as they
 * are. Teams that are gone are passed over. For lib/provisioning, which holds the person and audits what comes back.
 */
export async function syncMemberships(
  tx: Context,
  userId: string,
  source: SyncedSource,
  teamIds: readonly string[],
): Promise<{ added: string[]; removed: string[] }> {
  const held = await store.listTeamIdsOf(tx.db, userId, source);
  const missing = teamIds.filter((id) => !held.includes(id));
  const lost = held.filter((id) => !teamIds.includes(id));
  return {
    added: missing.length > 0 ? await store.addToTeams(tx.db, missing, userId, source, "member") : [],
    removed: lost.length > 0 ? await store.removeFromTeams(tx.db, lost, userId, source) : [],
  };
}
