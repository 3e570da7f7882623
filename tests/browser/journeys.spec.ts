/** Whole days of the people that the product is for, from page to page; what each page does by itself is proven beside it. */
import type { Page } from "@playwright/test";
import OpenAI from "openai";
import { ask, headers, type Made, part, rows, unique } from "./budget-data";
import { expect, openFrontPage, signInAsPerson, test } from "./fixtures";
import { startReceiver } from "./receiver";

const nav = (page: Page) => page.getByRole("navigation", { name: "Main" });
const dialog = (page: Page) => page.getByRole("dialog");
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

async function goTo(page: Page, label: string): Promise<void> {
  await nav(page)
    .getByRole("link", { name: new RegExp(`^${label}\\b`) })
    .click();
  await expect(page.getByRole("heading", { name: label, level: 1 })).toBeVisible();
}

/** Reads the secret that is shown once, and puts it away. */
async function takeSecret(page: Page): Promise<string> {
  const secret = await page.getByRole("region", { name: "Secret" }).locator("code").textContent();
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(dialog(page)).toHaveCount(0);
  return secret ?? "";
}

/** A program's call, through the client that programs use: the answer's text, or what was said instead of one. */
async function callWith(baseURL: string | undefined, apiKey: string, model: string): Promise<string> {
  const client = new OpenAI({ apiKey, baseURL: `${baseURL}/v1`, maxRetries: 0 });
  try {
    const messages = [{ role: "user", content: "Hello" }] as const;
    const { choices } = await client.chat.completions.create({ model, max_tokens: 20, messages: [...messages] });
    return choices[0]?.message.content ? "answered" : "said nothing";
  } catch (error) {
    return String(error);
  }
}

/** Reads the page's figures again until they hold what the server books after the call. */
async function readUntil(page: Page, holds: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await page.getByRole("button", { name: "Read everything again" }).click();
    await holds();
  }).toPass();
}

