/** Every page that the navigation leads to, and one of each kind below them: whole, without faults, on a telephone and on a desk. */
import type { APIRequestContext, Page } from "@playwright/test";
import { ask, headers, type Made, send, unique } from "./budget-data";
import { expect, findViolations, signInAsPerson, test } from "./fixtures";
import { startReceiver } from "./receiver";
import { makeCalls } from "./usage-data";

test.use({ mayVisitProvider: true });

// A bound for a machine with much else to do: a test here opens some twenty pages.
const perPageMs = 20_000;

interface Stop {
  path: string;
  /** The place in the navigation that it belongs to; null where it belongs to none. */
  marked: string | null;
}

const nav = (page: Page) => page.getByRole("navigation", { name: "Main" });

/** The pages of the navigation, as the visitor has it. The API reference is no page of the console. */
async function readWays(page: Page): Promise<Stop[]> {
  await expect(nav(page).getByRole("link", { name: "API reference" })).toBeVisible();
  const ways = await nav(page)
    .getByRole("link")
    .evaluateAll((links) => links.map((link) => ({ path: link.getAttribute("href") ?? "", marked: link.textContent })));
  return ways.filter(({ path }) => path !== "/docs");
}

/** A switch of themes fades colours; on the way they are neither. Spinners, which never end, are not waited for. */
const settleColours = (page: Page) =>
  page.evaluate(async () => {
    const fades = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(fades.map(({ finished }) => finished));
  });

/** What shows now, in both themes on a telephone and on a desk: no fault that axe finds, nothing beside the page. */
async function look(page: Page, what: string): Promise<void> {
  for (const [colorScheme, width] of [
    ["light", 390],
    ["dark", 390],
    ["dark", 1440],
    ["light", 1440],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    await expect.poll(overflow, `${what}, ${width} pixels`).toBe(0);
    await settleColours(page);
    expect(await findViolations(page), `${what}, ${colorScheme}, ${width} pixels`).toEqual([]);
  }
}

async function visit(page: Page, { path, marked }: Stop): Promise<void> {
  await page.goto(path);
  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { level: 1 }), path).toHaveCount(1);
  await expect(page.locator("[aria-busy=true]"), path).toHaveCount(0);
  await expect(main.getByRole("alert"), path).toHaveCount(0);
  await expect(main.getByText("Your role does not show you this."), path).toHaveCount(0);
  const lists = page.getByRole("region").filter({ has: page.getByRole("search") });
  const withoutFile = lists.filter({ hasNot: page.getByRole("link", { name: "CSV", exact: true }) });
  await expect(withoutFile, `${path}: lists without CSV`).toHaveCount(0);
  await look(page, path);
  const here = nav(page).locator("[aria-current=page]");
  if (marked === null) await expect(here, path).toHaveCount(0);
  else await expect(here, path).toHaveText(marked);
}

const limit = { limit_usd: "0.00001", period: "monthly", hard: false };

/** Wider than a telephone, and nowhere to break it. */
const longWord = "w".repeat(60);

/** One of each kind, with something in it; the longest names are those that are cut off first. */
async function makeDetails(request: APIRequestContext) {
  const name = unique(`A team with a name of two lines, ${longWord}`);
  const { teamId, keyId } = await makeCalls(request, name);
  const child = await ask<Made>(request, "post", "/teams", { name: `${name}, below`, parent_id: teamId });
  const user = await ask<Made>(request, "post", "/users", {
    email: `every-page-${Date.now().toString(36)}@pages.example`,
    teams: [{ team_id: child.id }],
    budget: limit,
  });
  const provider = await ask<Made>(request, "post", "/providers", {
    name: `pages-${Date.now().toString(36)}`,
    base_url: "https://models.example.com/v1",
    api_key: "sk-pages-0123456789",
    models: ["looked-at"],
  });
  const first = async (path: string) => (await ask<{ data: Made[] }>(request, "get", path)).data[0]?.id ?? "";
  const receiver = await startReceiver();
  const { webhook } = await ask<{ webhook: Made }>(request, "post", "/webhooks", {
    url: receiver.url,
    description: name,
    events: [],
  });
  await ask(request, "post", `/webhooks/${webhook.id}/test`, {});
  receiver.close();
  return {
    team: teamId,
    child: child.id,
    user: user.id,
    provider: provider.id,
    webhook: webhook.id,
    key: keyId,
    call: await first(`/usage/events?key_id=${keyId}`),
    budget: await first(`/budgets?scope_type=team&scope_id=${teamId}`),
    model: await first(`/models?provider_id=${provider.id}`),
    delivery: await first(`/webhooks/${webhook.id}/deliveries`),
  };
}

