/**
 * Nobody grants what they do not have. A key's secret is shown to whoever makes or rotates it, so what the key may do has to be
 * within what that caller may do, whosever key it is. Part of the keys domain's service.
 */
import { authorityOfKey } from "@/lib/auth/authority";
import { type Action, actions, type Reach, reachOf, scopeCovers } from "@/lib/authz/permissions";
import type { Context } from "@/lib/context";
import type { User } from "@/lib/db/generated/client";
import { AppError } from "@/lib/errors";

/** What decides on a key's rights. */
export interface Holder {
  type: string;
  scopes: string[];
  team_id: string | null;
}

/** A key's scopes as they count: an admin key that lists none has all. */
function grantedScopes(key: Holder): string[] {
  return key.type === "admin" && key.scopes.length === 0 ? ["*"] : key.scopes;
}

/** Whether `outer` covers every action that `inner` does, and every one that it may come to cover. */
export function scopeWithin(inner: string, outer: string): boolean {
  if (outer === "*" || outer === inner) return true;
  return outer.endsWith(".*") && inner.startsWith(outer.slice(0, -1));
}

/** Whether all that `inner` reaches is reached by `outer` too. */
export function reachWithin(inner: Reach, outer: Reach | null): boolean {
  if (outer?.kind === "all") return true;
  if (inner.kind === "all" || !outer) return false;
  const ownsSame = inner.userId === null || inner.userId === outer.userId;
  return ownsSame && inner.teamIds.every((id) => outer.teamIds.includes(id));
}

function refuseScope(scope: string, why: string): never {
  throw new AppError("forbidden", `You cannot give the scope "${scope}": ${why}.`, {
    fields: [{ path: "scopes", message: `cannot hold "${scope}": ${why}` }],
  });
}

/** 403 unless the caller may do all that this key can: what holding its secret amounts to. `me.read` every key has. */
export async function requireWithinAuthority(ctx: Context, key: Holder, owner: User | null): Promise<void> {
  const caller = ctx.principal.authority;
  const scopes = grantedScopes(key);
  for (const scope of scopes) {
    if (caller.scopes && !caller.scopes.some((held) => scopeWithin(scope, held)))
      refuseScope(scope, "your own key is narrower");
  }
  if (scopes.length === 0) return;
  const holder = await authorityOfKey(ctx.db, key, owner);
  const beyond = (action: Action) => {
    const reach = action === "me.read" ? null : reachOf(holder, action);
    return reach !== null && !reachWithin(reach, reachOf(caller, action));
  };
  const action = actions.find(beyond);
  if (action) refuseScope(scopes.find((scope) => scopeCovers(scope, action)) ?? action, `you lack "${action}" there`);
}

/** 403 unless the caller has every scope that this new or changed key is to list, and its parent, if any, has them too. */
export async function requireGrantable(
  ctx: Context,
  key: Holder,
  owner: User | null,
  parents: readonly Holder[],
): Promise<void> {
  const caller = ctx.principal.authority;
  for (const scope of grantedScopes(key)) {
    if (!actions.some((action) => scopeCovers(scope, action) && reachOf(caller, action)))
      refuseScope(scope, "you do not have it");
    const lacking = parents.find((parent) => !grantedScopes(parent).some((held) => scopeWithin(scope, held)));
    if (lacking) refuseScope(scope, "the parent key does not have it");
  }
  await requireWithinAuthority(ctx, key, owner);
}
