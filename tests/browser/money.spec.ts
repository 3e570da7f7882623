import type { APIRequestContext } from "@playwright/test";
import { ask, headers, type Made, part, rows, unique } from "./budget-data";
import { expect, findViolations, openFrontPage, test } from "./fixtures";

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
