/** What the visitor may do, as `/me` says it: the server's own table, asked once. Pure. */
import type { Action } from "@/lib/authz/permissions";
import type { Me } from "./queries";

export function hasRight(me: Pick<Me, "rights">, action: Action): boolean {
  return me.rights.some((right) => right.action === action);
}
