import { expect, test } from "vitest";
import { newKeyOf, startDraft, typesFor } from "./create-key-draft";
import { actsOn } from "./key-deeds";

const draft = { ...startDraft({ user: null }), name: "ci" };

test("what is not filled in is left to the server's defaults", () => {
  expect(newKeyOf(draft)).toEqual({
    type: "team",
    name: "ci",
    rpm_limit: null,
    tpm_limit: null,
    parallel_limit: null,
  });
});

test("a team's key is nobody's, whoever was chosen before the type", () => {
  const user = { id: "usr_1", label: "ada@example.test" };
  expect(newKeyOf({ ...draft, user })).not.toHaveProperty("user_id");
  expect(newKeyOf({ ...draft, user, type: "user" })).toHaveProperty("user_id", "usr_1");
});

test("money goes out as it was written, and limits as numbers", () => {
  const sent = newKeyOf({ ...draft, limit_usd: " 0.10 ", period: "daily", rpm_limit: "60" });
  expect(sent).toMatchObject({ budget: { limit_usd: "0.10", period: "daily" }, rpm_limit: 60 });
});

test("only administrators are offered admin keys", () => {
  const offered = (role: "admin" | "manager") => typesFor({ role }).map(({ type }) => type);
  expect(offered("admin")).toContain("admin");
  expect(offered("manager")).not.toContain("admin");
});

test.each([
  ["active", {}, ["edit", "rotate", "block", "revoke"]],
  ["blocked", { blocked_at: "2026-01-01T00:00:00Z" }, ["edit", "rotate", "unblock", "revoke"]],
  ["blocked", {}, ["edit", "rotate", "block", "revoke"]],
  ["expired", {}, ["edit", "block", "revoke"]],
  ["revoked", { revoked_at: "2026-01-01T00:00:00Z" }, ["restore"]],
] as const)("a key that is %s %o can be acted on: %j", (status, at, acts) => {
  expect(actsOn({ status, revoked_at: null, blocked_at: null, ...at })).toEqual(acts);
});
