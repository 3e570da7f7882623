import { expect, openFrontPage, test } from "./fixtures";

const everywhere = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "permissions-policy": expect.stringContaining("camera=()"),
  "cross-origin-opener-policy": "same-origin",
};

function nonceOf(policy: string | undefined): string | undefined {
  return /script-src 'self' 'nonce-([^']+)'/.exec(policy ?? "")?.[1];
}

test("pages may load scripts of their own alone, each page under a nonce of its own, and stand in no frame", async ({
  request,
}) => {
  const [first, second] = [await request.get("/sign-in"), await request.get("/sign-in")];
  const policy = first.headers()["content-security-policy"] ?? "";
  expect(first.headers()).toMatchObject(everywhere);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toContain("unsafe");
  expect(policy).not.toMatch(/https?:|\*/);
  expect(nonceOf(policy)).toHaveLength(24);
  expect(nonceOf(second.headers()["content-security-policy"])).not.toBe(nonceOf(policy));
});

test("every script of a page carries its nonce, and a foreign one does not run", async ({ page, context }) => {
  await openFrontPage(page);
  const response = await page.reload();
  const nonce = nonceOf(response?.headers()["content-security-policy"]);
  const html = (await response?.text()) ?? "";
  const scripts = html.match(/<script[^>]*>/g) ?? [];
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
  expect(html).not.toMatch(/ style="/);

  // On a page without the watch of the fixture, which would take the browser's complaint for a fault.
  const other = await context.newPage();
  await other.goto("/sign-in");
  const ran = await other.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'ran'";
    document.body.append(script);
    return document.title === "ran";
  });
  expect(ran).toBe(false);
});

test("what is no page has the headers too, and a policy that lets it load nothing", async ({ request }) => {
  const answer = await request.get("/api/v1/teams");
  expect(answer.status()).toBe(401);
  expect(answer.headers()).toMatchObject(everywhere);
  expect(answer.headers()["content-security-policy"]).toMatch(/^default-src 'none'; frame-ancestors 'none'/);
  expect(answer.headers()["x-powered-by"]).toBeUndefined();
});

test("a page's request id is the one that was sent, or a new one where that is none", async ({ request }) => {
  const sent = await request.get("/sign-in", { headers: { "x-request-id": "trace-1" } });
  expect(sent.headers()["x-request-id"]).toBe("trace-1");
  const odd = await request.get("/sign-in", { headers: { "x-request-id": "a b<c>" } });
  expect(odd.headers()["x-request-id"]).toMatch(/^req_/);
});

test("the sign-in redirect is for pages: programs and probes get their own answers", async ({ request }) => {
  for (const path of ["/v1/models", "/api/v1/teams", "/healthz", "/readyz", "/metrics", "/docs", "/icon.svg"]) {
    const answer = await request.get(path, { maxRedirects: 0 });
    expect([301, 302, 303, 307, 308], path).not.toContain(answer.status());
    expect(nonceOf(answer.headers()["content-security-policy"]), path).toBeUndefined();
  }
  const page = await request.get("/teams/x?y=1", { maxRedirects: 0 });
  expect(page.status()).toBe(307);
  expect(page.headers().location).toBe("/sign-in?callbackUrl=%2Fteams%2Fx%3Fy%3D1");
});

test("a page that does not exist says so, in the product's own words", async ({ page }) => {
  await openFrontPage(page);
  const response = await page.goto("/no-such-page");
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
});
