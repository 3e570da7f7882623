import type { APIRequestContext, Page } from "@playwright/test";
import { expect, findViolations, openFrontPage, signInAsPerson, test } from "./fixtures";
import { masterKey } from "./settings";

const headers = { authorization: `Bearer ${masterKey}` };
const unique = (word: string) => `${word} ${Date.now().toString(36)}`;
const tree = (page: Page) => page.getByRole("table", { name: "Team tree" });
const members = (page: Page) => page.getByRole("table", { name: "Members" });

async function create<T>(request: APIRequestContext, path: string, data: object): Promise<T> {
  const answer = await request.post(`/api/v1${path}`, { data, headers });
  expect(answer.status(), await answer.text()).toBe(201);
  return answer.json();
}

interface Made {
  id: string;
  name: string;
}

const makeTeam = (request: APIRequestContext, name: string, more: object = {}) =>
  create<Made>(request, "/teams", { name, ...more });

const makeUser = (request: APIRequestContext, name: string, teams: object[] = []) =>
  create<Made>(request, "/users", { email: `${name.replace(" ", "-")}@teams.example`, name, teams });

test("the tree opens and closes, is searched, and leads to a team that says where its limits come from", async ({
  page,
  request,
}) => {
  const root = await makeTeam(request, unique("Root"), {
    rpm_limit: 50,
    budget: { limit_usd: "9", period: "monthly" },
  });
  const child = await makeTeam(request, unique("Branch"), { parent_id: root.id, rpm_limit: 80, tpm_limit: 900 });
  const leaf = await makeTeam(request, unique("Leaf"), { parent_id: child.id });
  await openFrontPage(page);
  await page.goto("/admin/teams");
  await expect(tree(page).getByRole("link", { name: child.name })).toBeVisible();
  await tree(page)
    .getByRole("button", { name: `Teams below ${root.name}` })
    .click();
  await expect(tree(page).getByRole("link", { name: child.name })).toHaveCount(0);
  await page.getByRole("button", { name: "Open all" }).click();
  await expect(tree(page).getByRole("link", { name: leaf.name })).toBeVisible();
  await page.getByRole("button", { name: "Close all" }).click();
  await expect(tree(page).getByRole("link", { name: leaf.name })).toHaveCount(0);
  await page.getByRole("searchbox", { name: "Part of the name" }).fill(leaf.name);
  await expect(tree(page).getByRole("row")).toHaveCount(4);
  await tree(page).getByRole("link", { name: leaf.name }).click();
  await expect(page.getByRole("heading", { name: leaf.name, level: 1 })).toBeVisible();
  const limits = page.getByRole("table", { name: "Limits of this team" });
  await expect(limits.getByRole("row", { name: /Requests per minute/ })).toContainText(`50${root.name}`);
  await expect(limits.getByRole("row", { name: /Tokens per minute/ })).toContainText(`900${child.name}`);
  await expect(page.getByRole("table", { name: "Budgets of this team" })).toContainText(root.name);
  await page.getByRole("navigation", { name: "Where this is" }).getByRole("link", { name: child.name }).click();
  await expect(page.getByRole("table", { name: "Teams below" })).toContainText(leaf.name);
});

