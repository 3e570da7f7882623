import type { APIRequestContext, Page } from "@playwright/test";
import { expect, findViolations, openFrontPage, signInAsPerson, test } from "./fixtures";
import { masterKey } from "./settings";
import { startUpstream } from "./upstream";

const headers = { authorization: `Bearer ${masterKey}` };
const rows = (page: Page, table: string) => page.getByRole("table", { name: table }).getByRole("row");
const facts = (page: Page) => page.getByRole("region", { name: "Facts" });

let made: string[] = [];
test.afterEach(async ({ request }) => {
  for (const id of made) await request.delete(`/api/v1/providers/${id}`, { headers });
  made = [];
});

async function create<T>(request: APIRequestContext, path: string, data: object): Promise<T> {
  const answer = await request.post(`/api/v1${path}`, { data, headers });
  expect(answer.status(), await answer.text()).toBe(201);
  return answer.json();
}

async function makeProvider(request: APIRequestContext, name: string, fields: object = {}) {
  const unique = `${name}-${Date.now().toString(36)}`;
  const body = { name: unique, base_url: "https://models.example.com/v1", ...fields };
  const provider = await create<{ id: string; name: string }>(request, "/providers", body);
  made.push(provider.id);
  return provider;
}

/** A program's key, and what a call of a model with it is answered. */
async function makeCaller(request: APIRequestContext) {
  const team = await create<{ id: string }>(request, "/teams", { name: `Callers ${Date.now().toString(36)}` });
  const { secret } = await create<{ secret: string }>(request, "/keys", { type: "team", name: "c", team_id: team.id });
  return async (model: string) => {
    const data = { model, max_tokens: 5, messages: [{ role: "user", content: "Hello" }] };
    const authorization = `Bearer ${secret}`;
    return (await request.post("/v1/chat/completions", { data, headers: { authorization } })).status();
  };
}

