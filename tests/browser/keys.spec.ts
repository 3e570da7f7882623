import type { APIRequestContext, Page } from "@playwright/test";
import { expect, findViolations, openFrontPage, signInAsPerson, test } from "./fixtures";
import { masterKey } from "./settings";

const headers = { authorization: `Bearer ${masterKey}` };
const rows = (page: Page) => page.getByRole("table", { name: "All keys" }).getByRole("row");

async function create<T>(request: APIRequestContext, path: string, data: object): Promise<T> {
  const answer = await request.post(`/api/v1${path}`, { data, headers });
  expect(answer.status(), await answer.text()).toBe(201);
  return answer.json();
}

async function makeTeam(request: APIRequestContext, name: string): Promise<{ id: string; name: string }> {
  const budget = { limit_usd: "5", period: "monthly" };
  return create(request, "/teams", { name: `${name} ${Date.now().toString(36)}`, budget });
}

async function makeKey(request: APIRequestContext, team: { id: string }, name: string): Promise<{ id: string }> {
  const { key } = await create<{ key: { id: string } }>(request, "/keys", { type: "team", name, team_id: team.id });
  return key;
}

async function call(request: APIRequestContext, secret: string): Promise<number> {
  const data = { model: "sim-small", max_tokens: 5, messages: [{ role: "user", content: "Hello" }] };
  const authorization = `Bearer ${secret}`;
  const answer = await request.post("/v1/chat/completions", { data, headers: { authorization } });
  return answer.status();
}

async function readSecret(page: Page): Promise<string> {
  return (await page.getByRole("region", { name: "Secret" }).locator("code").textContent()) ?? "";
}

