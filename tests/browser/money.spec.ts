import type { APIRequestContext, Page } from "@playwright/test";
import { expect, findViolations, openFrontPage, signInAsPerson, test } from "./fixtures";
import { masterKey } from "./settings";

const headers = { authorization: `Bearer ${masterKey}` };
const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const rows = (page: Page, name: string) => page.getByRole("table", { name, exact: true }).getByRole("row");
const unique = (name: string) => `${name} ${Date.now().toString(36)}`;
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

interface Made {
  id: string;
}

async function ask<T>(request: APIRequestContext, method: "get" | "post", path: string, data?: object): Promise<T> {
  const answer = await request[method](`/api/v1${path}`, { headers, ...(data ? { data } : {}) });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return answer.json();
}

/** A team with a budget that one small call overruns, which counts and alerts only. */
async function makeSpentBudget(request: APIRequestContext, name: string): Promise<Made> {
  const team = await ask<Made>(request, "post", "/teams", { name });
  const scope = { type: "team", id: team.id };
  const terms = { limit_usd: "0.000001", period: "monthly", timezone: "Europe/Berlin", hard: false };
  const budget = await ask<Made>(request, "post", "/budgets", { scope, ...terms });
  const { secret } = await ask<{ secret: string }>(request, "post", "/keys", { type: "team", name, team_id: team.id });
  const data = { model: "sim-small", max_tokens: 20, messages: [{ role: "user", content: "Hello" }] };
  const authorization = `Bearer ${secret}`;
  const answer = await request.post("/v1/chat/completions", { data, headers: { authorization } });
  expect(answer.status(), await answer.text()).toBe(200);
  const count = async () => (await ask<{ data: Made[] }>(request, "get", `/alerts?budget_id=${budget.id}`)).data.length;
  await expect.poll(count).toBe(4);
  return budget;
}

test("a budget is made, found, edited without running over somebody else's change, and deleted", async ({
  page,
  request,
}) => {
  const name = unique("Budgeted");
  await ask(request, "post", "/teams", { name });
  await openFrontPage(page);
  await page.goto("/admin/budgets");
  await page.getByRole("button", { name: "Create budget" }).click();
  const dialog = page.getByRole("dialog", { name: "Create a budget" });
  await dialog.getByRole("combobox", { name: "Team", exact: true }).fill(name);
  await page.getByRole("option", { name }).click();
  await dialog.getByLabel("Limit in USD").fill("ten");
  await dialog.getByLabel("Time zone").selectOption("America/New_York");
  await dialog.getByRole("button", { name: "Create budget" }).click();
  await expect(dialog.getByLabel("Limit in USD")).toHaveAttribute("aria-invalid", "true");
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByLabel("Limit in USD").fill("10");
  await dialog.getByRole("button", { name: "Create budget" }).click();
  await expect(page.getByRole("heading", { name: `Budget on ${name}`, level: 1 })).toBeVisible();
  const id = page.url().split("/").at(-1) ?? "";

  await page.getByRole("button", { name: "Edit" }).click();
  const edit = page.getByRole("dialog", { name: `Edit the budget on ${name}` });
  await edit.getByLabel("Alerts at, in % of the limit").fill("80");
  await request.patch(`/api/v1/budgets/${id}`, { data: { limit_usd: "12" }, headers });
  await edit.getByRole("button", { name: "Save", exact: true }).click();
  await expect(edit.getByText("Somebody else changed this budget while you wrote.")).toBeVisible();
  await edit.getByRole("button", { name: "Save my changes over it" }).click();
  await expect(edit).toHaveCount(0);
  await expect(part(page, "Facts")).toContainText("$12.00");
  await expect(part(page, "Facts")).toContainText("80 %");
  const audit = page.getByRole("table", { name: "Changes of this budget" });
  for (const action of ["budget.created", "budget.updated"]) await expect(audit).toContainText(action);

  await page.goto("/admin/budgets");
  await page.getByRole("searchbox", { name: "Name of what the budget is on" }).fill(name);
  await expect(rows(page, "All budgets")).toHaveCount(2);
  await expect(rows(page, "All budgets").nth(1)).toContainText("monthly (America/New_York)");
  await page.getByLabel("On a", { exact: true }).selectOption("key");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.getByLabel("On a", { exact: true }).selectOption("team");
  await page.getByRole("button", { name: "Limit" }).click();
  await expect(page).toHaveURL(/scope_type=team&.*sort=-limit|sort=-limit&.*scope_type=team/);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  await page.getByRole("button", { name: `Actions on the monthly budget on ${name}` }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("Nothing matches")).toBeVisible();
  expect((await request.get(`/api/v1/budgets/${id}`, { headers })).status()).toBe(404);
});

