/** What can be done with a key as it stands. Pure; the server decides for itself. */
import type { Key } from "@/lib/keys/queries";

export type KeyAct = "edit" | "rotate" | "block" | "unblock" | "revoke" | "restore";

export function actsOn(key: Pick<Key, "status" | "revoked_at" | "blocked_at">): KeyAct[] {
  if (key.revoked_at) return ["restore"];
  const isLive = key.status !== "expired" && key.status !== "revoked";
  return ["edit", ...(isLive ? (["rotate"] as const) : []), key.blocked_at ? "unblock" : "block", "revoke"];
}

export const actLabels: Record<KeyAct, string> = {
  edit: "Edit",
  rotate: "Rotate",
  block: "Block",
  unblock: "Unblock",
  revoke: "Revoke",
  restore: "Restore",
};