test("the administrator's first hour: provider, price, team, budget, key, call, alert, replay, and all of it on record", async ({
  page,
  request,
  baseURL,
}) => {
  const receiver = await startReceiver();
  const [team, alarm, provider] = [unique("First hour"), unique("Alarm"), `hour-${Date.now().toString(36)}`];
  await openFrontPage(page);
  await goTo(page, "Webhooks");
  await page.getByRole("button", { name: "Add webhook" }).click();
  await dialog(page).getByLabel("URL").fill(receiver.url);
  await dialog(page).getByLabel("Description").fill(alarm);
  await dialog(page).getByLabel("Events", { exact: true }).selectOption("some");
  await dialog(page).getByLabel("budget.threshold_reached").check();
  await dialog(page).getByRole("button", { name: "Add webhook" }).click();
  expect(await takeSecret(page)).toMatch(/^whsec_/);

  await goTo(page, "Providers");
  await page.getByRole("link", { name: "Simulator" }).click();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  const address = await dialog(page).getByLabel("Base URL").inputValue();
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  await goTo(page, "Providers");
  await page.getByRole("button", { name: "Add provider" }).click();
  await dialog(page).getByLabel("Name", { exact: true }).fill(provider);
  await dialog(page).getByLabel("Base URL").fill(address);
  await dialog(page).getByLabel("Key", { exact: true }).fill("sk-own-0123456789");
  await dialog(page).getByRole("button", { name: "Test the connection" }).click();
  await expect(dialog(page).getByText(/^It lists \d+ models\./)).toBeVisible();
  await dialog(page).getByLabel("Models").fill("sim-small");
  await dialog(page).getByRole("button", { name: "Add provider" }).click();
  await expect(dialog(page)).toHaveCount(0);
  await page.getByRole("searchbox").fill(provider);
  await page.getByRole("link", { name: provider }).click();
  await page.getByRole("button", { name: "Actions on sim-small" }).click();
  await page.getByRole("menuitem", { name: "Set price" }).click();
  await dialog(page).getByLabel("Input", { exact: true }).fill("100");
  await dialog(page).getByLabel("Output").fill("100");
  await dialog(page).getByRole("button", { name: "Set price" }).click();
  await expect(rows(page, "Models").nth(1)).toContainText("Set by hand");

  await goTo(page, "Teams");
  await page.getByRole("button", { name: "Create team" }).click();
  await dialog(page).getByLabel("Name").fill(team);
  await dialog(page).getByRole("button", { name: "Create team" }).click();
  await page.getByRole("link", { name: team }).click();
  await page.getByRole("button", { name: "Set budget" }).click();
  await dialog(page).getByLabel("Limit in USD").fill("0.10");
  await dialog(page).getByLabel("Alerts at, in % of the limit").fill("1");
  await dialog(page).getByRole("button", { name: "Create budget" }).click();
  await expect(rows(page, "Budgets of this team").filter({ hasText: team })).toContainText("$0.10");
  await page.getByRole("link", { name: "Keys", exact: true }).last().click();
  await page.getByRole("button", { name: "Create key" }).click();
  await dialog(page).getByLabel("Name", { exact: true }).fill("first-program");
  await dialog(page).getByRole("button", { name: "Create key" }).click();
  const secret = await takeSecret(page);
  await expect.poll(() => callWith(baseURL, secret, `${provider}/sim-small`)).toBe("answered");

  await goTo(page, "Overview");
  const alert = part(page, "Recent alerts").getByRole("listitem").filter({ hasText: team });
  await readUntil(page, () => expect(alert).toContainText("1 %", { timeout: 1_000 }));
  await alert.getByRole("link", { name: team }).click();
  await expect(page.getByRole("heading", { name: `Budget on ${team}`, level: 1 })).toBeVisible();
  await expect(rows(page, "Alerts of this budget").nth(1)).toContainText("of $0.10");

  await goTo(page, "Webhooks");
  await page
    .getByRole("row", { name: new RegExp(alarm) })
    .getByRole("link")
    .click();
  await readUntil(page, () => expect(rows(page, "Deliveries").nth(1)).toContainText("Delivered", { timeout: 1_000 }));
  await page.getByRole("link", { name: "budget.threshold_reached" }).click();
  await expect(page.getByRole("region", { name: "Body" })).toContainText(team);
  await page.getByRole("button", { name: "Replay" }).click();
  await expect.poll(() => receiver.received.length).toBe(2);
  const [first, second] = receiver.received;
  expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
  expect(JSON.parse(second?.body ?? "").data.scope.name).toBe(team);

  await goTo(page, "Audit");
  for (const [action, on] of [
    ["webhook.created", alarm],
    ["provider.created", provider],
    ["model.updated", "sim-small"],
    ["team.created", team],
    ["budget.created", team],
    ["key.created", "first-program"],
    ["delivery.replayed", "budget.threshold_reached"],
  ] as const) {
    const entry = rows(page, "Entries").filter({ hasText: action }).first();
    await expect(entry, action).toContainText(on);
    await expect(entry, action).toContainText("master key");
  }
  for (const path of ["webhooks", "providers"]) {
    const { data } = await ask<{ data: Made[] }>(
      request,
      "get",
      `/${path}?q=${path === "webhooks" ? alarm : provider}`,
    );
    for (const { id } of data) await request.delete(`/api/v1/${path}/${id}`, { headers });
  }
  receiver.close();
});

