/** Which of the roles that a person was given counts. Pure. */
import { strongestUserRole, type UserRole } from "./permissions";

/** Where a person's role on the system comes from. Rows hold texts that only this product writes. */
export interface RoleSources {
  /** Given by hand: by an admin, an invitation or at the first start. */
  manual_role: string | null;
  /** Given by the groups of the last sign-in or refresh. */
  oidc_role: string | null;
}

/** The strongest of the sources; `defaultRole` where none gives any. */
export function effectiveRole({ manual_role, oidc_role }: RoleSources, defaultRole: UserRole): UserRole {
  const given = [manual_role, oidc_role].filter((role) => role !== null) as UserRole[];
  return strongestUserRole(given) ?? defaultRole;
}
