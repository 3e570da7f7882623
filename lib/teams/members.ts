/**
 * Members of a team. A person may be one by several sources at once; what the API changes is the `manual` one, those of
 * the identity provider follow its groups. Part of the teams domain's service.
 */
import type { Page } from "@/lib/api/pagination";
import { recordAudit } from "@/lib/audit/record";
import { strongestTeamRole, type TeamRole } from "@/lib/authz/permissions";
import { type Context, withTransaction } from "@/lib/context";
import { AppError, invalidField, notFound } from "@/lib/errors";
import { idPattern } from "@/lib/ids";
import type { AddMemberInput, ListMembersQuery, UpdateMemberInput } from "./schema";
import { getTeamFor } from "./service";
import * as store from "./store";

export interface Member {
  user_id: string;
  email: string;
  name: string | null;
  role: TeamRole;
  sources: { source: string; role: TeamRole }[];
}

function presentMember(rows: store.MembershipWithUser[]): Member {
  const [first] = rows;
  if (!first) throw notFound();
  const sources = rows.map((row) => ({ source: row.source, role: row.role as TeamRole }));
  const role = strongestTeamRole(sources.map((source) => source.role)) ?? "viewer";
  return { user_id: first.user_id, email: first.user.email, name: first.user.name, role, sources };
}

function groupByUser(rows: store.MembershipWithUser[]): store.MembershipWithUser[][] {
  const groups = new Map<string, store.MembershipWithUser[]>();
  for (const row of rows) groups.set(row.user_id, [...(groups.get(row.user_id) ?? []), row]);
  return [...groups.values()];
}

/** Members ordered by user id; the cursor is the last one's id. */
export async function listMembers(ctx: Context, teamId: string, query: ListMembersQuery): Promise<Page<Member>> {
  await getTeamFor(ctx, "teams.read", teamId);
  const after = query.cursor ? Buffer.from(query.cursor, "base64url").toString("utf8") : null;
  if (after !== null && !idPattern("user").test(after))
    throw invalidField("cursor", "is not one that this list gave out");
  const members = groupByUser(await store.listMemberships(ctx.db, teamId, after, query.limit + 1)).map(presentMember);
  const data = members.slice(0, query.limit);
  const last = members.length > query.limit ? data.at(-1) : undefined;
  return { data, next_cursor: last ? Buffer.from(last.user_id).toString("base64url") : null };
}

export function addMember(ctx: Context, teamId: string, input: AddMemberInput): Promise<Member> {
  return withTransaction(ctx, async (tx) => {
    await getTeamFor(tx, "members.write", teamId);
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
