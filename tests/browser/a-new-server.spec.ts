import type { APIRequestContext, Page } from "@playwright/test";
import packageJson from "@/package.json" with { type: "json" };
import { expect, findViolations, openFrontPage, test } from "./fixtures";
import { masterKey } from "./settings";

const authorization = `Bearer ${masterKey}`;

async function create<T>(request: APIRequestContext, path: string, data: object): Promise<T> {
  const answer = await request.post(`/api/v1${path}`, { data, headers: { authorization } });
  expect(answer.status(), `${path}: ${await answer.text()}`).toBe(201);
  return answer.json();
}

/** A call through the gateway with a key of a team whose budget it overruns; resolves once it is settled. */
async function spend(request: APIRequestContext): Promise<void> {
  const budget = { limit_usd: "0.000001", period: "monthly", hard: false };
  const team = await create<{ id: string }>(request, "/teams", { name: "Research", budget });
  const { secret } = await create<{ secret: string }>(request, "/keys", { type: "team", name: "ci", team_id: team.id });
  const data = { model: "sim-small", max_tokens: 20, messages: [{ role: "user", content: "Hello" }] };
  const call = await request.post("/v1/chat/completions", { data, headers: { authorization: `Bearer ${secret}` } });
  expect(call.status(), await call.text()).toBe(200);
  const readRequests = async () => {
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const query = new URLSearchParams({ from, interval: "hour" });
    const answer = await request.get(`/api/v1/usage/summary?${query}`, { headers: { authorization } });
    return (await answer.json()).totals.requests;
  };
  await expect.poll(readRequests).toBe(1);
}

const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

test("a new server says what it is, that nothing happened yet, and how to begin", async ({ page, baseURL }) => {
  await openFrontPage(page);
  const server = part(page, "Server");
  await expect(server.getByText(packageJson.version, { exact: true })).toBeVisible();
  await expect(server.getByText("Embedded PostgreSQL")).toBeVisible();
  await expect(server.getByText("Up to date")).toBeVisible();
  await expect(part(page, "Spend").getByText("No calls in the last 24 hours")).toBeVisible();
  await expect(part(page, "Budgets at risk").getByText("No budgets yet")).toBeVisible();
  await expect(part(page, "Recent alerts").getByText("No alerts yet")).toBeVisible();
  await expect(part(page, "Providers").getByText("Key stored").first()).toBeVisible();
  await expect(part(page, "Quick start").getByText(`curl ${baseURL}/v1/chat/completions`)).toBeVisible();
  await expect(page.getByText("Signed in: master key", { exact: true })).toBeVisible();
  expect(await findViolations(page)).toEqual([]);
});

test("a call shows with its cost, the budget that it overran, and the alerts that told of it", async ({
  page,
  request,
}) => {
  await spend(request);
  await openFrontPage(page);
  const spent = part(page, "Spend");
  await expect(spent.getByText("1 call", { exact: true })).toBeVisible();
  await expect(spent.getByRole("paragraph").filter({ hasText: /^\$0\.0000\d+$/ })).toBeVisible();
  await expect(
    spent.getByRole("img", { name: /^Cost per hour over the last 24 hours, most in the hour/ }),
  ).toBeVisible();
  const row = part(page, "Budgets at risk").getByRole("row", { name: /Research/ });
  await expect(row).toContainText("Team, monthly (UTC), soft");
  await expect(row).toContainText("of $0.000001");
  await expect(row).toContainText("used up");
  const alerts = part(page, "Recent alerts").getByRole("listitem");
  await expect(alerts.filter({ hasText: "Research" })).toHaveCount(4);
  await expect(alerts.filter({ hasText: "100 %" })).toHaveCount(1);
});

