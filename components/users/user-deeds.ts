/** What can be done with a person's account as it stands. Pure; the server decides for itself. */
import type { User } from "@/lib/users/queries";

export type UserAct = "edit" | "sign-out" | "disable" | "enable" | "delete";

/** Nobody disables or deletes themselves, and who is disabled has no sessions to end. */
export function actsOn({ id, disabled_at }: Pick<User, "id" | "disabled_at">, ownId: string | null): UserAct[] {
  if (id === ownId) return ["edit", "sign-out"];
  return ["edit", ...(disabled_at ? (["enable"] as const) : (["sign-out", "disable"] as const)), "delete"];
}

export const actLabels: Record<UserAct, string> = {
  edit: "Edit",
  "sign-out": "Sign out everywhere",
  disable: "Disable",
  enable: "Enable",
  delete: "Delete",
};