test("what was spent shows against the limit, with the alerts on the way, in the list and on the budget's page", async ({
  page,
  request,
}) => {
  const name = unique("Overrun");
  const budget = await makeSpentBudget(request, name);
  await openFrontPage(page);
  await page.goto("/admin/budgets?at_risk=true&sort=-percent");
  const row = rows(page, "All budgets").filter({ hasText: name });
  await expect(row).toContainText("used up");
  await row.getByRole("link", { name, exact: true }).click();
  await expect(page).toHaveURL(`/admin/budgets/${budget.id}`);
  const chart = part(page, "Burn-down");
  await expect(
    chart.getByRole("img", { name: "Burn-down, USD spent since the start of the period, Europe/Berlin" }),
  ).toBeVisible();
  await expect(chart.getByRole("listitem").filter({ hasText: "Limit" })).toContainText("$0.000001");
  await expect(chart.getByRole("button", { name: /^Now, .* Alert at 50 %, 75 %, 90 %, 100 %$/ })).toHaveCount(1);
  await chart.getByRole("button", { name: "Burn-down: show as a table" }).click();
  await expect(chart.getByRole("row", { name: /^Now, / })).toContainText("Alert at 50 %");
  const fired = page.getByRole("table", { name: "Alerts of this budget" });
  await expect(fired.getByRole("row")).toHaveCount(5);
  await expect(fired).toContainText(/msg_\w{26}/);
  await expect(page.getByRole("table", { name: "History" }).getByRole("row")).toHaveCount(2);
  await part(page, "Alerts fired").getByRole("link", { name: "All of this budget" }).click();
  await expect(rows(page, "Alerts")).toHaveCount(5);
  await page.getByRole("searchbox", { name: "Name of what the budget is on" }).fill("nothing like it");
  await expect(page.getByText("Nothing matches")).toBeVisible();
});

for (const [colorScheme, width] of [
  ["light", 390],
  ["dark", 1440],
] as const) {
  test(`for administrators, in ${colorScheme}, ${width} pixels wide, axe finds no fault and nothing is cut off`, async ({
    page,
    request,
  }) => {
    const budget = await makeSpentBudget(request, unique("Looked at"));
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await openFrontPage(page);
    for (const [path, ready] of [
      ["/admin/budgets", "All budgets"],
      ["/admin/budgets?view=alerts", "Alerts"],
      [`/admin/budgets/${budget.id}`, "Alerts fired"],
      ["/admin/approvals", "Waiting for a decision"],
      ["/admin/approvals?view=decided", "Decided"],
    ] as const) {
      await page.goto(path);
      await expect(part(page, ready)).not.toHaveAttribute("aria-busy", "true");
      expect(await findViolations(page), path).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), path).toBe(0);
    }
  });
}