test("each figure leads to the list behind it", async ({ page }) => {
  await openFrontPage(page);
  const tiles = page.getByRole("list", { name: "At a glance" });
  const tile = (name: string) => tiles.getByRole("listitem").filter({ hasText: name });
  await expect(tile("Calls today")).toContainText("none failed");
  await expect(tile("Spend this month")).toContainText(/none before up to|no full hour to compare/);
  await expect(tile("Latency today, p95")).toContainText(/p50 \d/);
  await expect(tile("Budgets at risk").getByText("1", { exact: true })).toBeVisible();
  await expect(tile("Models without a price").getByText("every model has one")).toBeVisible();
  for (const [name, place] of [
    ["Spend today (USD, UTC)", /\/admin\/usage\?range=today$/],
    ["Spend this month (USD, UTC)", /\/admin\/usage\?range=month$/],
    ["Budgets at risk", /\/admin\/budgets\?at_risk=true&sort=-percent$/],
    ["Models without a price", /\/admin\/models\?price_known=false$/],
    ["Failing webhooks", /\/admin\/webhooks$/],
    ["Providers in cooldown", /\/admin\/providers$/],
  ] as const)
    await expect(tiles.getByRole("link", { name })).toHaveAttribute("href", place);
  await tiles.getByRole("link", { name: "Calls today (UTC)" }).click();
  await expect(page.getByRole("table", { name: "Finished calls" }).getByRole("link")).toHaveCount(1);
});

for (const [colorScheme, width] of [
  ["light", 390],
  ["dark", 1440],
] as const) {
  test(`the sign-in page has no fault that axe finds in ${colorScheme}, ${width} pixels wide`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.goto("/sign-in");
    expect(await findViolations(page)).toEqual([]);
  });
}

test("from a telephone's width to a desk's, nothing is cut off", async ({ page }) => {
  await openFrontPage(page);
  await expect(part(page, "Spend").getByText("1 call", { exact: true })).toBeVisible();
  for (const width of [390, 640, 768, 1024, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await overflow(page), `${width} px`).toBe(0);
  }
});

test("the command is copied as it stands", async ({ page, context, baseURL }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openFrontPage(page);
  const quickStart = part(page, "Quick start");
  await expect(quickStart.locator("pre")).not.toContainText("MODEL");
  await quickStart.getByRole("button", { name: "Copy the command" }).click();
  await expect(quickStart.getByRole("status")).toHaveText("Copied");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await quickStart.locator("pre").textContent());
  expect(copied).toContain(`${baseURL}/v1/chat/completions`);
  expect(copied).toContain("Authorization: Bearer $PLLM_KEY");
  expect(copied).not.toContain(masterKey);
});

test("the colours are the system's until one chooses, and the choice is kept", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await openFrontPage(page);
  const backgroundOf = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await backgroundOf();
  await page.getByRole("button", { name: /^Colours: as the system/ }).click();
  await page.getByRole("button", { name: /^Colours: light/ }).click();
  await expect(page.getByRole("button", { name: /^Colours: dark/ })).toBeVisible();
  const dark = await backgroundOf();
  expect(dark).not.toBe(light);
  await page.reload();
  await expect(page.getByRole("button", { name: /^Colours: dark/ })).toBeVisible();
  expect(await backgroundOf()).toBe(dark);
});

test("the keyboard reaches everything, beginning with a way past the frame", async ({ page }) => {
  await openFrontPage(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Read everything again" })).toBeFocused();
});

test("a part that cannot be read says so by itself, and is read again on demand", async ({ page }) => {
  await page.route("**/api/v1/budgets?*", (route) => route.abort());
  await openFrontPage(page);
  const budgets = part(page, "Budgets at risk");
  await expect(budgets.getByRole("alert")).toContainText("The server did not answer.");
  await expect(part(page, "Spend").getByText("1 call", { exact: true })).toBeVisible();
  expect(await findViolations(page)).toEqual([]);
  await page.unroute("**/api/v1/budgets?*");
  await budgets.getByRole("button", { name: "Try again" }).click();
  await expect(budgets.getByRole("row", { name: /Research/ })).toBeVisible();
});

test("figures that can no longer be brought up to date stay, with the time they are from", async ({ page }) => {
  await openFrontPage(page);
  const budgets = part(page, "Budgets at risk");
  await expect(budgets.getByRole("row", { name: /Research/ })).toBeVisible();
  await page.route("**/api/v1/budgets?*", (route) => route.abort());
  await page.getByRole("button", { name: "Read everything again" }).click();
  await expect(budgets.getByText(/This is how it was at \d\d:\d\d:\d\d UTC\./)).toBeVisible();
  await expect(budgets.getByRole("row", { name: /Research/ })).toBeVisible();
});
