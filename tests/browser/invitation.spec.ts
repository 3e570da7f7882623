import type { APIRequestContext, Page } from "@playwright/test";
import { expect, findViolations, test } from "./fixtures";
import { masterKey } from "./settings";

const authorization = `Bearer ${masterKey}`;

interface Invited {
  invitation: { id: string };
  link: string;
}

let counter = 0;
async function invite(request: APIRequestContext, fields: object = {}): Promise<Invited> {
  const data = { email: `guest-${counter++}@example.test`, ...fields };
  const answer = await request.post("/api/v1/invitations", { data, headers: { authorization } });
  expect(answer.status(), await answer.text()).toBe(201);
  return answer.json();
}

/** Opens the link as its reader does; gives every address that the page asked for. */
async function open(page: Page, baseURL: string | undefined, link: string): Promise<string[]> {
  const urls: string[] = [];
  page.on("request", (asked) => urls.push(asked.url()));
  const { pathname, hash } = new URL(link);
  await page.goto(`${baseURL}${pathname}${hash}`);
  return urls;
}

test("the page says who is invited into what, keeps the secret out of every address, and leads to signing in", async ({
  page,
  request,
  baseURL,
}) => {
  const answer = await request.post("/api/v1/teams", { data: { name: "Invited" }, headers: { authorization } });
  const team = await answer.json();
  const { link } = await invite(request, { email: "grace@example.test", team_id: team.id, role: "viewer" });
  const secret = new URL(link).hash.slice(1);
  const urls = await open(page, baseURL, link);
  await expect(page.getByRole("heading", { name: "You are invited" })).toBeVisible();
  await expect(page.getByText("An administrator invites you to join Invited as a member.")).toBeVisible();
  await expect(page.getByText("g•••@example.test")).toBeVisible();
  await expect(page.getByText("viewer", { exact: true })).toBeVisible();
  await expect(page).toHaveURL("/invitation");
  expect(urls.filter((url) => url.split("#")[0]?.includes(secret))).toEqual([]);
  expect(await page.content()).not.toContain(secret);
  expect(await findViolations(page)).toEqual([]);
  await expect(page.getByRole("button", { name: "Sign in to accept" })).toBeEnabled();
});

test.describe("a person", () => {
  test.use({ mayVisitProvider: true });

  test("accepts by signing in, has what was promised, and the link is used up", async ({ page, request, baseURL }) => {
    const email = "ada@development.example";
    const known = await (await request.get(`/api/v1/users?q=${email}`, { headers: { authorization } })).json();
    // An account that somebody signs in to already is no one to invite.
    for (const { id } of known.data) await request.delete(`/api/v1/users/${id}`, { headers: { authorization } });
    const team = await (
      await request.post("/api/v1/teams", { data: { name: "Guests" }, headers: { authorization } })
    ).json();
    const { link } = await invite(request, { email, team_id: team.id, team_role: "owner" });
    await open(page, baseURL, link);
    await page.getByRole("button", { name: "Sign in to accept" }).click();
    await page.getByRole("button", { name: /^Platform admin:/ }).click();
    await expect(page).toHaveURL("/");
    await page.getByRole("link", { name: /^Signed in: / }).click();
    await expect(page.getByText("Guests (owner)")).toBeVisible();
    await open(page, baseURL, link);
    await expect(page.getByRole("heading", { name: "Already accepted" })).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
  });
});

test("what is no longer open is said, each in its own words", async ({ page, request, baseURL }) => {
  const revoked = await invite(request);
  await request.delete(`/api/v1/invitations/${revoked.invitation.id}`, { headers: { authorization } });
  await open(page, baseURL, revoked.link);
  await expect(page.getByRole("heading", { name: "The invitation was withdrawn" })).toBeVisible();
  expect(await findViolations(page)).toEqual([]);
  const resent = await invite(request);
  await request.post(`/api/v1/invitations/${resent.invitation.id}/resend`, { data: {}, headers: { authorization } });
  await page.goto("about:blank");
  await open(page, baseURL, resent.link);
  await expect(page.getByRole("heading", { name: "This link leads nowhere" })).toBeVisible();
});

test("a page without its link says so; another link in the same tab shows that one", async ({
  page,
  request,
  baseURL,
}) => {
  await page.goto("/invitation");
  await expect(page.getByRole("heading", { name: "Open the link again" })).toBeVisible();
  const { link } = await invite(request);
  await open(page, baseURL, link);
  await expect(page.getByRole("heading", { name: "You are invited" })).toBeVisible();
});

for (const [colorScheme, width] of [
  ["dark", 390],
  ["light", 1440],
] as const) {
  test(`in ${colorScheme}, ${width} pixels wide, axe finds no fault`, async ({ page, request, baseURL }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await open(page, baseURL, (await invite(request)).link);
    await expect(page.getByRole("heading", { name: "You are invited" })).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
  });
}
