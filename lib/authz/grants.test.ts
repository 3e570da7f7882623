import { expect, test } from "vitest";
import { type Authority, type TeamRole, type UserRole, userRoles } from "@/lib/authz/permissions";
import { mayGiveRole, mayGiveTeamRole } from "./grants";

function caller(role: UserRole | null, scopes: string[] | null = null): Authority {
  return { role, userId: "usr_x", teamRoles: new Map(), scopes };
}

function givable(authority: Authority): UserRole[] {
  return userRoles.filter((role) => mayGiveRole(authority, role));
}

test.each([
  ["admin", ["admin", "manager", "user", "viewer"]],
  ["manager", ["manager", "user", "viewer"]],
  ["user", ["user", "viewer"]],
  ["viewer", ["viewer"]],
] as const)("a caller of role %s gives %j", (role, expected) => {
  expect(givable(caller(role))).toEqual(expected);
});

test("a team's key, which has no role, gives none", () => {
  expect(givable(caller(null))).toEqual([]);
});

test("an admin's key gives a role above user only if its scopes cover all that the role may do", () => {
  expect(givable(caller("admin", ["users.*"]))).toEqual(["user", "viewer"]);
  expect(givable(caller("admin", ["*"]))).toEqual(["admin", "manager", "user", "viewer"]);
  const managers = [
    "users.*",
    "teams.*",
    "members.*",
    "invitations.*",
    "keys.*",
    "budgets.*",
    "requests.*",
    "usage.*",
    "alerts.*",
    "me.*",
    "models.read",
  ];
  expect(givable(caller("admin", managers))).toEqual(["manager", "user", "viewer"]);
});

function holder(role: TeamRole, scopes: string[] | null = null): Authority {
  return { role: "user", userId: "usr_x", teamRoles: new Map([["team_a", role]]), scopes };
}

test("an owner gives every role on their team and no role beside it", () => {
  expect(mayGiveTeamRole(holder("owner"), "owner", "team_a")).toBe(true);
  expect(mayGiveTeamRole(holder("owner"), "owner", "team_b")).toBe(false);
  expect(mayGiveTeamRole(holder("member"), "owner", "team_a")).toBe(false);
  expect(mayGiveTeamRole(caller("manager"), "owner", "team_b")).toBe(true);
});

test("an owner's key makes owners only if its scopes cover all that an owner may do", () => {
  expect(mayGiveTeamRole(holder("owner", ["invitations.*", "members.*"]), "owner", "team_a")).toBe(false);
  expect(mayGiveTeamRole(holder("owner", ["invitations.*"]), "member", "team_a")).toBe(true);
  expect(mayGiveTeamRole(holder("owner", ["*"]), "owner", "team_a")).toBe(true);
});
