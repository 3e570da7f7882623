import { expect, openFrontPage, signIn, test } from "./fixtures";

test("one sees where one is signed in, and ends another session, which binds at once", async ({
  page,
  browser,
  baseURL,
}) => {
  const other = await browser.newContext({
    baseURL,
    userAgent: "Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/140.0",
  });
  const elsewhere = await other.newPage();
  await openFrontPage(elsewhere);
  await openFrontPage(page);
  await page.getByRole("link", { name: /^Signed in: / }).click();
  await expect(page).toHaveURL("/account");
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
  const sessions = page.getByRole("list", { name: "Sessions" }).getByRole("listitem");
  await expect(sessions.filter({ hasText: "This device" })).toHaveCount(1);
  await expect(sessions.filter({ hasText: "This device" }).getByRole("button")).toHaveCount(0);
  const firefox = sessions.filter({ hasText: "Firefox on Linux" });
  await expect(firefox).toHaveCount(1);
  await page.getByRole("button", { name: "End the session of Firefox on Linux" }).click();
  await expect(firefox).toHaveCount(0);
  await elsewhere.getByRole("button", { name: "Read everything again" }).click();
  await expect(elsewhere.getByText("Your session has ended. Sign in again.")).toBeVisible();
  await other.close();
});

test("signing out everywhere asks first, then ends this session and every other", async ({
  page,
  browser,
  baseURL,
}) => {
  const other = await browser.newContext({ baseURL });
  const elsewhere = await other.newPage();
  await openFrontPage(elsewhere);
  await openFrontPage(page);
  await page.goto("/account");
  const button = page.getByRole("button", { name: "Sign out everywhere" });
  await button.click();
  await expect(page.getByText(/^This ends \d+ sessions, the one on this device too\./)).toBeVisible();
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await expect(page.getByText("This device")).toBeVisible();
  await button.click();
  await button.click();
  await expect(page).toHaveURL("/sign-in");
  await elsewhere.goto("/account");
  await expect(elsewhere).toHaveURL(/\/sign-in\?callbackUrl=%2Faccount/);
  await signIn(elsewhere);
  await expect(elsewhere.getByRole("heading", { name: "Your account" })).toBeVisible();
  await other.close();
});
