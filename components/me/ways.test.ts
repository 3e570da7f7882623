import { expect, test } from "vitest";
import { type Action, actions, reachOf, type UserRole } from "@/lib/authz/permissions";
import type { Me } from "@/lib/me/queries";
import { adminKeysPath, adminPath, homePath } from "@/lib/paths";
import { isAt, waysOf } from "./ways";

/** What `/me` says of a person of this role who is in no team. */
function person(role: UserRole): Me {
  const authority = { role, userId: "usr_1", teamRoles: new Map(), scopes: null };
  const reachTo = (action: Action) => reachOf(authority, action);
  const rights = actions.flatMap((action) => {
    const reach = reachTo(action);
    return reach ? [{ action, reach: reach.kind === "all" ? ("all" as const) : ("own" as const) }] : [];
  });
  return { kind: "session", name: "Ada", role, user: null, key: null, teams: [], rights };
}

const pathsOf = (me: Me) => waysOf(me).flatMap((group) => group.ways.map(({ path }) => path));

test.each(["user", "viewer"] as const)("a %s is led to no administrators' page", (role) => {
  expect(pathsOf(person(role)).filter((path) => path.startsWith(adminPath))).toEqual([]);
  expect(pathsOf(person(role))).toContain(homePath);
});

test("a manager is led to what managers may see of everybody, and not to settings", () => {
  const labels = waysOf(person("manager")).flatMap((group) => group.ways.map(({ label }) => label));
  expect(labels).toContain("Keys");
  expect(labels).not.toContain("Sign-in");
});

test("the master key is nobody and has no pages of its own", () => {
  const paths = pathsOf({ ...person("admin"), kind: "master" });
  expect(paths).toContain(adminKeysPath);
  expect(paths).not.toContain(homePath);
});

test("a page is where one is, and so is whatever lies below it; home and overview are only themselves", () => {
  expect(isAt(adminKeysPath, `${adminKeysPath}/key_1`)).toBe(true);
  expect(isAt(adminKeysPath, `${adminKeysPath}x`)).toBe(false);
  expect(isAt(adminPath, adminKeysPath)).toBe(false);
  expect(isAt(homePath, adminPath)).toBe(false);
});
