import type { APIRequestContext } from "@playwright/test";
import { ask, headers, type Made, part, rows, send, unique } from "./budget-data";
import { expect, findViolations, signInAsPerson, test } from "./fixtures";

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test.use({ mayVisitProvider: true });

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
  const above = await limit(request, { type: "team", id: team }, { limit_usd: "4" });
  const { body: key } = await send(page, "/keys", { type: "user", name: unique("asks"), team_id: team });

  await page.goto(`/budgets?key=${key.key.id}`);
  const chain = page.getByRole("list", { name: "From the key to the organisation" });
  await expect(chain.getByRole("listitem")).toHaveText([/^Key asks/, /^Your place in/, /^You Dora/, /^Team Platform/]);
  await expect(chain.getByRole("listitem").filter({ hasText: "Your place in" })).toContainText("binds");
  await expect(part(page, "What a call is charged to").getByRole("status")).toContainText("can spend at most $3.00");
  await expect(page.getByRole("link", { name: "Approvals" })).toHaveCount(0);
  await page.getByRole("button", { name: "Ask for more" }).click();
  const dialog = page.getByRole("dialog", { name: "Ask for more" });
  await dialog.getByLabel("Of", { exact: true }).selectOption(budget.id);
  await dialog.getByLabel("How much more, USD").fill("0");
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(dialog.getByText("Must be more than nothing.")).toBeVisible();
  await expect(dialog.getByText("Must not be empty.")).toBeVisible();
  await dialog.getByLabel("Why").fill("the evaluation of this week");
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
  const own = await send(owner, "/requests", { budget_id: above.id, amount_usd: "1", reason: "mine" });
  expect(own.status).toBe(201);
  await owner.reload();
  await expect(owner.getByText("Nothing waits for you")).toBeVisible();
  await owner.getByRole("link", { name: "Decided" }).click();
  await expect(rows(owner, "Decided").filter({ hasText: "Dora Developer" }).first()).toContainText("half for now");
  // A limit is set from above: on members by the team's owner, on the team by others.
  await owner.goto(`/budgets/${budget.id}`);
  await expect(owner.getByRole("button", { name: "Edit" })).toBeVisible();
  await owner.goto(`/budgets/${above.id}`);
  await expect(owner.getByRole("button", { name: "Ask for more" })).toBeVisible();
  await expect(owner.getByRole("button", { name: "Edit" })).toHaveCount(0);
  await owner.goto(`/teams/${team}`);
  await expect(rows(owner, "Budgets of this team").nth(1)).toBeVisible();
  await expect(owner.getByRole("button", { name: "Set budget" })).toHaveCount(0);
  await owner.context().close();

  await page.goto("/budgets?view=requests");
  const answered = rows(page, "Your requests").nth(1);
  await expect(answered).toContainText("approved");
  await expect(answered).toContainText("$2.50");
  await expect(answered).toContainText("by Otto Owner: half for now");
  await answered.getByRole("link", { name: /Platform/ }).click();
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
    .getByRole("button", { name: /^Actions on/ })
    .click();
  await page.getByRole("menuitem", { name: "Withdraw" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Withdraw" }).click();
  // The rows are hidden behind the question until the server has answered.
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(rows(page, "Your requests").filter({ hasText: "by mistake" })).toHaveCount(0);
  expect((await send(page, "/requests", { budget_id: budget.id, amount_usd: "1", reason })).status).toBe(201);

  const admin = await (await browser.newContext({ baseURL })).newPage();
  await admin.goto("/admin/approvals");
  await signInAsPerson(admin, "Platform admin");
  const row = rows(admin, "Waiting for a decision").filter({ hasText: reason });
  await row.getByRole("button", { name: /^Deny/ }).click();
  const dialog = admin.getByRole("dialog", { name: /^Deny what/ });
  await dialog.getByRole("button", { name: "Deny", exact: true }).click();
  await expect(dialog.getByText("Must not be empty.")).toBeVisible();
  await dialog.getByLabel("Reason").fill("not before January");
  await dialog.getByRole("button", { name: "Deny", exact: true }).click();
  await expect(dialog).toHaveCount(0);
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

test("a viewer sees budgets, asks for nothing and decides on nothing", async ({ page, request }) => {
  await page.goto("/budgets");
  await signInAsPerson(page, "Viewer");
  const { team } = await findDora(request);
  const budget = await limit(request, { type: "team", id: team }, { limit_usd: "9" });
  await expect(part(page, "All that may bind you")).not.toHaveAttribute("aria-busy", "true");
  await expect(page.getByRole("button", { name: "Ask for more" })).toHaveCount(0);
  await page.goto("/approvals");
  await expect(page.getByText("Your role does not show you this.")).toBeVisible();
  const answer = await send(page, "/requests", { budget_id: budget.id, amount_usd: "1", reason: "sneaky" });
  expect(answer.status).toBe(403);
});
