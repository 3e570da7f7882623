import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { readSettings } from "@/lib/settings/service";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer } from "@/lib/testing/factories";

// Before anything reads the configuration, which a process does once.
const directory = mkdtempSync(path.join(os.tmpdir(), "pllm-settings-"));
const file = `
rate_limits: {default_rpm: 120}
budget: {alert_thresholds: [50, 75, 90, 100]}
general_settings: {enable_auto_user_creation: true}
auth:
  dex: {auto_create_users: false, default_role: viewer, admin_groups: [ops, "acme:admins"]}
dex_mapping:
  group_to_role: {lead: manager}
  group_to_team: {dev: Engineering / Platform, lead: [Engineering, Sales]}
  auto_create_teams: true
`;
writeFileSync(path.join(directory, "config.yaml"), file);
process.env.PLLM_CONFIG = path.join(directory, "config.yaml");
afterAll(() => rmSync(directory, { recursive: true }));

const t = openTestDatabase();
const api = createApi(routes);

test("what the configuration file gives is shown as such, wins, and cannot be changed here", async () => {
  const caller = api.as(await makeAdminBearer(t.db));
  // Stored before the file named it.
  await t.db.settings.update({ where: { id: 1 }, data: { data: { default_rpm_limit: 5, cooldown_seconds: 9 } } });
  const { body } = await caller.get("/settings");
  expect(body).toMatchObject({
    default_rpm_limit: 120,
    cooldown_seconds: 9,
    managed_by: { default_rpm_limit: "file", alert_thresholds: "file" },
  });
  const signIn = {
    auto_create_users: false,
    default_role: "viewer",
    admin_groups: ["ops", "acme:admins"],
    group_to_role: { lead: "manager" },
    group_to_team: { dev: ["Engineering/Platform"], lead: ["Engineering", "Sales"] },
    auto_create_teams: true,
  };
  expect(body).toMatchObject(signIn);
  for (const field of Object.keys(signIn)) expect(body.managed_by).toHaveProperty(field, "file");
  expect(body.managed_by).not.toHaveProperty("allowed_email_domains");
  expect((await caller.patch("/settings", { group_to_role: {} })).status).toBe(409);
  expect((await caller.patch("/settings", { allowed_email_domains: ["example.com"] })).status).toBe(200);
  expect((await readSettings(t.db)).default_rpm_limit).toBe(120);

  const refused = await caller.patch("/settings", { default_rpm_limit: 1, cooldown_seconds: 1 });
  expect(refused.status).toBe(409);
  expect(refused.body.error.fields.map((field) => field.path)).toEqual(["default_rpm_limit"]);
  expect((await caller.get("/settings")).body.cooldown_seconds).toBe(9);
  expect((await caller.patch("/settings", { cooldown_seconds: 1 })).status).toBe(200);
});
