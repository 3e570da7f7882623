import type { APIRequestContext } from "@playwright/test";
import packageJson from "@/package.json" with { type: "json" };
import { expect, findViolations, openFrontPage, test } from "./fixtures";
import { masterKey } from "./settings";

const headers = { authorization: `Bearer ${masterKey}` };

async function read(request: APIRequestContext): Promise<Record<string, unknown>> {
  return (await request.get("/api/v1/settings", { headers })).json();
}
async function write(request: APIRequestContext, data: object): Promise<void> {
  expect((await request.patch("/api/v1/settings", { data, headers })).status()).toBe(200);
}

// The other tests of the suite run under the same settings.
test.afterEach(({ request }) =>
  write(request, { cooldown_seconds: 30, alert_thresholds: [50, 75, 90, 100], trace_retention_days: 30 }),
);

test("settings are changed and kept; what the server does not take stands beside its field", async ({
  page,
  request,
}) => {
  await openFrontPage(page);
  await page.getByRole("region", { name: "Server" }).getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  const form = page.getByRole("region", { name: "Settings" });
  const save = form.getByRole("button", { name: "Save", exact: true });
  await expect(save).toBeDisabled();
  await form.getByLabel("Thresholds, in percent").fill("80, 120");
  await form.getByLabel("Rest of a failing credential, seconds").fill("45");
  await expect(form.getByText("2 settings changed and not saved.")).toBeVisible();
  await save.click();
  await expect(form.getByLabel("Thresholds, in percent")).toHaveAttribute("aria-invalid", "true");
  await expect(form.getByLabel("Thresholds, in percent")).toBeFocused();
  expect((await read(request)).cooldown_seconds).toBe(30);
  expect(await findViolations(page)).toEqual([]);
  await form.getByLabel("Thresholds, in percent").fill("80, 100");
  await form.getByLabel("Traces and refused calls, days").fill("");
  await save.click();
  await expect(page.getByText("Settings saved")).toBeVisible();
  expect(await read(request)).toMatchObject({
    cooldown_seconds: 45,
    alert_thresholds: [80, 100],
    trace_retention_days: null,
  });
  await page.reload();
  await expect(form.getByLabel("Rest of a failing credential, seconds")).toHaveValue("45");
  const { data } = await (await request.get("/api/v1/audit?action=settings.updated&limit=1", { headers })).json();
  expect(data[0]).toMatchObject({ before: { cooldown_seconds: 30 }, after: { cooldown_seconds: 45 } });
});

test("what is not saved is not lost by following a link, nor with the session", async ({ page, context }) => {
  await openFrontPage(page);
  await page.goto("/admin/settings");
  await page.getByLabel("Rest of a failing credential, seconds").fill("61");
  const away = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Audit" });
  const question = page.getByRole("alertdialog", { name: "Leave without saving?" });
  await away.click();
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByLabel("Rest of a failing credential, seconds")).toHaveValue("61");
  await away.click();
  await question.getByRole("button", { name: "Leave" }).click();
  await expect(page).toHaveURL("/admin/audit");
  await away.click();
  await expect(question).toHaveCount(0);
  await page.goto("/admin/settings");
  await page.getByLabel("Rest of a failing credential, seconds").fill("62");
  await context.clearCookies();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Your session has ended, and nothing is saved yet.")).toBeVisible();
  await expect(page.getByRole("link", { name: "sign in in another tab" })).toHaveAttribute("href", "/sign-in");
  await expect(page.getByLabel("Rest of a failing credential, seconds")).toHaveValue("62");
});

test("what somebody else changed meanwhile is not overwritten unasked", async ({ page, request }) => {
  await openFrontPage(page);
  await page.goto("/admin/settings");
  const cooldown = page.getByLabel("Rest of a failing credential, seconds");
  await cooldown.fill("60");
  await write(request, { alert_thresholds: [95] });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Somebody else changed the settings while you wrote.")).toBeVisible();
  await page.getByRole("button", { name: "Save my changes over it" }).click();
  await expect(page.getByText("Settings saved")).toBeVisible();
  expect(await read(request)).toMatchObject({ cooldown_seconds: 60, alert_thresholds: [95] });
  await expect(page.getByLabel("Thresholds, in percent")).toHaveValue("95");
});

test("switching the master key off warns before it is saved, and is not saved by looking", async ({
  page,
  request,
}) => {
  await openFrontPage(page);
  await page.goto("/admin/settings");
  await page.getByLabel("The master key signs in here").uncheck();
  await expect(page.getByText("Sessions of the master key end as soon as this is saved.")).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByLabel("The master key signs in here")).toBeChecked();
  expect((await read(request)).master_key_sign_in).toBe(true);
});

test("the server says its version, whether its schema is whole, and whether its work gets done", async ({ page }) => {
  await openFrontPage(page);
  await page.goto("/admin/settings");
  const server = page.getByRole("region", { name: "Server" });
  await expect(server).toContainText(packageJson.version);
  await expect(server).toContainText("Up to date");
  await expect(page.getByRole("region", { name: "Background work" })).toContainText("Running");
  await expect(page.getByRole("region", { name: "Encryption keys" })).toContainText("Active");
});
