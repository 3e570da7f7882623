/** What the visitor may do, as `/me` says it: the server's own table, asked once. Pure. */
import type { Action } from "@/lib/authz/permissions";
import type { Me } from "./queries";

/** Whether the visitor may do this, at all or (`reach`) to everything. */
export function hasRight(me: Pick<Me, "rights">, action: Action, reach?: "all"): boolean {
  return me.rights.some((right) => right.action === action && (reach === undefined || right.reach === reach));
}
