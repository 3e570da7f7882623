import type { APIRequestContext, Page } from "@playwright/test";
import { expect, findViolations, openFrontPage, test } from "./fixtures";
import { masterKey } from "./settings";

const headers = { authorization: `Bearer ${masterKey}` };
const unique = (word: string) => `${word}-${Date.now().toString(36)}`;
const rows = (page: Page) => page.getByRole("table", { name: "All people" }).getByRole("row");

interface Made {
  id: string;
  email: string;
}

async function makeUser(request: APIRequestContext, name: string, more: object = {}): Promise<Made> {
  const data = { email: `${name}@users.example`, name, ...more };
  const answer = await request.post("/api/v1/users", { data, headers });
  expect(answer.status(), await answer.text()).toBe(201);
  return answer.json();
}

async function makeTeam(request: APIRequestContext, name: string): Promise<{ id: string; name: string }> {
  const answer = await request.post("/api/v1/teams", { data: { name }, headers });
  expect(answer.status(), await answer.text()).toBe(201);
  return answer.json();
}

const read = async (request: APIRequestContext, { id }: { id: string }) =>
  (await request.get(`/api/v1/users/${id}`, { headers })).json();

test("the list is searched and filtered at the server, and the address tells it", async ({ page, request }) => {
  const word = unique("listed");
  const team = await makeTeam(request, unique("Listed"));
  await makeUser(request, `${word}-a`, { teams: [{ team_id: team.id }] });
  const b = await makeUser(request, `${word}-b`, { role: "viewer", teams: [{ team_id: team.id }] });
  await request.post(`/api/v1/users/${b.id}/disable`, { data: {}, headers });
  await openFrontPage(page);
  await page.goto("/admin/users");
  await page.getByRole("searchbox", { name: "Part of the name or the e-mail address" }).fill(word);
  await expect(page).toHaveURL(`/admin/users?q=${word}`);
  await expect(rows(page)).toHaveCount(3);
  await page.getByLabel("State", { exact: true }).selectOption("disabled");
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).nth(1)).toContainText("viewerby hand");
  await page.getByRole("button", { name: "Clear", exact: true }).first().click();
  await page.getByRole("combobox", { name: "Team" }).fill(team.name);
  await page.getByRole("option", { name: team.name }).click();
  await expect(page).toHaveURL(`/admin/users?team_id=${team.id}`);
  await page.getByRole("button", { name: "Person", exact: true }).click();
  await expect(rows(page)).toHaveCount(3);
  await expect(rows(page).nth(1)).toContainText(`${word}-a`);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
});

test("an account is made with a role and a place, and its page tells where each comes from", async ({
  page,
  request,
}) => {
  const team = await makeTeam(request, unique("Place"));
  const email = `${unique("made")}@users.example`;
  await openFrontPage(page);
  await page.goto("/admin/users");
  await page.getByRole("button", { name: "Create user" }).click();
  const dialog = page.getByRole("dialog", { name: "Create a user" });
  await dialog.getByLabel("E-mail").fill("no address");
  await dialog.getByRole("button", { name: "Create user" }).click();
  await expect(dialog.getByText("Must be an e-mail address.")).toBeVisible();
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByLabel("Role by hand").selectOption("manager");
  await dialog.getByRole("combobox", { name: "Team", exact: true }).fill(team.name);
  await page.getByRole("option", { name: team.name }).click();
  await dialog.getByLabel("Role in the team").selectOption("owner");
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Create user" }).click();
  await expect(dialog).toHaveCount(0);
  await page.getByRole("searchbox").fill(email);
  await page.getByRole("link", { name: email }).click();
  await expect(page.getByRole("heading", { name: email, level: 1 })).toBeVisible();
  await expect(page.getByRole("region", { name: "Facts" })).toContainText("managerby hand");
  const places = page.getByRole("table", { name: "Teams of this person" });
  await expect(places.getByRole("row", { name: new RegExp(team.name) })).toContainText("owner by hand");
  await expect(page.getByRole("region", { name: "Sign-in" })).toContainText("Has not signed in yet");

  await page.getByRole("button", { name: `Actions on ${email} in ${team.name}` }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("In no team")).toBeVisible();
  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByLabel("Reason").fill("on leave");
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await expect(page.getByRole("region", { name: "Facts" })).toContainText("on leave");
  const audit = page.getByRole("table", { name: "Changes of this person" });
  for (const action of ["user.created", "user.disabled"]) await expect(audit).toContainText(action);
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL("/admin/users");
});