test("a provider is tried before it is stored, priced, called, rests when it is refused, and works again with a new key", async ({
  page,
  request,
}) => {
  const upstream = await startUpstream();
  upstream.statusOf.set("sk-first-0123456789", 200);
  const name = `own-${Date.now().toString(36)}`;
  await openFrontPage(page);
  await page.getByRole("link", { name: "All providers" }).click();
  await page.getByRole("button", { name: "Add provider" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Base URL").fill(upstream.url);
  await dialog.getByLabel("Key", { exact: true }).fill("sk-wrong-0123456789");
  await dialog.getByRole("button", { name: "Test the connection" }).click();
  await expect(dialog.getByRole("alert")).toContainText("The provider refused the key (401).");
  await dialog.getByLabel("Key", { exact: true }).fill("sk-first-0123456789");
  await dialog.getByRole("button", { name: "Test the connection" }).click();
  await expect(dialog.getByText("It lists 2 models.")).toBeVisible();
  await dialog.getByLabel("Models").fill("test-model");
  await dialog.getByRole("button", { name: "Add provider" }).click();
  await expect(dialog).toHaveCount(0);
  await page.getByRole("searchbox", { name: "Name or display name" }).fill(name);
  await expect(rows(page, "All providers")).toHaveCount(2);
  await expect(rows(page, "All providers").nth(1)).toContainText("ready");
  await page.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  made.push(new URL(page.url()).pathname.split("/").at(-1) ?? "");

  await page.getByRole("button", { name: "Test the connection" }).click();
  await expect(page.getByText("It lists 2 models.")).toBeVisible();
  expect(await page.content()).not.toContain("sk-first");
  await page.getByRole("button", { name: "Actions on test-model" }).click();
  await page.getByRole("menuitem", { name: "Set price" }).click();
  await dialog.getByLabel("Input", { exact: true }).fill("1,5");
  await expect(dialog.getByText("Write an amount such as 2.50")).toBeVisible();
  await dialog.getByLabel("Input", { exact: true }).fill("1.5");
  await dialog.getByLabel("Output").fill("0.000001");
  await expect(dialog.getByText("costs $0.015000001.")).toBeVisible();
  await dialog.getByRole("button", { name: "Set price" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rows(page, "Models").nth(1)).toContainText("Set by hand");

  const call = await makeCaller(request);
  const model = `${name}/test-model`;
  await expect.poll(() => call(model)).toBe(200);
  const calls = facts(page).getByText("Calls, 24 h").locator("..");
  await expect(async () => {
    await page.getByRole("button", { name: "Read everything again" }).click();
    await expect(calls).toContainText("last hour 1", { timeout: 1_000 });
  }).toPass();

  upstream.statusOf.set("sk-first-0123456789", 429);
  expect(await call(model)).toBe(502);
  const keys = rows(page, "Keys of this provider");
  await expect(async () => {
    await page.getByRole("button", { name: "Read everything again" }).click();
    await expect(keys.nth(1)).toContainText(/resting.*until \d\d:\d\d:\d\d UTC: too many calls, 429/, {
      timeout: 1_000,
    });
  }).toPass();
  await expect(facts(page)).toContainText("rests until");
  upstream.statusOf.set("sk-second-0123456789", 200);
  await page.getByRole("button", { name: "Actions on the key default" }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await dialog.getByLabel("Stored key").selectOption("set");
  await dialog.getByLabel("Key", { exact: true }).fill("sk-second-0123456789");
  await dialog.getByRole("button", { name: "Test this key" }).click();
  await expect(dialog.getByText("It lists 2 models.")).toBeVisible();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(keys.nth(1)).toContainText("in use");
  await expect.poll(() => call(model)).toBe(200);

  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await dialog.getByLabel("Base URL").fill("https://elsewhere.example.com/v1");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Moves to another host while keys stay.")).toBeVisible();
  await expect(dialog.getByLabel("Base URL")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByText(/not to be sent elsewhere: default/)).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Switch off" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Switch off" }).click();
  await expect(page.getByRole("button", { name: "Switch on" })).toBeVisible();
  await expect.poll(() => call(model)).toBe(404);
  const audit = page.getByRole("table", { name: "Changes of this provider" });
  for (const action of ["provider.created", "credential.updated", "provider.updated"])
    await expect(audit).toContainText(action);
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL("/admin/providers");
  await upstream.close();
});

test("the lists are searched, filtered and sorted at the server, and the address tells it", async ({
  page,
  request,
}) => {
  const provider = await makeProvider(request, "lists", { models: ["alpha-unpriced", "gamma"] });
  const price = { input_per_mtok_usd: "1", output_per_mtok_usd: "2" };
  await create(request, `/providers/${provider.id}/models`, { name: "beta-priced", price });
  await openFrontPage(page);
  await page.goto("/admin/providers");
  await page.getByRole("searchbox", { name: "Name or display name" }).fill(provider.name);
  await expect(rows(page, "All providers")).toHaveCount(2);
  await page.getByRole("link", { name: "2 without a price" }).click();
  await expect(page).toHaveURL(`/admin/models?provider_id=${provider.id}&price_known=false`);
  await expect(rows(page, "All models")).toHaveCount(3);
  await expect(rows(page, "All models").nth(1)).toContainText(/alpha-unpriced.*No price/);
  await page.getByLabel("Price", { exact: true }).selectOption("");
  await page.getByRole("button", { name: "Model", exact: true }).click();
  await page.getByRole("button", { name: "Model", exact: true }).click();
  await expect(page).toHaveURL(`/admin/models?provider_id=${provider.id}&sort=-name`);
  await expect(rows(page, "All models").nth(2)).toContainText("beta-priced");
  await page.reload();
  await expect(rows(page, "All models").nth(1)).toContainText("gamma");
  await expect(page.getByRole("combobox", { name: "Provider" })).toHaveValue(provider.name);
  for (const path of ["/admin/models", "/admin/providers"]) {
    await page.goto(path);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "CSV" }).click();
    expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  }
});

