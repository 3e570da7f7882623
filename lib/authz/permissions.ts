/**
 * The permission table: action × role × reach. Pure; the server and the UI ask the same functions.
 *
 * A person has one role on the whole system and one on each team; rights on a team hold for every team below it.
 * A key acts within its scopes and its owner's rights. What a role may do is read off this table and listed nowhere else.
 */

export const userRoles = ["admin", "manager", "user", "viewer"] as const;
export type UserRole = (typeof userRoles)[number];

export const teamRoles = ["owner", "member", "viewer"] as const;
export type TeamRole = (typeof teamRoles)[number];

/** How far a role's right goes: everything, the teams where the role is held, or what belongs to oneself. */
type Extent = "all" | "team" | "own";

interface Rights {
  /** By role on the system. */
  system: Partial<Record<UserRole, Exclude<Extent, "team">>>;
  /** Team roles that have the right within their teams. */
  team?: readonly TeamRole[];
}

const everyone = { admin: "all", manager: "all", user: "own", viewer: "own" } as const;
const managers = { admin: "all", manager: "all" } as const;
const ownSessions = { admin: "all", manager: "own", user: "own", viewer: "own" } as const;
const admins = { admin: "all" } as const;

export const permissions = {
  "me.read": { system: everyone, team: ["owner", "member", "viewer"] },
  // One's own: those of others are ended through the user.
  "sessions.read": { system: ownSessions },
  "sessions.write": { system: ownSessions },
  "users.read": { system: everyone, team: ["owner"] },
  "users.write": { system: admins },
  // Whoever is in no team sees none, which is no error.
  "teams.read": { system: everyone, team: ["owner", "member", "viewer"] },
  "teams.create": { system: managers, team: ["owner"] },
  "teams.write": { system: managers, team: ["owner"] },
  "members.write": { system: managers, team: ["owner"] },
  "invitations.read": { system: managers, team: ["owner"] },
  "invitations.write": { system: managers, team: ["owner"] },
  "keys.read": { system: everyone, team: ["owner"] },
  "keys.write": { system: { admin: "all", manager: "all", user: "own" }, team: ["owner"] },
  "providers.read": { system: admins },
  "providers.write": { system: admins },
  "models.read": { system: { admin: "all", manager: "all", user: "all", viewer: "all" } },
  "models.write": { system: admins },
  "budgets.read": { system: everyone, team: ["owner", "member", "viewer"] },
  "budgets.write": { system: managers, team: ["owner"] },
  // Asking for more, for oneself. Deciding on it is budgets.write; a viewer changes nothing, so asks for nothing.
  "requests.read": { system: everyone, team: ["owner"] },
  "requests.write": { system: { admin: "all", manager: "own", user: "own" } },
  "usage.read": { system: everyone, team: ["owner"] },
  "alerts.read": { system: everyone, team: ["owner", "member", "viewer"] },
  "webhooks.read": { system: admins },
  "webhooks.write": { system: admins },
  "audit.read": { system: admins },
  "settings.read": { system: admins },
  "settings.write": { system: admins },
} as const satisfies Record<string, Rights>;

export type Action = keyof typeof permissions;
export const actions = Object.keys(permissions) as Action[];

/** Who acts, as far as rights are concerned. */
export interface Authority {
  /** The role on the system; null for a team key, whose rights come from its team alone. */
  role: UserRole | null;
  /** The person whose things are "own"; null for the master key and keys without an owner. */
  userId: string | null;
  /** Roles by team id, already inherited down the tree. */
  teamRoles: ReadonlyMap<string, TeamRole>;
  /** Null: not narrowed. Otherwise only the listed scopes: an action, `<resource>.*` or `*`. */
  scopes: readonly string[] | null;
}

/** What a right extends to. It is the first argument of every store function and stands in its where clause. */
export type Reach = { kind: "all" } | { kind: "some"; userId: string | null; teamIds: readonly string[] };

const everything: Reach = { kind: "all" };

/** Whether `scope` covers `action`. */
export function scopeCovers(scope: string, action: Action): boolean {
  return scope === "*" || scope === action || (scope.endsWith(".*") && action.startsWith(scope.slice(0, -1)));
}

/** Whether `scope` is an action, `<resource>.*` or `*`. */
export function isScope(scope: string): boolean {
  return actions.some((action) => scopeCovers(scope, action));
}

/** How far `authority` may take `action`, or null if not at all. */
export function reachOf(authority: Authority, action: Action): Reach | null {
  if (authority.scopes && !authority.scopes.some((scope) => scopeCovers(scope, action))) return null;
  const rights: Rights = permissions[action];
  const extent = authority.role ? rights.system[authority.role] : undefined;
  if (extent === "all") return everything;
  const teamIds = [...authority.teamRoles].filter(([, role]) => rights.team?.includes(role)).map(([id]) => id);
  const userId = extent === "own" ? authority.userId : null;
  return userId || teamIds.length > 0 ? { kind: "some", userId, teamIds } : null;
}

/** Whether a reach covers what belongs to this person or this team. */
export function covers(reach: Reach, target: { userId?: string | null; teamId?: string | null }): boolean {
  if (reach.kind === "all") return true;
  const ownsIt = target.userId != null && target.userId === reach.userId;
  return ownsIt || (target.teamId != null && reach.teamIds.includes(target.teamId));
}

const teamRoleRank: Record<TeamRole, number> = { owner: 3, member: 2, viewer: 1 };
const userRoleRank: Record<UserRole, number> = { admin: 4, manager: 3, user: 2, viewer: 1 };

export function strongestTeamRole(roles: readonly TeamRole[]): TeamRole | undefined {
  return [...roles].sort((a, b) => teamRoleRank[b] - teamRoleRank[a])[0];
}

export function strongestUserRole(roles: readonly UserRole[]): UserRole | undefined {
  return [...roles].sort((a, b) => userRoleRank[b] - userRoleRank[a])[0];
}

/** Nobody grants what they do not have: whether someone of role `granter` may give `role`. */
export function mayGrantRole(granter: UserRole | null, role: UserRole): boolean {
  return granter !== null && userRoleRank[granter] >= userRoleRank[role];
}