test("what somebody else changed is not overwritten", async ({ page, request }) => {
  const user = await makeUser(request, unique("edited"));
  await openFrontPage(page);
  await page.goto(`/admin/users/${user.id}`);
  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog", { name: /^Edit edited/ });
  await dialog.getByLabel("Requests per minute").fill("30");
  await request.patch(`/api/v1/users/${user.id}`, { data: { tpm_limit: 900 }, headers });
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(dialog.getByText("Somebody else changed this person while you wrote.")).toBeVisible();
  await dialog.getByRole("button", { name: "Save my changes over it" }).click();
  await expect(dialog).toHaveCount(0);
  expect(await read(request, user)).toMatchObject({ rpm_limit: 30, tpm_limit: 900 });
});

test("many are given a role, or disabled, at once, after a look at what that would do", async ({ page, request }) => {
  const word = unique("many");
  const [a, b] = [await makeUser(request, `${word}-a`), await makeUser(request, `${word}-b`)];
  await request.post(`/api/v1/users/${a.id}/disable`, { data: {}, headers });
  await openFrontPage(page);
  await page.goto(`/admin/users?q=${word}&sort=email`);
  await page.getByLabel("Select all rows of this page").check();
  const bar = page.getByRole("toolbar", { name: "Selected people" });
  await expect(bar).toContainText("2 people selected");
  await bar.getByRole("button", { name: "Change role" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByRole("button", { name: "Show what would happen" })).toBeDisabled();
  await dialog.getByLabel("Role by hand").selectOption("viewer");
  await dialog.getByRole("button", { name: "Show what would happen" }).click();
  await expect(dialog).toContainText("2 people would be given the role.");
  expect(await read(request, b)).toMatchObject({ role: "user" });
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Change role" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rows(page).nth(2)).toContainText("viewer");
  await page.getByLabel("Select all rows of this page").check();
  await bar.getByRole("button", { name: "Disable" }).click();
  await dialog.getByRole("button", { name: "Show what would happen" }).click();
  await expect(dialog).toContainText("1 person would be disabled, 1 would stay as they are:");
  await expect(dialog).toContainText("1 person: This user is already disabled.");
  await dialog.getByRole("button", { name: "Disable", exact: true }).click();
  await expect(rows(page).nth(2)).toContainText("disabled");
  expect(await read(request, b)).toMatchObject({ disabled_at: expect.any(String), manual_role: "viewer" });
});

test("somebody is invited, the link is shown once, sent again with another, and taken back", async ({ page }) => {
  const email = `${unique("guest")}@users.example`;
  await openFrontPage(page);
  await page.goto("/admin/users?view=invitations");
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("dialog", { name: "Invite somebody" }).getByLabel("E-mail").fill(email);
  await page.keyboard.press("Enter");
  const link = page.getByRole("region", { name: "Link" }).locator("code");
  const first = (await link.textContent()) ?? "";
  expect(first).toMatch(/\/invitation#\S{20,}/);
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await page.content()).not.toContain(first.split("#")[1]);
  const row = page.getByRole("table", { name: "Invitations" }).getByRole("row", { name: new RegExp(email) });
  await expect(row).toContainText("open");
  await row.getByRole("button", { name: `Actions on the invitation of ${email}` }).click();
  await page.getByRole("menuitem", { name: "Send again" }).click();
  await page.getByRole("button", { name: "Send again" }).click();
  await expect(link).toBeVisible();
  expect(await link.textContent()).not.toBe(first);
  await page.getByRole("button", { name: "Done" }).click();
  await row.getByRole("button", { name: `Actions on the invitation of ${email}` }).click();
  await page.getByRole("menuitem", { name: "Revoke" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await expect(row).toContainText("revoked");
  await expect(row.getByRole("button")).toHaveCount(0);
});

test("the palette leads to a person", async ({ page, request }) => {
  const user = await makeUser(request, unique("sought"));
  await openFrontPage(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type(user.email);
  await expect(page.getByRole("option", { name: new RegExp(user.email) })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/admin/users/${user.id}`);
});