test("a model's page shows what it costs and cost before, and does not overwrite what somebody else changed", async ({
  page,
  request,
}) => {
  const provider = await makeProvider(request, "prices", { models: ["dear"] });
  await openFrontPage(page);
  await page.goto(`/admin/providers/${provider.id}`);
  await page.getByRole("link", { name: "dear" }).click();
  await expect(page.getByText("Nobody knows what this model costs.")).toBeVisible();
  const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const dialog = page.getByRole("dialog", { name: "The price of dear" });
  await page.getByRole("button", { name: "Set price" }).click();
  await dialog.getByLabel("Input", { exact: true }).fill("2");
  await dialog.getByLabel("Output").fill("8");
  const first = { input_per_mtok_usd: "1.25", output_per_mtok_usd: "5" };
  await request.patch(`/api/v1/models/${id}`, { data: { price: first }, headers });
  await dialog.getByRole("button", { name: "Set price" }).click();
  await expect(dialog.getByText("Somebody else changed this model while you wrote.")).toBeVisible();
  await dialog.getByRole("button", { name: "Save my changes over it" }).click();
  await expect(dialog).toHaveCount(0);
  const prices = rows(page, "Prices of this model");
  await expect(prices).toHaveCount(3);
  await expect(prices.nth(1)).toContainText(/\$2\.00.*as input.*\$8\.00.*Set by hand/);
  await expect(prices.nth(2)).toContainText("$1.25");
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("Max prompt tokens").fill("0");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Must be at least 1.")).toBeVisible();
  await page.getByLabel("Max prompt tokens").fill("8000");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(facts(page)).toContainText("8,000");
  await expect(page.getByRole("table", { name: "Changes of this model" })).toContainText("max_input_tokens");
});

test("the palette leads to a model and to its provider", async ({ page, request }) => {
  const { name, id } = await makeProvider(request, "palette", { models: [`palette-model-${Date.now().toString(36)}`] });
  await openFrontPage(page);
  for (const [q, path] of [
    ["palette-model", /\/admin\/models\/model_/],
    [name, `/admin/providers/${id}`],
  ] as const) {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill(q);
    await page
      .getByRole("option", { name: new RegExp(q) })
      .first()
      .click();
    await expect(page).toHaveURL(path);
  }
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
});

test.describe("a person", () => {
  test.use({ mayVisitProvider: true });

  test("who runs nothing is not led to providers and models, and sees none there", async ({ page }) => {
    await page.goto("/admin/providers");
    await signInAsPerson(page, "Developer");
    await expect(page.getByText("Your role does not show you this.")).toBeVisible();
    await expect(page.getByRole("link", { name: "Providers" })).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Add provider" })).toHaveCount(0);
    await page.goto("/admin/models");
    await expect(page.getByText("Your role does not show you this.")).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
  });
});

test("a price set by hand goes back to the list's, which is shown first; where none is known it stays", async ({
  page,
  request,
}) => {
  const listed = await (await request.get("/api/v1/models?q=gpt-4.1-nano", { headers })).json();
  const path = `/api/v1/models/${listed.data[0].id}`;
  const price = { input_per_mtok_usd: "7", output_per_mtok_usd: "8" };
  await request.patch(path, { data: { price }, headers });
  await openFrontPage(page);
  await page.goto(`/admin/models/${listed.data[0].id}`);
  await page.getByRole("button", { name: "Use list price" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Use the list price of gpt-4.1-nano?" });
  await expect(dialog).toContainText("$0.10");
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Use list price" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rows(page, "Prices of this model").nth(1)).toContainText(/\$0\.10.*List price/);
  await expect(page.getByRole("button", { name: "Use list price" })).toHaveCount(0);
  const provider = await makeProvider(request, "unlisted", {});
  const own = await create<{ id: string }>(request, `/providers/${provider.id}/models`, { name: "unlisted", price });
  await page.goto(`/admin/models/${own.id}`);
  await page.getByRole("button", { name: "Use list price" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("No list price is known for this model.");
  await expect(page.getByRole("alertdialog").getByRole("button", { name: "Use list price" })).toBeDisabled();
});
