import type { Page } from "@playwright/test";
import { expect, findViolations, openFrontPage, signIn, signInAsPerson, test } from "./fixtures";
import { masterKey } from "./settings";

const nav = (page: Page) => page.getByRole("navigation", { name: "Main" });
const field = (page: Page) => page.getByRole("combobox", { name: "Search pages, people, teams and keys" });

test("the master key is nobody: it is led to the overview, and its place is marked", async ({ page }) => {
  await page.goto("/");
  await signIn(page);
  await expect(page).toHaveURL("/admin");
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await expect(nav(page).getByRole("link", { name: "Overview" })).toHaveAttribute("aria-current", "page");
  await expect(nav(page).getByRole("link", { name: "My keys" })).toHaveCount(0);
  await nav(page).getByRole("link", { name: "Keys" }).click();
  await expect(page).toHaveURL("/admin/keys");
  await expect(nav(page).getByRole("link", { name: "Keys" })).toHaveAttribute("aria-current", "page");
  await expect(nav(page).getByRole("link", { name: "Overview" })).not.toHaveAttribute("aria-current");
});

test("on a telephone the ways are in a drawer that the keyboard opens, follows and leaves", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openFrontPage(page);
  await expect(nav(page)).toBeHidden();
  const open = page.getByRole("button", { name: "Open the menu" });
  await open.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Menu" })).toBeVisible();
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(open).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Menu" }).getByRole("link", { name: "Keys" }).click();
  await expect(page).toHaveURL("/admin/keys");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a page of what is not there says so, and does not go on loading", async ({ page }) => {
  await openFrontPage(page);
  const id = "01jd0c4x8k9m2n3p4q5r6s7t8v";
  for (const path of [
    `/admin/keys/key_${id}`,
    `/admin/users/usr_${id}`,
    `/admin/teams/team_${id}`,
    `/admin/budgets/bud_${id}`,
    `/admin/models/model_${id}`,
    `/admin/providers/prov_${id}`,
    `/admin/webhooks/hook_${id}`,
    `/admin/webhooks/deliveries/dlv_${id}`,
  ]) {
    await page.goto(path);
    await expect(page.getByRole("main").getByRole("alert").first(), path).toBeVisible();
    await expect(page.locator("[aria-busy=true]"), path).toHaveCount(0);
  }
});

test.describe("the palette", () => {
  test("finds a page by the keyboard alone, and remembers it", async ({ page }) => {
    await openFrontPage(page);
    await page.keyboard.press("Control+k");
    await expect(field(page)).toBeFocused();
    await page.keyboard.type("sign");
    await expect(page.getByRole("option")).toHaveCount(1);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL("/admin/sign-in");
    await expect(field(page)).toHaveCount(0);
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("option").first()).toContainText("Sign-in");
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  test("finds a key by a part of its name and goes there", async ({ page, request }) => {
    const headers = { authorization: `Bearer ${masterKey}` };
    const team = await (await request.post("/api/v1/teams", { data: { name: "Found" }, headers })).json();
    const data = { type: "team", name: "needle-in-the-hay", team_id: team.id };
    const { key } = await (await request.post("/api/v1/keys", { data, headers })).json();
    await openFrontPage(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("in-the-hay");
    await expect(page.getByRole("option", { name: /needle-in-the-hay/ })).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(`/admin/keys/${key.id}`);
  });

  test("says that nothing matches, and that the search failed", async ({ page }) => {
    await openFrontPage(page);
    await page.getByRole("button", { name: "Search everything" }).click();
    await field(page).fill("no such thing anywhere");
    await expect(page.getByRole("dialog").getByText("Nothing matches")).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
    await page.context().setOffline(true);
    await field(page).fill("key");
    await expect(page.getByText("Only pages are listed.")).toBeVisible();
    await expect(page.getByRole("option", { name: /^Keys/ })).toBeVisible();
    await page.context().setOffline(false);
  });
});

test.describe("a person", () => {
  test.use({ mayVisitProvider: true });

  test("who is a developer sees a home of their own, and no administrators' pages", async ({ page }) => {
    await page.goto("/");
    await signInAsPerson(page, "Developer");
    await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
    await expect(page.getByRole("region", { name: "You" }).getByText("dora@development.example")).toBeVisible();
    await expect(nav(page).getByRole("link", { name: "My keys" })).toBeVisible();
    await expect(nav(page).getByText("Admin")).toHaveCount(0);
    await expect(page.locator('a[href^="/admin"]')).toHaveCount(0);
    await page.keyboard.press("Control+k");
    await field(page).fill("overview");
    await expect(page.getByRole("dialog").getByText("Nothing matches")).toBeVisible();
    await page.keyboard.press("Escape");
    for (const path of ["/admin", "/admin/keys"]) {
      await page.goto(path);
      await expect(page.getByText("Your role does not show you this.").first()).toBeVisible();
    }
  });
});