test("a team is made, edited, moved and deleted; one in use stays", async ({ page, request }) => {
  const [from, to] = [await makeTeam(request, unique("From")), await makeTeam(request, unique("To"))];
  const name = unique("Wanderer");
  await openFrontPage(page);
  await page.goto(`/admin/teams/${from.id}`);
  await page.getByRole("button", { name: "Create a team below" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Requests per minute").fill("0");
  await dialog.getByRole("button", { name: "Create team" }).click();
  await expect(dialog.getByText("Must be at least 1.")).toBeVisible();
  await dialog.getByLabel("Requests per minute").fill("12");
  await dialog.getByRole("button", { name: "Create team" }).click();
  await expect(dialog).toHaveCount(0);
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("This team still has 1 sub-team. Move");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("table", { name: "Teams below" }).getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Move" }).click();
  const below = page.getByRole("combobox", { name: "Below" });
  await expect(below).toHaveValue(from.name);
  await below.fill(to.name);
  await page.getByRole("option", { name: to.name }).click();
  await page.getByRole("button", { name: "Move", exact: true }).click();
  await expect(page.getByRole("navigation", { name: "Where this is" })).toContainText(to.name);
  const audit = page.getByRole("table", { name: "Changes of this team" });
  await expect(audit.getByRole("row", { name: /team\.updated/ })).toContainText("parent_id");
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL("/admin/teams");
});

test("the list is sorted by the address, and many are limited or deleted at once, after a look", async ({
  page,
  request,
}) => {
  const word = unique("Bulk");
  const [used, idle] = [await makeTeam(request, `${word} a`), await makeTeam(request, `${word} b`)];
  await create(request, "/keys", { type: "team", name: "in use", team_id: used.id });
  const list = page.getByRole("table", { name: "All teams" });
  await openFrontPage(page);
  await page.goto("/admin/teams?view=list");
  await page.getByRole("searchbox", { name: "Part of the name" }).fill(word);
  await expect(list.getByRole("row")).toHaveCount(3);
  await page.getByRole("button", { name: "Team", exact: true }).click();
  await expect(page).toHaveURL(/view=list.*sort=name/);
  await expect(list.getByRole("row").nth(1)).toContainText(used.name);
  await page.getByLabel("Select all rows of this page").check();
  const bar = page.getByRole("toolbar", { name: "Selected teams" });
  const dialog = page.getByRole("alertdialog");
  await bar.getByRole("button", { name: "Set limits" }).click();
  await dialog.getByLabel("Requests per minute").fill("40");
  await dialog.getByRole("button", { name: "Show what would happen" }).click();
  await expect(dialog).toContainText("2 teams would be given the limits.");
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Set limits" }).click();
  await expect(dialog).toHaveCount(0);
  await page.getByLabel("Select all rows of this page").check();
  await bar.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Show what would happen" }).click();
  await expect(dialog).toContainText("1 team would be deleted, 1 would stay as they are:");
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(list.getByRole("row")).toHaveCount(2);
  expect((await request.get(`/api/v1/teams/${idle.id}`, { headers })).status()).toBe(404);
  expect(await (await request.get(`/api/v1/teams/${used.id}`, { headers })).json()).toMatchObject({ rpm_limit: 40 });
});

test("members tell what gives them their place; those by hand are added, changed and removed", async ({
  page,
  request,
}) => {
  const root = await makeTeam(request, unique("Upper"));
  const team = await makeTeam(request, unique("Lower"), { parent_id: root.id });
  const boss = await makeUser(request, unique("boss"), [{ team_id: root.id, role: "owner" }]);
  const other = await makeUser(request, unique("other"));
  await openFrontPage(page);
  await page.goto(`/admin/teams/${team.id}?view=members`);
  await expect(members(page).getByRole("row", { name: new RegExp(boss.name) })).toContainText(
    `owner by hand in ${root.name}`,
  );
  await page.getByRole("button", { name: "Add member" }).click();
  await page.getByRole("combobox", { name: "Person" }).fill(other.name);
  await page.getByRole("option", { name: other.name }).click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const row = members(page).getByRole("row", { name: new RegExp(other.name) });
  await expect(row).toContainText("member by hand");
  await row.getByRole("button", { name: `Actions on ${other.name} in ${team.name}` }).click();
  await page.getByRole("menuitem", { name: "Change role" }).click();
  await page.getByLabel("Role by hand").selectOption("owner");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(row).toContainText("owner by hand");
  await row.getByRole("button", { name: `Actions on ${other.name} in ${team.name}` }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(row).toHaveCount(0);
});

test.describe("a person", () => {
  test.use({ mayVisitProvider: true });

  test("who owns a team has their day there: a team below it, a member, a key that calls, an invitation", async ({
    page,
    request,
  }) => {
    await page.goto("/teams");
    await signInAsPerson(page, "Team owner");
    const own = page.getByRole("table", { name: "Your teams" });
    await expect(own.getByRole("row", { name: /Platform/ })).toContainText("owner");
    await own.getByRole("link", { name: "Platform" }).click();
    await expect(page).toHaveURL(/\/teams\/team_/);
    await expect(page.locator('a[href^="/admin"]')).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Delete" })).toHaveCount(0);
    const below = unique("Below");
    await page.getByRole("button", { name: "Create a team below" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill(below);
    await page.keyboard.press("Enter");
    await page.getByRole("table", { name: "Teams below" }).getByRole("link", { name: below }).click();
    await expect(page.getByRole("heading", { name: below, level: 1 })).toBeVisible();
    expect(await findViolations(page)).toEqual([]);

    await page.getByRole("link", { name: "Members" }).click();
    await expect(members(page).getByRole("row", { name: /Otto/ })).toContainText("owner by hand in Platform");
    await page.getByRole("button", { name: "Invite" }).click();
    await page
      .getByRole("dialog", { name: `Invite to ${below}` })
      .getByLabel("E-mail")
      .fill(`new-${Date.now()}@teams.example`);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("region", { name: "Link" })).toBeVisible();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("link", { name: "Invitations" }).click();
    await expect(page.getByRole("table", { name: "Invitations" })).toContainText(`member of ${below}`);

    await page.getByRole("link", { name: "Keys", exact: true }).click();
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("shared");
    await page.keyboard.press("Enter");
    const secret = await page.getByRole("region", { name: "Secret" }).locator("code").textContent();
    await page.getByRole("button", { name: "I have copied it" }).click();
    await expect(page.getByRole("table", { name: "Keys of this team" })).toContainText("shared");
    const call = async () => {
      const data = { model: "sim-small", max_tokens: 5, messages: [{ role: "user", content: "Hello" }] };
      const authorization = `Bearer ${secret}`;
      return (await request.post("/v1/chat/completions", { data, headers: { authorization } })).status();
    };
    await expect.poll(call).toBe(200);
    await page.getByRole("link", { name: "Usage", exact: true }).click();
    await expect(page.getByRole("region", { name: "Spend", exact: true })).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
  });

  test("who is a member sees their team, what is left and whom it has, and nothing to change", async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto("/teams");
    await signInAsPerson(page, "Developer");
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole("link", { name: "Platform" }).click();
    await expect(page.getByRole("region", { name: "Facts" })).toContainText("Your rolemember");
    await expect(page.getByRole("button", { name: /Edit|Create|Delete|Move/ })).toHaveCount(0);
    await expect(page.getByRole("link", { name: /^(Usage|Invitations)$/ })).toHaveCount(0);
    await page.getByRole("link", { name: "Members" }).click();
    await expect(members(page).getByRole("row", { name: /Otto/ })).toBeVisible();
    await expect(page.getByRole("button", { name: /^Actions on|Invite|Add member/ })).toHaveCount(0);
    expect(await findViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
    await page.goto("/admin/teams");
    await expect(page.getByText("Your role does not show you this.").first()).toBeVisible();
  });
});