test.describe
  .serial("a team", () => {
    test.use({ mayVisitProvider: true });

    const reason = unique("A demo for the board");
    const made: string[] = [];
    test.afterAll(async ({ request }) => {
      for (const path of made) await request.delete(`/api/v1${path}`, { headers });
    });

    test("a developer's first minutes: what is left, a key, a snippet, a call, its cost, and a request for more", async ({
      page,
      request,
      baseURL,
    }) => {
      await page.goto("/");
      await signInAsPerson(page, "Developer");
      await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
      // Limits are set by others.
      const find = async (path: string) => (await ask<{ data: Made[] }>(request, "get", path)).data[0]?.id;
      const place = `${await find("/teams?q=Platform")}/${await find("/users?q=dora@")}`;
      const scope = { type: "member", id: place };
      const budget = await ask<Made>(request, "post", "/budgets", { scope, limit_usd: "2", period: "daily" });
      made.push(`/budgets/${budget.id}`);
      const left = page.getByRole("list", { name: "At a glance" }).getByRole("listitem").filter({ hasText: "Left to" });
      await readUntil(page, () => expect(left).toContainText("daily budget", { timeout: 1_000 }));
      await expect(left).toContainText(/\$[12]\.\d+.*resets \d{4}-\d\d-\d\d 00:00 UTC/);

      await goTo(page, "My keys");
      await page.getByRole("button", { name: "Create key" }).click();
      await page.keyboard.type("first-minutes");
      await page.keyboard.press("Enter");
      const secret = (await page.getByRole("region", { name: "Secret" }).locator("code").textContent()) ?? "";
      const tab = page.waitForEvent("popup");
      await page.getByRole("link", { name: "How to call with it" }).click();
      const connect = await tab;
      const snippet = part(connect, "In your program").locator("pre");
      await expect(snippet).toContainText(`curl ${baseURL}/v1/chat/completions`);
      const trial = part(connect, "Try it");
      await trial.getByLabel("Secret of a key").fill(secret);
      await trial.getByRole("button", { name: "Make the call" }).click();
      await expect(part(connect, "Outcome").getByText(/^\d\.\d+ USD$/)).toBeVisible();
      await connect.close();
      await page.getByRole("button", { name: "I have copied it" }).click();

      await goTo(page, "My usage");
      const spend = part(page, "Spend");
      await readUntil(page, () =>
        expect(spend.getByRole("button", { name: /^\S+ \$0\.\d+ ?: show only this$/ }).first()).toBeVisible({
          timeout: 1_000,
        }),
      );
      await page.getByRole("link", { name: "Calls in this range" }).click();
      await expect(rows(page, "Finished calls").filter({ hasText: "first-minutes" })).toHaveCount(1);

      await goTo(page, "My budgets");
      await page.getByRole("button", { name: "Ask for more" }).click();
      await dialog(page).getByLabel("Of", { exact: true }).selectOption(budget.id);
      await dialog(page).getByLabel("How much more, USD").fill("10");
      await dialog(page).getByLabel("Why").fill(reason);
      await dialog(page).getByRole("button", { name: "Ask", exact: true }).click();
      await page.getByRole("link", { name: "Your requests" }).click();
      await expect(rows(page, "Your requests").filter({ hasText: reason })).toContainText("open");
    });

    test("its owner's day: a request granted until a day, a member added, a key for a job, what the team spent", async ({
      page,
      request,
      baseURL,
    }) => {
      await page.goto("/");
      await signInAsPerson(page, "Team owner");
      await expect(nav(page).getByRole("link", { name: "Approvals" })).toContainText("1");
      await goTo(page, "Approvals");
      await expect(rows(page, "Waiting for a decision").filter({ hasText: reason })).toContainText("$10.00");
      await page.getByRole("button", { name: "Approve what Dora Developer asks for" }).click();
      await dialog(page).getByLabel("Until").fill(inDays(2));
      await dialog(page).getByRole("button", { name: "Approve", exact: true }).click();
      await expect(page.getByText("Nothing waits for you")).toBeVisible();
      await page.getByRole("link", { name: "Decided" }).click();
      await expect(rows(page, "Decided").filter({ hasText: reason })).toContainText(`until ${inDays(2)} 00:00 UTC`);

      await goTo(page, "My teams");
      await page.getByRole("link", { name: "Platform" }).click();
      const name = unique("Night jobs");
      await page.getByRole("button", { name: "Create a team below" }).click();
      await dialog(page).getByLabel("Name").fill(name);
      await page.keyboard.press("Enter");
      await rows(page, "Teams below").getByRole("link", { name }).click();
      await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
      const id = page.url().split("/").at(-1);
      const parts = page.getByRole("navigation", { name: "Parts of this page" });
      await parts.getByRole("link", { name: "Members" }).click();
      await page.getByRole("button", { name: "Add member" }).click();
      await page.getByRole("combobox", { name: "Person" }).fill("Dora");
      await page.getByRole("option", { name: /Dora/ }).click();
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await expect(rows(page, "Members").filter({ hasText: "Dora" })).toContainText("member by hand");

      await parts.getByRole("link", { name: "Keys" }).click();
      await page.getByRole("button", { name: "Create key" }).click();
      await dialog(page).getByLabel("Name", { exact: true }).fill("nightly");
      await page.keyboard.press("Enter");
      const secret = await takeSecret(page);
      await expect.poll(() => callWith(baseURL, secret, "sim-small")).toBe("answered");
      await parts.getByRole("link", { name: "Usage" }).click();
      await readUntil(page, () =>
        expect(part(page, "Spend").getByRole("button", { name: /^sim-small \$0\.\d+/ })).toBeVisible({
          timeout: 1_000,
        }),
      );
      await page.getByRole("link", { name: "Calls of this team" }).click();
      await expect(rows(page, "Finished calls").filter({ hasText: "nightly" })).toHaveCount(1);
      const { data } = await ask<{ data: Made[] }>(request, "get", `/users?q=dora@`);
      made.push(`/teams/${id}/members/${data[0]?.id}`);
    });
  });

