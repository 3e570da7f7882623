import { expect, test } from "vitest";
import type { User } from "@/lib/users/queries";
import { actsOn } from "./user-deeds";
import { changeOf, editOf, emptyUser, newUserOf } from "./user-draft";
import { roleSourceOf } from "./user-words";

const user: User = {
  id: "usr_1",
  email: "ada@example.test",
  name: "Ada",
  role: "manager",
  manual_role: null,
  oidc_role: "manager",
  teams: [],
  created_via: "oidc",
  disabled_at: null,
  disabled_reason: null,
  last_seen_at: null,
  allowed_models: ["gpt-*"],
  blocked_models: [],
  rpm_limit: 5,
  tpm_limit: null,
  parallel_limit: null,
  metadata: {},
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  version: 1,
};

test("only what was written over is sent; an emptied field takes away what was set", () => {
  expect(changeOf(user, editOf(user))).toEqual({});
  expect(changeOf(user, { ...editOf(user), name: " ", rpm_limit: "", role: "admin" })).toEqual({
    name: null,
    rpm_limit: null,
    role: "admin",
  });
  const byHand: User = { ...user, manual_role: "viewer" };
  expect(changeOf(byHand, { ...editOf(byHand), role: "" })).toEqual({ role: null });
});

test("a new person has what was filled in, and nothing else", () => {
  expect(newUserOf({ ...emptyUser, email: "a@example.test" })).toEqual({ email: "a@example.test" });
  const team = { id: "team_1", label: "Core" };
  expect(newUserOf({ ...emptyUser, email: "a@example.test", team, team_role: "owner", role: "viewer" })).toEqual({
    email: "a@example.test",
    role: "viewer",
    teams: [{ team_id: "team_1", role: "owner" }],
  });
});

test("the role's source is what gives the role that counts", () => {
  expect(roleSourceOf(user)).toBe("by groups");
  expect(roleSourceOf({ ...user, manual_role: "manager" })).toBe("by hand and by groups");
  expect(roleSourceOf({ role: "user", manual_role: null, oidc_role: null })).toBe("by default");
});

test("nobody is offered to disable or delete themselves", () => {
  expect(actsOn(user, user.id)).toEqual(["edit", "sign-out"]);
  expect(actsOn(user, null)).toEqual(["edit", "sign-out", "disable", "delete"]);
  expect(actsOn({ ...user, disabled_at: user.created_at }, null)).toEqual(["edit", "enable", "delete"]);
});
