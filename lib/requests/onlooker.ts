/**
 * Who sees a request, and who decides on it: whoever may set the budget's limit, and never the person who asks, by whichever key. Part of
 * the requests domain's service.
 */
import { findCreator } from "@/lib/auth/creator";
import { type Reach, reachOf } from "@/lib/authz/permissions";
import type { Context } from "@/lib/context";
import { AppError } from "@/lib/errors";
import { getOwnKey } from "@/lib/keys/service";
import type { AskedRequest, Onlooker } from "./store";

const nowhere: Reach = { kind: "some", userId: null, teamIds: [] };

/** The person behind the caller: themselves, a key's owner, or whoever made a key that belongs to nobody; null for the master key. */
async function findPersonBehind({ principal, ...ctx }: Context): Promise<string | null> {
  if (principal.kind !== "key" || principal.authority.userId) return principal.authority.userId;
  const { created_by } = await getOwnKey({ principal, ...ctx }, principal.id);
  if (created_by.startsWith("user:")) return created_by.slice("user:".length);
  return (await findCreator(ctx.db, created_by)).authority?.userId ?? null;
}

// A team's key is in the hands of all its owners, so nobody can tell whether it is the asker who decides by it.
function isTeamKey({ principal }: Context): boolean {
  return principal.kind === "key" && principal.authority.role === null;
}

/**
 * Where the caller's rights end decides between "not allowed" and "not there", also for a key that may decide or withdraw but not read:
 * whoever only reads is asked for `requests.read` by the route.
 */
export async function findOnlooker(ctx: Context): Promise<Onlooker> {
  const { authority } = ctx.principal;
  const reach = reachOf({ ...authority, scopes: null }, "requests.read") ?? nowhere;
  const limits = isTeamKey(ctx) ? null : reachOf(authority, "budgets.write");
  return { reach, decider: limits && { reach: limits, personId: await findPersonBehind(ctx) } };
}

/** 403 for the asker, and for a key of which nobody can tell whose it is. That the limit is theirs to set, the budgets domain says. */
export function requireStranger(ctx: Context, { decider }: Onlooker, request: AskedRequest): void {
  if (isTeamKey(ctx)) throw new AppError("forbidden", "A person decides on a request: a team's key cannot.");
  if (decider?.personId === request.user_id)
    throw new AppError("forbidden", "Nobody decides on what they asked for themselves.");
}