test.describe("a person", () => {
  test.use({ mayVisitProvider: true });

  test("who is a viewer reads every page of the portal and can change nothing, there or past it", async ({
    page,
    request,
  }) => {
    await page.goto("/");
    await signInAsPerson(page, "Viewer");
    await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
    const labels = ["Home", "My keys", "My usage", "My budgets", "My teams", "Connect"];
    await expect(page.getByRole("list", { name: "Portal" }).getByRole("link")).toHaveText(labels);
    const changes =
      /create|add|edit|delete|remove|rotate|revoke|restore|block|invite|ask|approve|deny|move|set|save|^actions/i;
    for (const label of labels) {
      await goTo(page, label);
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      await expect(page.getByRole("main").getByRole("button", { name: changes }), label).toHaveCount(0);
    }
    await expect(page.getByRole("button", { name: "Make the call" })).toBeDisabled();

    const team = await ask<Made>(request, "post", "/teams", { name: unique("Not hers") });
    const budget = { scope: { type: "team", id: team.id }, limit_usd: "1", period: "monthly" };
    const { id: budgetId } = await ask<Made>(request, "post", "/budgets", budget);
    const { key } = await ask<{ key: Made }>(request, "post", "/keys", { type: "team", name: "k", team_id: team.id });
    const send = (method: string, path: string, body: object | null) =>
      page.evaluate(
        async ([verb, to, text]) => {
          const headers = { "content-type": "application/json" };
          return (await fetch(`/api/v1${to}`, { method: verb, headers, body: text })).status;
        },
        [method, path, body && JSON.stringify(body)] as const,
      );
    const { user } = await page.evaluate(async () => (await fetch("/api/v1/me")).json());
    for (const [method, path, body] of [
      ["POST", "/keys", { type: "user", name: "mine" }],
      ["PATCH", `/keys/${key.id}`, { name: "mine" }],
      ["DELETE", `/keys/${key.id}`, null],
      ["POST", `/keys/${key.id}/rotate`, {}],
      ["POST", "/teams", { name: "Mine" }],
      ["PATCH", `/teams/${team.id}`, { name: "Mine" }],
      ["DELETE", `/teams/${team.id}`, null],
      ["POST", `/teams/${team.id}/members`, { user_id: user.id, role: "owner" }],
      ["POST", "/budgets", { ...budget, period: "daily" }],
      ["PATCH", `/budgets/${budgetId}`, { limit_usd: "100" }],
      ["DELETE", `/budgets/${budgetId}`, null],
      ["POST", "/requests", { budget_id: budgetId, amount_usd: "1", reason: "please" }],
      ["PATCH", `/users/${user.id}`, { role: "admin" }],
      ["POST", "/users", { email: "friend@example.com" }],
      ["POST", "/providers", { name: "mine", base_url: "https://models.example.com/v1" }],
      ["POST", "/webhooks", { url: "https://example.com/hooks", events: [] }],
      ["PATCH", "/settings", { default_role: "admin" }],
    ] as const)
      expect([403, 404], `${method} ${path}`).toContain(await send(method, path, body));
    const after = await ask<{ name: string }>(request, "get", `/teams/${team.id}`);
    expect(after.name).toMatch(/^Not hers/);
  });
});
