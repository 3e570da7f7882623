import type { APIRequestContext, Page } from "@playwright/test";
import { expect, findViolations, signInAsPerson, test } from "./fixtures";
import { masterKey } from "./settings";

test.use({ mayVisitProvider: true });

const headers = { authorization: `Bearer ${masterKey}` };
const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

async function open(page: Page, path: string, title = "Developer"): Promise<void> {
  await page.goto(path);
  await signInAsPerson(page, title);
  await page.waitForURL(`**${path}`);
}

async function readList(request: APIRequestContext, path: string): Promise<{ id: string; name: string }[]> {
  const answer = await request.get(`/api/v1${path}`, { headers });
  expect(answer.status(), await answer.text()).toBe(200);
  return (await answer.json()).data;
}

test("a developer has a key within twenty seconds of opening the page, and the way to use it", async ({ page }) => {
  await open(page, "/keys");
  const startedAt = Date.now();
  await page.reload();
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByLabel("Name", { exact: true }).fill("in-a-hurry");
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  const secret = (await page.getByRole("region", { name: "Secret" }).locator("code").textContent()) ?? "";
  expect(secret).toMatch(/^sk-user-/);
  expect(Date.now() - startedAt).toBeLessThan(20_000);
  const tab = page.waitForEvent("popup");
  await page.getByRole("link", { name: "How to call with it" }).click();
  const connect = await tab;
  await expect(connect.getByRole("combobox", { name: "Key" })).toHaveValue("in-a-hurry");
  const withKey = connect.url();
  expect(withKey).not.toContain(secret);

  const trial = part(connect, "Try it");
  await expect(trial.getByText(/a key is made from in-a-hurry/)).toBeVisible();
  await trial.getByLabel("Secret of a key").fill(secret);
  await trial.getByRole("button", { name: "Make the call" }).click();
  await expect(part(connect, "Outcome").getByText("sim-", { exact: false }).first()).toBeVisible();
  expect(await connect.content()).not.toContain(secret);
  await connect.close();

  await page.getByRole("button", { name: "I have copied it" }).click();
  await page.getByRole("button", { name: "Actions on in-a-hurry" }).click();
  await page.getByRole("menuitem", { name: "Revoke" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("row", { name: /in-a-hurry/ })).toContainText("revoked");
  await page.goto(withKey);
  await expect(page.getByText("The key in-a-hurry is revoked: calls with it are refused.")).toBeVisible();
  await expect(part(page, "In your program").locator("pre")).toHaveCount(0);
});

test("snippets hold this server's own address and the chosen model, for each program", async ({ page, baseURL }) => {
  await open(page, "/connect");
  const snippets = part(page, "In your program");
  const programs = page.getByRole("navigation", { name: "Programs" });
  await page.getByRole("combobox", { name: "Model" }).fill("sim-small");
  await page.getByRole("option", { name: /^sim-small/ }).click();
  await expect(page).toHaveURL(/model=sim-small/);
  await expect(snippets.locator("pre")).toContainText(`curl ${baseURL}/v1/chat/completions`);
  for (const name of ["Python", "JavaScript", "LangChain", "Cursor", "Continue"]) {
    await programs.getByRole("link", { name }).click();
    await expect(snippets.getByText(`${baseURL}/v1`).first()).toBeVisible();
    await expect(snippets.locator("pre").filter({ hasText: "sim-small" }), name).toHaveCount(1);
  }
  await programs.getByRole("link", { name: "Open WebUI" }).click();
  await expect(snippets.locator("pre").filter({ hasText: "host.docker.internal" })).toBeVisible();
  await programs.getByRole("link", { name: "Claude Code" }).click();
  await expect(snippets.locator("pre")).toContainText(`export ANTHROPIC_BASE_URL=${baseURL}`);
  await programs.getByRole("link", { name: "Codex" }).click();
  await expect(snippets.locator("pre").filter({ hasText: `base_url = "${baseURL}/v1"` })).toBeVisible();
  await expect(page).toHaveURL(/model=sim-small/);
});

test("one click makes a real call, tells what it cost, and leaves no key behind", async ({ page, request }) => {
  await open(page, "/connect?model=sim-small");
  await part(page, "Try it").getByRole("button", { name: "Make the call" }).click();
  const outcome = part(page, "Outcome");
  await expect(outcome.getByText("sim-small answered")).toBeVisible();
  await expect(outcome.getByText(/^0\.0000\d+ USD$/)).toBeVisible();
  await expect(outcome.getByText(/^\d+ \+ \d+$/)).toBeVisible();
  await expect(outcome).toContainText("The key of this call is deleted again.");
  expect(await findViolations(page)).toEqual([]);
  expect((await readList(request, "/keys?q=Connection%20test")).length).toBe(0);
  const audit = await readList(request, "/audit?action=key.deleted");
  expect(audit.length).toBeGreaterThan(0);
  await outcome.getByRole("link", { name: "This call among yours" }).click();
  const calls = page.getByRole("table", { name: "Finished calls" });
  await expect(async () => {
    await page.getByRole("button", { name: "Read everything again" }).click();
    await expect(calls.getByRole("row", { name: /sim-small/ })).toHaveCount(1, { timeout: 1_000 });
  }).toPass();
  await expect(calls.getByRole("row", { name: /sim-small/ })).toContainText("Try it");
});

test("a refusal is told with its reason", async ({ page }) => {
  await open(page, "/connect?model=sim-small");
  const trial = part(page, "Try it");
  await trial.getByLabel("Secret of a key").fill("sk-user-nonsense");
  await trial.getByRole("button", { name: "Make the call" }).click();
  await expect(part(page, "Outcome").getByRole("alert")).toContainText(/Unknown key \(401 invalid_api_key\)/);
  await page.goto("/connect?model=no-such-model");
  await expect(page.getByText("A key of yours may not call it.")).toBeVisible();
  await expect(part(page, "In your program").locator("pre")).toHaveCount(0);
  await part(page, "Try it").getByRole("button", { name: "Make the call" }).click();
  await expect(part(page, "Outcome").getByRole("alert")).toContainText(/No such model \(404 model_not_found\)/);
});

test("who makes no keys is asked for one", async ({ page }) => {
  await open(page, "/connect", "Viewer");
  const trial = part(page, "Try it");
  await expect(trial.getByRole("button", { name: "Make the call" })).toBeDisabled();
  await trial.getByLabel("Secret of a key").fill("sk-user-nonsense");
  await expect(trial.getByRole("button", { name: "Make the call" })).toBeEnabled();
});

test("home says what is left, what was called and how to begin", async ({ page, request }) => {
  const [dora] = await readList(request, "/users?q=dora");
  const made = await request.post("/api/v1/budgets", {
    headers,
    data: { scope: { type: "user", id: dora?.id }, limit_usd: "7.50", period: "monthly" },
  });
  expect(made.status(), await made.text()).toBe(201);
  await open(page, "/");
  const tiles = page.getByRole("list", { name: "At a glance" });
  const left = tiles.getByRole("listitem").filter({ hasText: "Left to spend" });
  await expect(left).toContainText(/\$7\.\d+/);
  await expect(left).toContainText(/monthly budget of the user .*resets \d{4}-\d\d-01 00:00 UTC/);
  await expect(left.getByRole("link")).toHaveAttribute("href", "/budgets");
  await expect(tiles.getByRole("listitem").filter({ hasText: "Calls today" })).toContainText(/[1-9]/);
  await part(page, "Quick start").getByRole("link", { name: "Connect a program, or try it" }).click();
  await expect(page.getByRole("heading", { name: "Connect", level: 1 })).toBeVisible();
  await request.delete(`/api/v1/budgets/${(await made.json()).id}`, { headers });
});