test.describe("people", () => {
  test.use({ mayVisitProvider: true });

  /** What a person's own browser would send. */
  const send = (page: Page, path: string, body: object) =>
    page.evaluate(
      async ([to, text]) => {
        const headers = { "content-type": "application/json" };
        const answer = await fetch(`/api/v1${to}`, { method: "POST", headers, body: text });
        return { status: answer.status, body: await answer.json() };
      },
      [path, JSON.stringify(body)] as const,
    );

  async function findDora(request: APIRequestContext) {
    const find = async (path: string) => (await ask<{ data: Made[] }>(request, "get", path)).data[0]?.id ?? "";
    return { dora: await find("/users?q=dora@"), team: await find("/teams?q=Platform") };
  }

  const made: string[] = [];
  test.afterAll(async ({ request }) => {
    for (const id of made) await request.delete(`/api/v1/budgets/${id}`, { headers });
  });

  async function limit(request: APIRequestContext, scope: { type: string; id: string }, terms: object) {
    const budget = await ask<Made>(request, "post", "/budgets", { scope, period: "weekly", ...terms });
    made.push(budget.id);
    return budget;
  }

  test("a developer asks for more, the team's owner grants it for a while, and nobody decides on their own", async ({
    page,
    request,
    browser,
    baseURL,
  }) => {
    await page.goto("/");
    await signInAsPerson(page, "Developer");
    await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
    const { dora, team } = await findDora(request);
    const budget = await limit(request, { type: "member", id: `${team}/${dora}` }, { limit_usd: "3" });
    await limit(request, { type: "team", id: team }, { limit_usd: "4" });
    const { body: key } = await send(page, "/keys", { type: "user", name: unique("asks"), team_id: team });

    await page.goto(`/budgets?key=${key.key.id}`);
    const chain = page.getByRole("list", { name: "From the key to the organisation" });
    await expect(chain.getByRole("listitem")).toHaveText([
      /^Key asks/,
      /^Your place in/,
      /^You Dora/,
      /^Team Platform/,
    ]);
    await expect(chain.getByRole("listitem").filter({ hasText: "Your place in" })).toContainText("binds");
    await expect(part(page, "What a call is charged to").getByRole("status")).toContainText("can spend at most $3.00");
    await expect(page.getByRole("link", { name: "Approvals" })).toHaveCount(0);
    await page.getByRole("button", { name: "Ask for more" }).click();
    const dialog = page.getByRole("dialog", { name: "Ask for more" });
    await dialog.getByLabel("Of", { exact: true }).selectOption(budget.id);
    await dialog.getByLabel("How much more, USD").fill("0");
    await dialog.getByLabel("Why").fill("the evaluation of this week");
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    await expect(dialog.getByText("Must be more than nothing.")).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
    await dialog.getByLabel("How much more, USD").fill("5");
    await dialog.getByLabel("Until").fill(inDays(3));
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    await expect(dialog).toHaveCount(0);

    const owner = await (await browser.newContext({ baseURL })).newPage();
    await owner.goto("/approvals");
    await signInAsPerson(owner, "Team owner");
    await expect(owner.getByRole("link", { name: "Approvals" })).toContainText("1");
    await expect(rows(owner, "Waiting for a decision").nth(1)).toContainText("the evaluation of this week");
    await owner.getByRole("button", { name: "Approve what Dora Developer asks for" }).click();
    const decision = owner.getByRole("dialog", { name: "Approve what Dora Developer asks for?" });
    // The team has 4 left, the place would have 8: more of the place alone is of no use.
    await expect(decision.getByText("Granting this alone does not help.")).toContainText("Platform (team): $4.00");
    expect(await findViolations(owner)).toEqual([]);
    await decision.getByLabel("Grant in USD").fill("2.50");
    await decision.getByLabel("Note").fill("half for now");
    await decision.getByRole("button", { name: "Approve", exact: true }).click();
    await expect(owner.getByText("Nothing waits for you")).toBeVisible();
    // What the owner asks for is for others to decide.
    const own = await send(owner, "/requests", { budget_id: made.at(-1), amount_usd: "1", reason: "mine" });
    expect(own.status).toBe(201);
    await owner.reload();
    await expect(owner.getByText("Nothing waits for you")).toBeVisible();
    await owner.getByRole("link", { name: "Decided" }).click();
    await expect(rows(owner, "Decided").filter({ hasText: "Dora Developer" }).first()).toContainText("half for now");
    await owner.context().close();

    await page.goto("/budgets?view=requests");
    const request1 = rows(page, "Your requests").nth(1);
    await expect(request1).toContainText("approved");
    await expect(request1).toContainText("$2.50");
    await expect(request1).toContainText("by Otto Owner: half for now");
    await request1.getByRole("link", { name: /Platform/ }).click();
    await expect(part(page, "Facts")).toContainText("$5.50");
    await expect(rows(page, "Increases in force").nth(1)).toContainText(`${inDays(3)} 00:00 UTC`);
  });

  test("an administrator denies with a reason; who asked may withdraw and ask again", async ({
    page,
    request,
    browser,
    baseURL,
  }) => {
    await page.goto("/budgets");
    await signInAsPerson(page, "Developer");
    const { dora } = await findDora(request);
    const budget = await limit(request, { type: "user", id: dora }, { limit_usd: "7" });
    const reason = unique("for a demo");
    const first = await send(page, "/requests", { budget_id: budget.id, amount_usd: "1", reason: "by mistake" });
    expect(first.status).toBe(201);
    await page.goto("/budgets?view=requests&state=open");
    await rows(page, "Your requests")
      .filter({ hasText: "by mistake" })
      .getByRole("button", { name: /^Withdraw/ })
      .click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Withdraw" }).click();
    await expect(rows(page, "Your requests").filter({ hasText: "by mistake" })).toHaveCount(0);
    expect((await send(page, "/requests", { budget_id: budget.id, amount_usd: "1", reason })).status).toBe(201);

    const admin = await (await browser.newContext({ baseURL })).newPage();
    await admin.goto("/admin/approvals");
    await signInAsPerson(admin, "Platform admin");
    const row = rows(admin, "Waiting for a decision").filter({ hasText: reason });
    await row.getByRole("button", { name: /^Deny/ }).click();
    const dialog = admin.getByRole("dialog", { name: /^Deny what/ });
    await expect(dialog.getByRole("button", { name: "Deny", exact: true })).toBeDisabled();
    await dialog.getByLabel("Reason").fill("not before January");
    await dialog.getByRole("button", { name: "Deny", exact: true }).click();
    await expect(row).toHaveCount(0);
    await admin.context().close();

    await page.goto("/budgets?view=requests");
    await expect(rows(page, "Your requests").filter({ hasText: reason })).toContainText("denied");
    await expect(rows(page, "Your requests").filter({ hasText: reason })).toContainText("not before January");
    expect(
      (await request.get(`/api/v1/budgets/${budget.id}`, { headers }).then((answer) => answer.json()))
        .effective_limit_usd,
    ).toBe("7.00");
  });

  test("a viewer sees budgets, asks for nothing and decides on nothing", async ({ page }) => {
    await page.goto("/budgets");
    await signInAsPerson(page, "Viewer");
    await expect(part(page, "All that may bind you")).not.toHaveAttribute("aria-busy", "true");
    await expect(page.getByRole("button", { name: "Ask for more" })).toHaveCount(0);
    await page.goto("/approvals");
    await expect(page.getByText("Your role does not show you this.")).toBeVisible();
    const answer = await send(page, "/requests", { budget_id: made[0], amount_usd: "1", reason: "sneaky" });
    expect(answer.status).toBe(403);
  });

  for (const [colorScheme, width] of [
    ["light", 390],
    ["dark", 1440],
  ] as const) {
    test(`find no fault in ${colorScheme}, ${width} pixels wide, and nothing cut off`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto("/budgets");
      await signInAsPerson(page, "Developer");
      for (const [path, ready] of [
        ["/budgets", "All that may bind you"],
        ["/budgets?view=requests", "Your requests"],
        [`/budgets/${made[0]}`, "Requests for more"],
      ] as const) {
        await page.goto(path);
        await expect(part(page, ready)).not.toHaveAttribute("aria-busy", "true");
        expect(await findViolations(page), path).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), path).toBe(0);
      }
    });
  }
});
