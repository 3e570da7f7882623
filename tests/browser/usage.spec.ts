import type { Page } from "@playwright/test";
import { expect, findViolations, signIn, signInAsPerson, test } from "./fixtures";
import { makeCalls } from "./usage-data";

const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

async function openUsage(page: Page, query = ""): Promise<void> {
  await page.goto(`/admin/usage${query}`);
  await signIn(page);
  await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();
}

test("the spend of a team stands in the chart, its legend and the table behind it", async ({ page, request }) => {
  const { teamId } = await makeCalls(request, "Usage one");
  await openUsage(page, `?team_id=${teamId}&group_by=team`);
  const spend = part(page, "Spend");
  await expect(page.getByRole("list", { name: "Filters" })).toContainText("Usage one");
  await expect(part(page, "Totals").getByText("1", { exact: true })).toBeVisible();
  await expect(spend.getByRole("button", { name: /^Usage one \$0\.0000\d+ ?: show only this$/ })).toBeVisible();
  await expect(
    spend.getByRole("img", { name: "Spend, USD per day, by team, UTC" }).locator("svg").first(),
  ).toBeVisible();
  await spend.getByRole("button", { name: "Spend: show as a table" }).click();
  const table = spend.getByRole("table");
  await expect(table.getByRole("columnheader", { name: "Usage one" })).toBeVisible();
  await expect(table.getByRole("row")).toHaveCount(31);
  await expect(table.getByRole("row").last()).toContainText(/\$0\.0000\d+/);
});

test("by keyboard alone, from a month to a day, to its hours, to the calls behind them", async ({ page, request }) => {
  const { keyId } = await makeCalls(request, "Usage two");
  await openUsage(page, `?key_id=${keyId}`);
  const places = () => part(page, "Spend").getByRole("toolbar");
  const enterLast = async (name: RegExp) => {
    const place = places().getByRole("button", { name }).last();
    await expect(place).toBeVisible();
    await place.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("End");
    await expect(places().getByRole("button").last()).toBeFocused();
    if (!(await place.evaluate((element) => element === document.activeElement))) await place.focus();
    await page.keyboard.press("Enter");
  };
  await enterLast(/: \$0\.0000\d+\. Zoom in$/);
  await expect(page).toHaveURL(/from=.*to=/);
  await enterLast(/: \$0\.0000\d+\. Show the calls$/);
  await expect(page).toHaveURL(new RegExp(`/admin/calls\\?from=.*&to=.*&key_id=${keyId}`));
  await expect(page.getByRole("row", { name: /Usage two key/ })).toHaveCount(1);
});

test("range, interval, zone and filters stand in the address, and going back undoes them", async ({
  page,
  request,
}) => {
  const { teamId } = await makeCalls(request, "Usage three");
  await openUsage(page, `?team_id=${teamId}`);
  await page.getByRole("combobox", { name: "Range" }).selectOption("Last 7 days");
  await expect(page).toHaveURL(/range=7d/);
  await page.getByRole("combobox", { name: "Time zone" }).selectOption("Europe/Berlin");
  await expect(page).toHaveURL(/timezone=Europe\/Berlin/);
  await expect(part(page, "Spend").getByText("USD per day, by model, Europe/Berlin")).toBeVisible();
  await page.getByRole("combobox", { name: "Stack by" }).selectOption("By tag");
  await expect(part(page, "Spend").getByRole("button", { name: new RegExp(`^tag-${teamId} `) })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("combobox", { name: "Range" })).toHaveValue("7d");
  await page.goBack();
  await expect(part(page, "Spend").getByText("USD per day, by model, Europe/Berlin")).toBeVisible();
  await page.getByRole("button", { name: "Remove the filter Team Usage three" }).click();
  await expect(page).not.toHaveURL(/team_id/);
});

test("one field finds the team to narrow to", async ({ page, request }) => {
  await makeCalls(request, "Usage four");
  await openUsage(page);
  await page.getByRole("combobox", { name: /^Narrow to a key, person/ }).fill("Usage fo");
  await page.getByRole("option", { name: /Usage four Team/ }).click();
  await expect(page).toHaveURL(/team_id=team_/);
  await expect(page.getByRole("list", { name: "Filters" })).toContainText("Usage four");
});

test.describe("a person", () => {
  test.use({ mayVisitProvider: true });

  test("sees their own usage, and that the administrators' page is not for them", async ({ page }) => {
    await page.goto("/usage");
    await signInAsPerson(page, "Viewer");
    await expect(part(page, "Spend").getByText("No calls in this range")).toBeVisible();
    await expect(part(page, "Latency")).toHaveCount(0);
    expect(await findViolations(page)).toEqual([]);
    await page.goto("/admin/usage");
    await expect(page.getByText("Your role does not show you this.").first()).toBeVisible();
    await expect(part(page, "Spend")).toHaveCount(0);
  });
});
