/** What every browser test has: a page of the server under test, watched for what must never happen on any page. */
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { masterKey } from "./settings";

export const test = base.extend({
  page: async ({ page, baseURL }, use) => {
    const urls: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => urls.push(request.url()));
    page.on("console", (message) => {
      if (/content security policy|hydrat/i.test(message.text())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await use(page);
    const foreign = urls.filter((url) => !url.startsWith("data:") && new URL(url).origin !== baseURL);
    expect(foreign, "requests that left for another host").toEqual([]);
    expect(
      urls.filter((url) => url.includes(masterKey)),
      "addresses that hold the key",
    ).toEqual([]);
    expect(complaints, "what the browser refused or could not run").toEqual([]);
  },
});

export { expect };

export async function signIn(page: Page, key = masterKey): Promise<void> {
  await page.getByLabel("Master key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Opens the front page as somebody who has just signed in. */
export async function openFrontPage(page: Page): Promise<void> {
  await page.goto("/");
  await signIn(page);
  await expect(page.getByText(/^As of \d\d:\d\d:\d\d UTC$/)).toBeVisible();
}

/** Violations of axe's rules, by name and place; contrast and structure in the colours that the page has now. */
export async function findViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}`));
}
