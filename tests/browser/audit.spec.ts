import { readFile } from "node:fs/promises";
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, findViolations, openFrontPage, test } from "./fixtures";
import { masterKey } from "./settings";

const headers = { authorization: `Bearer ${masterKey}` };
const rows = (page: Page) => page.getByRole("table", { name: "Entries" }).locator("tbody > tr");

/** A team that was renamed: two entries of its own. */
async function makeRenamed(request: APIRequestContext): Promise<{ id: string; was: string; is: string }> {
  const mark = Date.now().toString(36);
  const [was, is] = [`Before ${mark}`, `After ${mark}`];
  const answer = await request.post("/api/v1/teams", { data: { name: was, rpm_limit: 60 }, headers });
  const { id } = (await answer.json()) as { id: string };
  await request.patch(`/api/v1/teams/${id}`, { data: { name: is, rpm_limit: null }, headers });
  return { id, was, is };
}

test("an entry says who, what, when and from where, and opens to before and after", async ({ page, request }) => {
  const team = await makeRenamed(request);
  await openFrontPage(page);
  await page.goto(`/admin/audit?target_id=${team.id}`);
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByRole("combobox", { name: "Done to" })).toHaveValue(team.is);
  const updated = rows(page).nth(0);
  await expect(updated).toContainText("team.updated");
  await expect(updated).toContainText("name, rpm_limit");
  await expect(updated).toContainText("master key");
  await expect(updated).toContainText(/127\.0\.0\.1|::1/);
  await expect(updated.getByRole("link", { name: team.is })).toHaveAttribute("href", `/admin/teams/${team.id}`);
  await updated.getByRole("button", { name: /^Details of no\. [\d,]+, team\.updated$/ }).press("Enter");
  const changes = page.getByRole("table", { name: "What changed" });
  await expect(changes.getByRole("row", { name: `name ${team.was} ${team.is}` })).toBeVisible();
  await expect(changes.getByRole("row", { name: "rpm_limit 60 nothing" })).toBeVisible();
  await rows(page)
    .filter({ hasText: "team.created" })
    .getByRole("button", { name: /^Details of/ })
    .click();
  await expect(changes.nth(1).getByRole("columnheader", { name: "Before" })).toHaveCount(0);
  await expect(changes.nth(1)).toContainText(team.was);
});

test("the log is narrowed by action, actor, time and words at the server, and downloaded as it is narrowed", async ({
  page,
  request,
}) => {
  const team = await makeRenamed(request);
  await openFrontPage(page);
  await page.goto("/admin/audit");
  await page.getByLabel("Action", { exact: true }).selectOption("team.updated");
  await expect(page).toHaveURL("/admin/audit?action=team.updated");
  await page.getByRole("combobox", { name: "Done to" }).fill(team.is);
  await page.getByRole("option", { name: team.is }).click();
  await expect(rows(page)).toHaveCount(1);
  await page.getByLabel("When").selectOption("Last hour");
  await expect(rows(page)).toHaveCount(1);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "NDJSON" }).click();
  const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { action: "team.updated", target_id: team.id, before: { name: team.was }, after: { name: team.is } },
  ]);
  await page.getByLabel("Kind of actor").selectOption("This server");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.getByText("Clear", { exact: true }).click();
  await page.getByRole("searchbox").fill("settings.no-such-action");
  await expect(page.getByText("Nothing matches")).toBeVisible();
});

test("the chain is verified, and the answer is plain", async ({ page, request }) => {
  await makeRenamed(request);
  await openFrontPage(page);
  await page.goto("/admin/audit");
  await page.getByRole("button", { name: "Verify the chain" }).click();
  await expect(page.getByText("The chain is whole.")).toBeVisible();
  await expect(page.getByText(/[\d,]+ entries checked, from no\. 1 to no\. [\d,]+/)).toBeVisible();
  expect(await findViolations(page)).toEqual([]);
});
