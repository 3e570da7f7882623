import type { APIRequestContext, Page } from "@playwright/test";
import { expect, findViolations, openFrontPage, signIn, signInAsPerson, test } from "./fixtures";
import { masterKey } from "./settings";

const headers = { authorization: `Bearer ${masterKey}` };
const rulesPath = "/admin/sign-in?view=rules";

const readSettings = async (request: APIRequestContext) => (await request.get("/api/v1/settings", { headers })).json();

async function changeSettings(request: APIRequestContext, data: object): Promise<void> {
  const answer = await request.patch("/api/v1/settings", { data, headers });
  expect(answer.status(), await answer.text()).toBe(200);
}

const addRule = (page: Page, title: string) => page.getByRole("button", { name: `Add a rule : ${title}` });
const rules = (page: Page, title: string) => page.getByRole("group", { name: title }).getByRole("listitem");
const form = (page: Page) => page.getByRole("region", { name: "Who becomes what" });
const tryIt = (page: Page) => page.getByRole("region", { name: "Try it" });

async function openRules(page: Page): Promise<void> {
  await openFrontPage(page);
  await page.goto(rulesPath);
  await expect(page.getByLabel("Groups of administrators")).toBeEnabled();
}

const names = [
  "auto_create_users",
  "allowed_email_domains",
  "default_role",
  "admin_groups",
  "group_to_role",
  "group_to_team",
  "auto_create_teams",
];
let before: Record<string, unknown>;

test.beforeEach(async ({ request }) => {
  const settings = await readSettings(request);
  before = Object.fromEntries(names.map((name) => [name, settings[name]]));
  await changeSettings(request, {
    auto_create_users: true,
    allowed_email_domains: [],
    default_role: "user",
    admin_groups: [],
    group_to_role: {},
    group_to_team: {},
    auto_create_teams: false,
  });
});
// The rules of the development sign-in are other tests' too.
test.afterEach(({ request }) => changeSettings(request, before));

test("an admin finds who could not sign in, why, and what to do; the filters stand in the address", async ({
  page,
}) => {
  await page.goto("/sign-in");
  await signIn(page, "sk-not-the-key-either");
  await expect(page.getByRole("alert").filter({ hasText: "not the master key" })).toBeVisible();
  await openFrontPage(page);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Sign-in" }).click();
  await expect(page).toHaveURL("/admin/sign-in");
  const list = page.getByRole("list", { name: "Sign-ins" });
  const failure = list.getByRole("listitem").filter({ hasText: "master_key_wrong" }).first();
  await expect(failure).toContainText("Somebody entered a wrong master key.");
  await expect(failure).toContainText("What to do: ");
  await expect(list.getByText("signed in", { exact: true })).toHaveCount(0);
  await page.getByLabel("Which sign-ins").selectOption("Successful");
  await expect(page).toHaveURL("/admin/sign-in?outcome=ok");
  await expect(list.getByText("signed in", { exact: true }).first()).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Which sign-ins")).toHaveValue("ok");
  await expect(list.getByText("master_key_wrong")).toHaveCount(0);
  await page.getByLabel("E-mail, subject or address").fill("nobody at all");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await expect(page).toHaveURL("/admin/sign-in?outcome=ok&q=nobody+at+all");
});

test("how sign-in is set up is told, and no secret with it", async ({ page }) => {
  await openFrontPage(page);
  await page.goto("/admin/sign-in");
  const accounts = page.getByRole("region", { name: "Accounts and sessions" });
  await expect(accounts.getByText("Get an account when they first sign in")).toBeVisible();
  await expect(accounts.getByText("7 d after signing in")).toBeVisible();
  await expect(page.getByRole("region", { name: "Identity provider" })).not.toHaveAttribute("aria-busy", "true");
  expect(await page.content()).not.toContain(masterKey);
});

test("rules are tried before they are saved, then saved, and hold after a reload", async ({ page, request }) => {
  await openRules(page);
  await addRule(page, "Group gives role").click();
  await expect(page.getByLabel("Group of rule 1")).toBeFocused();
  await page.keyboard.type("developers");
  await rules(page, "Group gives role").getByLabel("What rule 1 gives").selectOption("Manager");
  await addRule(page, "Group gives team").click();
  await page.keyboard.type("developers");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Engineering/Platform");
  await page.getByLabel("Make teams that a rule names").check();
  await expect(page.getByText("3 fields changed and not saved.")).toBeVisible();
  await tryIt(page)
    .getByLabel("Claims", { exact: true })
    .fill(JSON.stringify({ email: "jane@example.test", groups: ["developers", "unheard"] }));
  await tryIt(page).getByRole("button", { name: "Preview" }).click();
  await expect(tryIt(page)).toContainText("manager by group: developers");
  await expect(tryIt(page)).toContainText("Engineering/Platform Would be made");
  await expect(tryIt(page)).toContainText("unheard");
  await expect(tryIt(page)).toContainText("Joins Engineering/Platform.");
  expect(await readSettings(request)).toMatchObject({ group_to_role: {}, group_to_team: {} });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(/^Saved\./)).toBeVisible();
  await page.reload();
  await expect(rules(page, "Group gives team").getByLabel("What rule 1 gives")).toHaveValue("Engineering/Platform");
  expect(await readSettings(request)).toMatchObject({
    group_to_role: { developers: "manager" },
    group_to_team: { developers: ["Engineering/Platform"] },
    auto_create_teams: true,
  });
});

