import { expect, findViolations, openFrontPage, showKeyForm, signIn, test } from "./fixtures";
import { masterKey } from "./settings";

const session = "pllm.session";

test("a visit without a session leads to the sign-in page and, once signed in, to where it was going", async ({
  page,
  context,
}) => {
  await page.goto("/account?from=link");
  await expect(page).toHaveURL(/\/sign-in\?callbackUrl=/);
  await expect(page).toHaveTitle("Sign in · pLLM");
  await signIn(page);
  await expect(page).toHaveURL("/account?from=link");
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
  const cookie = (await context.cookies()).find(({ name }) => name === session);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/", domain: "localhost" });
});

test("a wrong key is told as such, and the next try needs no more than the right one", async ({ page, context }) => {
  await page.goto("/sign-in");
  await signIn(page, "sk-not-the-key");
  await expect(page.getByRole("alert").filter({ hasText: "not the master key" })).toBeVisible();
  const field = page.getByLabel("Master key", { exact: true });
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute("aria-invalid", "true");
  expect((await context.cookies()).map(({ name }) => name)).not.toContain(session);
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.type(masterKey);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
});

test("the key is hidden until one asks to see it, and browsers may keep it as a password", async ({ page }) => {
  await page.goto("/sign-in");
  await showKeyForm(page);
  const field = page.getByLabel("Master key", { exact: true });
  await expect(field).toHaveAttribute("type", "password");
  await expect(field).toHaveAttribute("autocomplete", "current-password");
  await page.getByRole("button", { name: "Show the key" }).click();
  await expect(field).toHaveAttribute("type", "text");
  await page.getByRole("button", { name: "Show the key" }).click();
  await expect(field).toHaveAttribute("type", "password");
  await expect(page.getByText("printed at the first start")).toBeVisible();
});

test("signing out removes the session, here and in the address bar", async ({ page, context }) => {
  await openFrontPage(page);
  await page.getByRole("link", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/sign-in");
  expect((await context.cookies()).map(({ name }) => name)).not.toContain(session);
  await page.goto("/");
  await expect(page).toHaveURL("/sign-in");
});

test("the sign-out page asks first, whoever is signed in", async ({ page, context }) => {
  await openFrontPage(page);
  await page.goto("/sign-out");
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/sign-in");
  expect((await context.cookies()).map(({ name }) => name)).not.toContain(session);
  // There is nothing left to ask about.
  await page.goto("/sign-out");
  await expect(page).toHaveURL("/sign-in");
});

test("a session that the server does not know ends at the sign-in page, which says why", async ({
  page,
  context,
  baseURL,
}) => {
  await context.addCookies([{ name: session, value: "not-a-token", url: baseURL }]);
  await page.goto("/");
  await expect(page.getByText("Your session has ended. Sign in again.")).toBeVisible();
  await signIn(page);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
});

for (const target of [
  "https://evil.example/",
  "//evil.example",
  "/\\evil.example",
  "/.//evil.example",
  "javascript:alert(1)",
]) {
  test(`signing in never leads to another place: ${target}`, async ({ page }) => {
    await page.goto(`/sign-in?callbackUrl=${encodeURIComponent(target)}`);
    await signIn(page);
    await expect(page).toHaveURL("/admin");
  });
}

test("words from the address bar do not show on the pages around signing in", async ({ page }) => {
  for (const path of ["/sign-in", "/error"]) {
    await page.goto(`${path}?error=Call+555+at+once`);
    await expect(page.getByRole("alert").filter({ hasText: "Signing in failed" })).toBeVisible();
    await expect(page.getByText("Call 555")).toHaveCount(0);
  }
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole("link", { name: "Back to sign-in" }).click();
  await expect(page).toHaveURL("/sign-in");
});

test("without scripts the form says that it needs them, and would send the key in a body", async ({
  browser,
  baseURL,
  request,
}) => {
  // Read as text: a Chromium whose scripts a test switched off still takes the page for one that runs them.
  expect(await (await request.get("/sign-in")).text()).toMatch(/<noscript>.*Signing in needs JavaScript.*<\/noscript>/);
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await showKeyForm(page);
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Development sign-in" })).toBeDisabled();
  await page.getByLabel("Master key", { exact: true }).fill(masterKey);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/sign-in");
  await expect(page.locator("form")).toHaveAttribute("method", "post");
  await context.close();
});

test("a form that another site sends signs nobody in or out", async ({ request }) => {
  const form = { master_key: masterKey, csrfToken: "a-guess", json: "true" };
  const answer = await request.post("/api/auth/callback/master-key", { form, maxRedirects: 0 });
  expect(answer.headers()["set-cookie"] ?? "").not.toContain(session);
  expect(await answer.json()).toEqual({ url: expect.stringContaining("csrf=true") });
  const out = await request.post("/api/auth/signout", { form: { csrfToken: "a-guess" }, maxRedirects: 0 });
  expect(out.headers()["set-cookie"] ?? "").not.toContain(session);
});

test("of next-auth's endpoints only those in use are there", async ({ request }) => {
  for (const path of ["session", "providers", "verify-request", "callback/master-key", "signin/dex"])
    expect((await request.get(`/api/auth/${path}`)).status(), path).toBe(404);
  for (const path of ["_log", "session", "signin/master-key", "callback/dex"])
    expect((await request.post(`/api/auth/${path}`, { form: {} })).status(), path).toBe(404);
  const tooLarge = { master_key: "x".repeat(10_000) };
  expect((await request.post("/api/auth/callback/master-key", { form: tooLarge })).status()).toBe(413);
});

// Last, because the server remembers the failures of this address for five minutes; the right key still opens.
test("who guesses too often is asked to wait", async ({ page, request }) => {
  const { csrfToken } = await (await request.get("/api/auth/csrf")).json();
  const guess = () =>
    request.post("/api/auth/callback/master-key", { form: { master_key: "a-guess", csrfToken, json: "true" } });
  await expect
    .poll(async () => (await (await guess()).json()).url, { intervals: [0], timeout: 25_000 })
    .toContain("rate_limited");
  await page.goto("/sign-in");
  await signIn(page, "another-guess");
  await expect(page.getByRole("alert").filter({ hasText: "Wait five minutes" })).toBeVisible();
});
