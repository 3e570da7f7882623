/** What every browser test has: a page of the server under test, watched for what must never happen on any page. */
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { masterKey } from "./settings";

/** Where the development sign-in listens: a port of its own on this machine. */
const provider = /^http:\/\/127\.0\.0\.1:\d+$/;

export const test = base.extend<{ mayVisitProvider: boolean }>({
  /** Whether the test goes to the identity provider, which is another host. */
  mayVisitProvider: [false, { option: true }],
  page: async ({ page, baseURL, mayVisitProvider }, use) => {
    const urls: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => urls.push(request.url()));
    page.on("console", (message) => {
      if (/content security policy|hydrat/i.test(message.text())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await use(page);
    const isKnown = (origin: string) => origin === baseURL || (mayVisitProvider && provider.test(origin));
    const foreign = urls.filter((url) => !url.startsWith("data:") && !isKnown(new URL(url).origin));
    expect(foreign, "requests that left for another host").toEqual([]);
    expect(
      urls.filter((url) => url.includes(masterKey)),
      "addresses that hold the key",
    ).toEqual([]);
    expect(complaints, "what the browser refused or could not run").toEqual([]);
  },
});

export { expect };

/** The master key's form, which stands behind the identity provider's button. */
export async function showKeyForm(page: Page): Promise<void> {
  const field = page.getByLabel("Master key", { exact: true });
  if (!(await field.isVisible())) await page.getByText("Sign in with the master key").click();
  await expect(field).toBeVisible();
}

export async function signIn(page: Page, key = masterKey): Promise<void> {
  await showKeyForm(page);
  await page.getByLabel("Master key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Signs in as one of the four of the development sign-in, from the sign-in page on. Needs `mayVisitProvider`. */
export async function signInAsPerson(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: "Development sign-in" }).click();
  await page.getByRole("button", { name: new RegExp(`^${title}:`) }).click();
}

/** Opens the administrators' front page as somebody who has just signed in with the master key. */
export async function openFrontPage(page: Page): Promise<void> {
  await page.goto("/admin");
  await signIn(page);
  await expect(page.getByText(/^As of \d\d:\d\d:\d\d UTC$/)).toBeVisible();
}

/** Violations of axe's rules, by name and place; contrast and structure in the colours that the page has now. */
export async function findViolations(page: Page): Promise<string[]> {
  // No page has frames, so axe needs no second page to join their results in; and nobody reads what passed. Both take time.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}`));
}