test("what is wrong stands beside what it is about, and nothing is saved", async ({ page, request }) => {
  await openRules(page);
  await page.getByLabel("Domains that may make accounts").fill("example.com\nnot a domain");
  await addRule(page, "Group gives team").click();
  await page.keyboard.type("ops");
  await expect(page.getByText("This rule needs a team.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save", exact: true })).toBeDisabled();
  await page.keyboard.press("Tab");
  await page.keyboard.type("Operations");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(form(page).getByText(/^Line 2 must be a domain/)).toBeVisible();
  await expect(page.getByLabel("Domains that may make accounts")).toHaveAttribute("aria-invalid", "true");
  expect(await findViolations(page)).toEqual([]);
  expect((await readSettings(request)).allowed_email_domains).toEqual([]);
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(page.getByLabel("Domains that may make accounts")).toHaveValue("");
  await expect(form(page).getByText(/^Line 2/)).toHaveCount(0);
});

test("a change that somebody else made meanwhile is not overwritten unseen", async ({ page, request }) => {
  await openRules(page);
  await page.getByLabel("Groups of administrators").fill("mine");
  await changeSettings(request, { default_role: "viewer" });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Somebody else changed the settings while you wrote.")).toBeVisible();
  expect((await readSettings(request)).admin_groups).toEqual([]);
  await page.getByRole("button", { name: "Save my changes over it" }).click();
  await expect(page.getByText(/^Saved\./)).toBeVisible();
  expect(await readSettings(request)).toMatchObject({ admin_groups: ["mine"], default_role: "viewer" });
});

test("what is being written survives a look at the troubleshooter, and says that it is not saved", async ({ page }) => {
  await openRules(page);
  await page.getByLabel("Groups of administrators").fill("platform");
  const parts = page.getByRole("navigation", { name: "Parts of this page" });
  await expect(parts.getByText("Unsaved")).toBeVisible();
  await parts.getByRole("link", { name: "Set-up and problems" }).click();
  await expect(page.getByRole("region", { name: "Troubleshooter" })).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("Groups of administrators")).toHaveValue("platform");
});

test("claims that are no claims are told beside the field", async ({ page }) => {
  await openRules(page);
  const claims = tryIt(page).getByLabel("Claims", { exact: true });
  await claims.fill("{");
  await tryIt(page).getByRole("button", { name: "Preview" }).click();
  await expect(tryIt(page).getByText("This is not a JSON object.")).toBeVisible();
  await claims.fill('{"groups": 7}');
  await tryIt(page).getByRole("button", { name: "Preview" }).click();
  await expect(tryIt(page).getByText("groups must be a list of names.")).toBeVisible();
  await expect(claims).toHaveAttribute("aria-invalid", "true");
});

test("the keyboard alone adds a rule, removes it and saves", async ({ page, request }) => {
  await openRules(page);
  await addRule(page, "Group gives role").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("guests");
  await page.keyboard.press("Tab");
  await page.keyboard.press("v");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Remove rule 1: guests" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(rules(page, "Group gives role")).toHaveCount(0);
  await expect(addRule(page, "Group gives role")).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type("guests");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^Saved\./)).toBeVisible();
  expect((await readSettings(request)).group_to_role).toEqual({ guests: "user" });
});

test.describe("a person", () => {
  test.use({ mayVisitProvider: true });

  test("without the right to read settings has no way to the page, and is told so there", async ({ page }) => {
    await page.goto("/");
    await signInAsPerson(page, "Viewer");
    await expect(page.getByRole("link", { name: /^Signed in: / })).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Sign-in" })).toHaveCount(0);
    await page.goto("/admin/sign-in");
    await expect(page.getByText("Your role does not show you this.")).toBeVisible();
    await expect(page.getByRole("region", { name: "Troubleshooter" })).toHaveCount(0);
    expect(await findViolations(page)).toEqual([]);
  });

  test("who signed in is somebody to try the rules on, which changes nothing", async ({
    page,
    browser,
    baseURL,
    request,
  }) => {
    await changeSettings(request, { group_to_team: { "development:developers": ["Platform"] } });
    const other = await browser.newContext({ baseURL });
    const elsewhere = await other.newPage();
    await elsewhere.goto("/");
    await signInAsPerson(elsewhere, "Developer");
    await expect(elsewhere.getByRole("heading", { name: "Home" })).toBeVisible();
    await other.close();
    await openFrontPage(page);
    await page.goto("/admin/sign-in?outcome=ok");
    await page.getByRole("button", { name: "Try the rules on dora@development.example" }).first().click();
    await expect(page).toHaveURL(rulesPath);
    await rules(page, "Group gives team")
      .getByRole("button", { name: /^Remove rule 1/ })
      .click();
    await expect(tryIt(page).getByLabel("Claims", { exact: true })).toHaveValue(/development:developers/);
    await tryIt(page).getByRole("button", { name: "Preview" }).click();
    await expect(tryIt(page)).toContainText("Signs in to the account that this identity has.");
    await expect(tryIt(page)).toContainText("Leaves Platform.");
    const people = await (await request.get("/api/v1/users?q=dora@", { headers })).json();
    expect(people.data[0].teams).toMatchObject([{ name: "Platform" }]);
  });
});