/** Presses Tab until what has the focus is called `name`: as somebody without a mouse gets there. */
async function tabTo(page: Page, name: RegExp | string, role: "button" | "textbox" | "combobox" | "link" = "button") {
  const target = page.getByRole(role, { name, exact: typeof name === "string" });
  for (let step = 0; step < 60; step++) {
    if (await target.evaluateAll((found) => found.some((element) => element === document.activeElement))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${String(name)}`);
}

async function expectNowhere(page: Page, secret: string): Promise<void> {
  expect(await page.content()).not.toContain(secret);
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }));
  expect(stored).not.toContain(secret);
  expect(page.url()).not.toContain(secret);
}

test("by the keyboard alone a key is made, shown once, rotated with an overlap, and revoked with a reason", async ({
  page,
  request,
}) => {
  const team = await makeTeam(request, "Keyboard");
  await openFrontPage(page);
  await page.goto("/admin/keys");
  await expect(rows(page).first()).toBeVisible();
  await tabTo(page, "Create key");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
  await page.keyboard.type("by-hand");
  await tabTo(page, "Team", "combobox");
  await page.keyboard.type(team.name);
  await expect(page.getByRole("option", { name: team.name })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await tabTo(page, "Budget in USD", "textbox");
  await page.keyboard.type("1.50");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "The key by-hand is made" })).toBeVisible();
  expect(await findViolations(page)).toEqual([]);
  const first = await readSecret(page);
  expect(first).toMatch(/^sk-team-\w{49}$/);
  await expect(page.getByRole("region", { name: ".env" })).toContainText(`OPENAI_API_KEY=${first}`);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeVisible();
  await tabTo(page, "I have copied it");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expectNowhere(page, first);
  await expect.poll(() => call(request, first)).toBe(200);

  await tabTo(page, "by-hand", "link");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "by-hand", level: 1 })).toBeVisible();
  await expect(
    page.getByRole("table", { name: "Budgets of this key" }).getByRole("row", { name: /by-hand/ }),
  ).toContainText("binds");
  await tabTo(page, "Rotate");
  await page.keyboard.press("Enter");
  await tabTo(page, "Rotate");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "The new secret of by-hand" })).toBeVisible();
  const second = await readSecret(page);
  expect(second).not.toBe(first);
  await tabTo(page, "I have copied it");
  await page.keyboard.press("Enter");
  await expectNowhere(page, second);
  await expect.poll(() => call(request, second)).toBe(200);
  expect(await call(request, first)).toBe(200);

  await tabTo(page, "Revoke");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alertdialog", { name: "Revoke the key by-hand?" })).toBeVisible();
  await tabTo(page, "Reason", "textbox");
  await page.keyboard.type("left on a bus");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Facts" })).toContainText("left on a bus");
  // Its button is gone with the deed.
  await expect(page.getByRole("heading", { name: "by-hand", level: 1 })).toBeFocused();
  await expect.poll(() => call(request, second)).toBe(401);
  expect(await call(request, first)).toBe(401);
  const audit = page.getByRole("table", { name: "Changes of this key" });
  for (const action of ["key.created", "key.rotated", "key.revoked"]) await expect(audit).toContainText(action);

  await tabTo(page, "Restore");
  await page.keyboard.press("Enter");
  await tabTo(page, "Restore");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Block" })).toBeVisible();
  await expect.poll(() => call(request, second)).toBe(200);
});

test("the list is searched, filtered and sorted at the server, and the address tells it", async ({ page, request }) => {
  const team = await makeTeam(request, "Lists");
  const alpha = `alpha-${Date.now().toString(36)}`;
  for (const name of [alpha, "beta-list"]) await makeKey(request, team, name);
  await openFrontPage(page);
  await page.goto("/admin/keys");
  await page.getByRole("searchbox", { name: "Name, last four characters or id" }).fill(alpha);
  await expect(page).toHaveURL(`/admin/keys?q=${alpha}`);
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole("button", { name: "Clear", exact: true }).first().click();
  await page.getByRole("combobox", { name: "Team" }).fill(team.name);
  await page.getByRole("option", { name: team.name }).click();
  await expect(page).toHaveURL(`/admin/keys?team_id=${team.id}`);
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole("button", { name: "Key", exact: true }).click();
  await expect(page).toHaveURL(`/admin/keys?team_id=${team.id}&sort=name`);
  await expect(rows(page).nth(1)).toContainText(alpha);
  await page.getByRole("button", { name: "Key", exact: true }).click();
  await expect(rows(page).nth(1)).toContainText("beta-list");
  // A phone has no heads to press.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByLabel("Sort by").selectOption("Key ↑");
  await expect(rows(page).nth(1)).toContainText(alpha);
  await page.getByLabel("Sort by").selectOption("Key ↓");
  await page.setViewportSize({ width: 1280, height: 900 });
  await expect(rows(page).nth(1)).toContainText("beta-list");
  await expect(page).toHaveURL(`/admin/keys?team_id=${team.id}&sort=-name`);
  await page.reload();
  await expect(rows(page).nth(1)).toContainText("beta-list");
  await expect(page.getByRole("combobox", { name: "Team" })).toHaveValue(team.name);
  const csv = page.getByRole("link", { name: "CSV" });
  const download = page.waitForEvent("download");
  await csv.click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  await page.getByLabel("State", { exact: true }).selectOption("revoked");
  await expect(page.getByText("Nothing matches")).toBeVisible();
});

test("pages are turned forth and back, by the address too", async ({ page, request }) => {
  const team = await makeTeam(request, "Pages");
  for (let index = 0; index < 30; index++) await makeKey(request, team, `page-${String(index).padStart(2, "0")}`);
  await openFrontPage(page);
  await page.goto(`/admin/keys?team_id=${team.id}&sort=name`);
  await expect(rows(page)).toHaveCount(26);
  await page.getByRole("button", { name: "Next" }).click();
  await expect(rows(page)).toHaveCount(6);
  await expect(rows(page).nth(1)).toContainText("page-25");
  await page.reload();
  await expect(rows(page).nth(1)).toContainText("page-25");
  await page.getByRole("button", { name: "Previous" }).click();
  await expect(rows(page).nth(1)).toContainText("page-00");
  await page.goBack();
  await expect(rows(page).nth(1)).toContainText("page-25");
});

test("many are revoked at once, after a look at what that would do", async ({ page, request }) => {
  const team = await makeTeam(request, "Bulk");
  const keys = [await makeKey(request, team, "bulk-a"), await makeKey(request, team, "bulk-b")];
  await request.post(`/api/v1/keys/${keys[0]?.id}/revoke`, { data: {}, headers });
  await openFrontPage(page);
  await page.goto(`/admin/keys?team_id=${team.id}&sort=name`);
  await page.getByLabel("Select all rows of this page").check();
  const bar = page.getByRole("toolbar", { name: "Selected keys" });
  await expect(bar).toContainText("2 keys selected");
  await bar.getByRole("button", { name: "Revoke" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Show what would happen" }).click();
  await expect(dialog).toContainText("1 key would be revoked, 1 would stay as they are:");
  await expect(dialog).toContainText("1 key: This key is already revoked.bulk-a");
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByLabel("Reason").fill("tidied up");
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rows(page).nth(2)).toContainText("revoked");
  const after = await (await request.get(`/api/v1/keys/${keys[1]?.id}`, { headers })).json();
  expect(after).toMatchObject({ status: "revoked", revoked_reason: "tidied up" });
});

test("what the server does not take stands beside its field; what somebody else changed is not overwritten", async ({
  page,
  request,
}) => {
  const team = await makeTeam(request, "Edits");
  const key = await makeKey(request, team, "edited");
  await openFrontPage(page);
  await page.goto(`/admin/keys/${key.id}`);
  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit the key edited" });
  // Nothing is cut off: who pastes too much is told so.
  await dialog.getByLabel("Name", { exact: true }).fill("n".repeat(121));
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(dialog.getByLabel("Name", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Name", { exact: true })).toHaveValue("n".repeat(121));
  await dialog.getByLabel("Name", { exact: true }).fill("edited");
  await dialog.getByLabel("Requests per minute").fill("0");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(dialog.getByText("Must be at least 1.")).toBeVisible();
  await expect(dialog.getByLabel("Requests per minute")).toHaveAttribute("aria-invalid", "true");
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByLabel("Requests per minute").fill("30");
  await request.patch(`/api/v1/keys/${key.id}`, { data: { tpm_limit: 900 }, headers });
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(dialog.getByText("Somebody else changed this key while you wrote.")).toBeVisible();
  await dialog.getByRole("button", { name: "Save my changes over it" }).click();
  await expect(dialog).toHaveCount(0);
  const limits = page.getByRole("table", { name: "Limits of this key" });
  await expect(limits.getByRole("row", { name: /Requests per minute/ })).toContainText("30This key");
  await expect(limits.getByRole("row", { name: /Tokens per minute/ })).toContainText("900This key");
});

test.describe("a person", () => {
  test.use({ mayVisitProvider: true });

  test("who is a developer makes a key with a name and three keystrokes, is told what it may spend, and calls", async ({
    page,
    request,
  }) => {
    await page.goto("/keys");
    await signInAsPerson(page, "Developer");
    await expect(page.getByRole("region", { name: "Your keys" })).not.toHaveAttribute("aria-busy", "true");
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
    await page.keyboard.type("laptop");
    await expect(page.getByText(/^It can spend at most|^No budget limits/)).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    const secret = await readSecret(page);
    expect(secret).toMatch(/^sk-user-/);
    await page.getByRole("button", { name: "I have copied it" }).click();
    await expectNowhere(page, secret);
    await expect.poll(() => call(request, secret)).toBe(200);
    const row = page.getByRole("row", { name: /laptop/ }).first();
    await row.getByRole("button", { name: "Actions on laptop" }).click();
    await page.getByRole("menuitem", { name: "Revoke" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
    await expect(row).toContainText("revoked");
    await expect.poll(() => call(request, secret)).toBe(401);
    expect(await findViolations(page)).toEqual([]);
  });

  test("who is a viewer can change nothing", async ({ page }) => {
    await page.goto("/keys");
    await signInAsPerson(page, "Viewer");
    await expect(page.getByText("Your role makes no keys.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Create key" })).toHaveCount(0);
    await expect(page.getByRole("button", { name: /^Actions on/ })).toHaveCount(0);
    const answer = await page.evaluate(async () => {
      const body = JSON.stringify({ type: "user", name: "sneaky" });
      return (await fetch("/api/v1/keys", { method: "POST", headers: { "content-type": "application/json" }, body }))
        .status;
    });
    expect(answer).toBe(403);
    expect(await findViolations(page)).toEqual([]);
  });
});