test("an administrator is led to pages without faults, and to none that is not theirs", async ({ page }) => {
  await page.goto("/");
  await signInAsPerson(page, "Platform admin");
  const ways = await readWays(page);
  expect(ways.map(({ path }) => path)).toEqual(expect.arrayContaining(["/", "/connect", "/admin", "/admin/settings"]));
  test.setTimeout(ways.length * perPageMs);
  for (const way of ways) await visit(page, way);
});

test("what the lists of administrators lead to has no faults either, and keeps its place in the navigation", async ({
  page,
  request,
}) => {
  test.setTimeout(30 * perPageMs);
  const made = await makeDetails(request);
  await page.goto("/admin");
  await signInAsPerson(page, "Platform admin");
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  for (const [marked, ...paths] of [
    ["Requests", `/admin/calls/${made.call}`, `/admin/calls?view=refused&key_id=${made.key}`],
    ["Users", `/admin/users/${made.user}`, `/admin/users/${made.user}?view=keys`, "/admin/users?view=invitations"],
    ["Users", `/admin/users/${made.user}?view=usage`],
    ["Teams", `/admin/teams/${made.child}`, `/admin/teams/${made.team}?view=members`, "/admin/teams?view=list"],
    ["Teams", ...["keys", "usage", "invitations"].map((view) => `/admin/teams/${made.team}?view=${view}`)],
    ["Keys", `/admin/keys/${made.key}`],
    ["Budgets", `/admin/budgets/${made.budget}`, "/admin/budgets?view=alerts"],
    ["Approvals", "/admin/approvals?view=decided"],
    ["Providers", `/admin/providers/${made.provider}`],
    ["Models", `/admin/models/${made.model}`],
    ["Webhooks", `/admin/webhooks/${made.webhook}`, `/admin/webhooks/deliveries/${made.delivery}`],
    ["Sign-in", "/admin/sign-in?view=rules"],
    [null, "/account"],
  ] as const)
    for (const path of paths) await visit(page, { path, marked });
  for (const path of [`/webhooks/${made.webhook}`, `/providers/${made.provider}`])
    await request.delete(`/api/v1${path}`, { headers });
});

test("what opens on the pages of administrators has no faults: forms, previews, tables behind charts", async ({
  page,
}) => {
  test.setTimeout(30 * perPageMs);
  await page.goto("/admin");
  await signInAsPerson(page, "Platform admin");
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  for (const [path, button, shows] of [
    ["/admin/keys", "Create key", "Budget in USD"],
    ["/admin/users", "Create user", "Role by hand"],
    ["/admin/users?view=invitations", "Invite", "E-mail"],
    ["/admin/teams", "Create team", "Requests per minute"],
    ["/admin/budgets", "Create budget", "Limit in USD"],
    ["/admin/providers", "Add provider", "Base URL"],
    ["/admin/webhooks", "Add webhook", "Description"],
    ["/account", "Sign out everywhere", null],
    ["/admin/audit", /^Details of/, null],
    ["/admin/usage", "Spend: show as a table", null],
    ["/admin/sign-in?view=rules", "Preview", null],
  ] as const) {
    await page.goto(path);
    await expect(page.locator("[aria-busy=true]"), path).toHaveCount(0);
    await page.getByRole("button", { name: button }).first().click();
    if (shows) await expect(page.getByRole("dialog").getByLabel(shows, { exact: true }), path).toBeVisible();
    await look(page, `${path}, ${button}`);
  }
});

test("a developer is led to pages without faults, and nowhere else", async ({ page, request }) => {
  test.setTimeout(30 * perPageMs);
  await page.goto("/");
  await signInAsPerson(page, "Developer");
  const ways = await readWays(page);
  expect(ways.map(({ path }) => path)).toEqual(["/", "/keys", "/usage", "/budgets", "/teams", "/connect"]);
  const first = async (path: string) => (await ask<{ data: Made[] }>(request, "get", path)).data[0]?.id ?? "";
  const team = await first("/teams?q=Platform");
  const budget = await ask<Made>(request, "post", "/budgets", { ...limit, scope: { type: "team", id: team } });
  const asked = { budget_id: budget.id, amount_usd: "1", reason: longWord.repeat(10) };
  expect((await send(page, "/requests", asked)).status).toBe(201);
  for (const way of ways) await visit(page, way);
  for (const [marked, path] of [
    ["My usage", "/usage/calls"],
    ["My usage", "/usage/calls?view=refused"],
    ["My budgets", `/budgets/${budget.id}`],
    ["My budgets", "/budgets?view=requests"],
    ["My teams", `/teams/${team}`],
    ["My teams", `/teams/${team}?view=members`],
    ["My teams", `/teams/${team}?view=keys`],
    ["Connect", "/connect?view=codex"],
    ["Connect", "/connect?view=open-webui"],
    [null, "/account"],
  ] as const)
    await visit(page, { path, marked });
  await request.delete(`/api/v1/budgets/${budget.id}`, { headers });
});
