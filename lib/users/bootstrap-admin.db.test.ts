import { expect, test } from "vitest";
import { systemContext } from "@/lib/context";
import { openTestDatabase } from "@/lib/testing/database";
import { ensureBootstrapAdmin } from "./bootstrap-admin";

const t = openTestDatabase();
const ensure = (email: string) => ensureBootstrapAdmin(systemContext(t.db, "boot"), email);

test("processes that start together make one admin, announced and audited once", async () => {
  await Promise.all([ensure("First@Example.com"), ensure("first@example.com"), ensure("first@example.com")]);
  const users = await t.db.user.findMany();
  expect(users).toMatchObject([
    { email: "first@example.com", role: "admin", manual_role: "admin", created_via: "bootstrap" },
  ]);
  expect(await t.db.message.count({ where: { type: "user.provisioned" } })).toBe(1);
  expect(await t.db.auditEntry.count({ where: { action: "user.created" } })).toBe(1);
});

test("who was demoted stays demoted at the next start", async () => {
  await t.db.user.update({ where: { email: "first@example.com" }, data: { role: "user" } });
  await ensure("first@example.com");
  expect(await t.db.user.findMany({ select: { role: true } })).toEqual([{ role: "user" }]);
});
