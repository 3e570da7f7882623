import type { Page } from "@playwright/test";
import { expect, signIn, signInAsPerson, test } from "./fixtures";
import { makeCalls } from "./usage-data";

const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

async function openCalls(page: Page, query = ""): Promise<void> {
  await page.goto(`/admin/calls${query}`);
  await signIn(page);
  await expect(page.getByRole("heading", { name: "Requests", level: 1 })).toBeVisible();
}

async function openCall(page: Page, keyId: string): Promise<void> {
  await openCalls(page, `?key_id=${keyId}`);
  await part(page, "Finished calls").getByRole("row").nth(1).getByRole("link").click();
  await expect(page).toHaveURL(/\/admin\/calls\/evt_/);
}

test("a call tells who, what, when and why, with the numbers of every rule", async ({ page, request }) => {
  const { keyId } = await makeCalls(request, "Calls one");
  await openCall(page, keyId);
  const call = part(page, "Call");
  await expect(call.getByText("OK", { exact: true })).toBeVisible();
  await expect(call.getByRole("link", { name: "Calls one key" })).toHaveAttribute("href", `/admin/keys/${keyId}`);
  const steps = page.getByRole("list", { name: "The whole call, to scale" }).getByRole("listitem");
  await expect(steps).toHaveText([
    /^Authenticated.*ms/,
    /^Body read.*ms/,
    /^Limits checked.*ms/,
    /^Budgets held.*ms/,
    /^Attempt 1.*answered 200/,
    /^Answer passed on/,
    /^Booked/,
  ]);
  const why = part(page, "Why");
  const limits = why.getByRole("table", { name: "Rate limits that were asked" });
  await expect(limits.getByRole("row", { name: "team Calls one requests per minute 50 50 Room" })).toBeVisible();
  const budget = why.getByRole("table", { name: "Budgets that were asked" }).getByRole("row", { name: /Calls one/ });
  await expect(budget).toContainText("$5.00");
  await expect(budget).toContainText("Room");
  const cost = part(page, "Cost");
  await expect(cost.getByRole("table", { name: "Cost by bucket" }).getByRole("row")).toHaveCount(5);
  await expect(cost.getByText(/^Price version .+, from .+, in force since/)).toBeVisible();
  await expect(part(page, "Ids").getByRole("button", { name: "Copy Request id" })).toBeEnabled();
});

test("a refused call tells its reason, and is found by it", async ({ page, request }) => {
  const { keyId } = await makeCalls(request, "Calls two");
  await openCalls(page, `?view=refused&key_id=${keyId}`);
  const row = part(page, "Refused calls").getByRole("row", { name: /Calls two key/ });
  await expect(row).toContainText("Model not allowed");
  await expect(row).toContainText('it is ruled out by the key "Calls two key"');
  await page.getByRole("combobox", { name: "Reason" }).selectOption("Rate limit");
  await expect(page).toHaveURL(/error_code=rate_limit_exceeded/);
  await expect(part(page, "Refused calls").getByText("Nothing matches")).toBeVisible();
});

test("search and filters stand in the address, and the file holds what is shown", async ({ page, request }) => {
  const { keyId } = await makeCalls(request, "Calls three");
  await openCalls(page, `?key_id=${keyId}`);
  const calls = part(page, "Finished calls");
  await page.getByRole("combobox", { name: "Status" }).selectOption("Failed");
  await expect(page).toHaveURL(/status=error/);
  await expect(calls.getByText("Nothing matches")).toBeVisible();
  await page.getByRole("combobox", { name: "Status" }).selectOption("OK");
  await expect(calls.getByRole("row", { name: /Calls three key/ })).toHaveCount(1);
  const [file] = await Promise.all([page.waitForEvent("download"), calls.getByRole("link", { name: "CSV" }).click()]);
  const text = await (await file.createReadStream()).toArray();
  const lines = Buffer.concat(text).toString().trim().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(keyId);
  await page.getByRole("searchbox").fill("no-such-model");
  await expect(page).toHaveURL(/q=no-such-model/);
  await expect(calls.getByText("Nothing matches")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue("no-such-model");
});

test("a call that there is not is told plainly", async ({ page }) => {
  await page.goto("/admin/calls/evt_nothing");
  await signIn(page);
  await expect(part(page, "Call").getByRole("alert")).toContainText("No such resource.");
});

test.describe("a person", () => {
  test.use({ mayVisitProvider: true });

  test("sees none of the calls of others, by list or by address", async ({ page, request }) => {
    const { keyId } = await makeCalls(request, "Calls four");
    await page.goto(`/usage/calls?key_id=${keyId}`);
    await signInAsPerson(page, "Viewer");
    await expect(part(page, "Finished calls").getByText("Nothing matches")).toBeVisible();
    await page.goto("/admin/calls");
    await expect(page.getByText("Your role does not show you this.").first()).toBeVisible();
  });
});
