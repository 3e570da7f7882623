import type { Page } from "@playwright/test";
import { expect, findViolations, signIn, signInAsPerson, test } from "./fixtures";
import { masterKey } from "./settings";

test.use({ mayVisitProvider: true });

const session = "pllm.session";

/** Beside the page, which may be on its way to another. */
const readMe = async (page: Page) => {
  const me = await (await page.request.get("/api/v1/me")).json();
  const teams = me.teams.map((team: { name: string; role: string }) => `${team.name}: ${team.role}`);
  return { email: me.user?.email, role: me.role, teams };
};

for (const [title, email, role, teams] of [
  ["Platform admin", "ada@development.example", "admin", []],
  ["Team owner", "otto@development.example", "user", ["Platform: owner"]],
  ["Developer", "dora@development.example", "user", ["Platform: member"]],
  ["Viewer", "vera@development.example", "viewer", []],
] as const) {
  test(`the ${title.toLowerCase()} signs in and is what they are called`, async ({ page, context, baseURL }) => {
    await page.goto("/?from=link");
    await signInAsPerson(page, title);
    await expect(page).toHaveURL("/?from=link");
    await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
    expect(await readMe(page)).toEqual({ email, role, teams });
    const cookies = (await context.cookies(baseURL)).filter(({ name }) => name.startsWith("pllm."));
    expect(cookies.map(({ name }) => name).filter((name) => name.includes("flow"))).toEqual([]);
    expect(cookies.find(({ name }) => name === session)).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
  });
}

test("it is called what it is, on our page and on its own, in both colours, without a fault that axe finds", async ({
  page,
}) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto("/sign-in");
    await expect(page.getByText("Four example people, without passwords")).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Development sign-in" }).click();
    await expect(page.getByRole("heading", { name: "Development sign-in" })).toBeVisible();
    await expect(page.getByText("this is not a real identity provider")).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
  }
});

test("its page needs no script", async ({ page, browser, baseURL }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Development sign-in" }).click();
  await page.getByRole("button", { name: /^Viewer:/ }).waitFor();
  const context = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await page.context().storageState(),
  });
  const plain = await context.newPage();
  await plain.goto(page.url());
  await plain.getByRole("button", { name: /^Viewer:/ }).click();
  await expect(plain).toHaveURL(`${baseURL}/`);
  expect((await context.cookies()).map(({ name }) => name)).toContain(session);
  await context.close();
});

test("two tabs sign in side by side, each to where it was going", async ({ page, context }) => {
  const other = await context.newPage();
  await page.goto("/?tab=1");
  await other.goto("/?tab=2");
  await page.getByRole("button", { name: "Development sign-in" }).click();
  await page.getByRole("button", { name: /^Developer:/ }).waitFor();
  await other.getByRole("button", { name: "Development sign-in" }).click();
  await other.getByRole("button", { name: /^Viewer:/ }).waitFor();
  await page.getByRole("button", { name: /^Developer:/ }).click();
  await expect(page).toHaveURL("/?tab=1");
  await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
  await other.getByRole("button", { name: /^Viewer:/ }).click();
  await expect(other).toHaveURL("/?tab=2");
  await expect(other.getByRole("heading", { name: "Home" })).toBeVisible();
  // A browser is one person at a time: the later sign-in took the place of the earlier one.
  expect(await readMe(page)).toMatchObject({ role: "viewer" });
});

test("signing out ends the session also for whoever kept its cookie", async ({ page, context, baseURL }) => {
  await page.goto("/");
  await signInAsPerson(page, "Developer");
  await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
  const kept = (await context.cookies(baseURL)).find(({ name }) => name === session);
  await page.getByRole("link", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/sign-in");
  await context.addCookies([{ name: session, value: kept?.value ?? "", url: baseURL }]);
  await page.goto("/");
  await expect(page.getByText("Your session has ended. Sign in again.")).toBeVisible();
});

test("an answer that belongs to no sign-in of this browser has its page, with a way back and a remedy", async ({
  page,
}) => {
  await page.goto("/api/auth/callback/dex?code=x&state=y");
  await expect(page).toHaveURL("/error?error=state_expired");
  await expect(page.getByText("This sign-in took too long or was started elsewhere. Start again.")).toBeVisible();
  await page.getByText("For an administrator").click();
  await expect(page.getByText("check that people use the public address")).toBeVisible();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole("link", { name: "Back to sign-in" }).click();
  await expect(page).toHaveURL("/sign-in");
});

test("where the master key is switched off, its form is not there", async ({ page, request }) => {
  await page.goto("/");
  await signIn(page);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  const change = async (master_key_sign_in: boolean) => {
    const headers = { authorization: `Bearer ${masterKey}` };
    const answer = await request.patch("/api/v1/settings", { data: { master_key_sign_in }, headers });
    expect(answer.status()).toBe(200);
  };
  // A page that is open goes to the sign-in by itself, in the middle of whatever else it is told.
  await page.goto("about:blank");
  await change(false);
  try {
    await page.goto("/");
    await expect(page.getByText("Your session has ended. Sign in again.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Development sign-in" })).toBeVisible();
    await expect(page.getByText("Sign in with the master key")).toHaveCount(0);
  } finally {
    await change(true);
  }
});
