import { type TeamRole, teamRoles, type UserRole, userRoles } from "@/lib/authz/permissions";
import { roleWords, teamRoleWords } from "./user-words";

export const roleChoices: readonly (readonly [UserRole | "", string])[] = [
  ["", "None by hand: groups or the default decide"],
  ...userRoles.map((role) => [role, roleWords[role]] as const),
];

export const teamRoleChoices: readonly (readonly [TeamRole, string])[] = teamRoles.map(
  (role) => [role, teamRoleWords[role]] as const,
);
