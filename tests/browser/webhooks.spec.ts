import type { APIRequestContext, Page } from "@playwright/test";
import { expect, findViolations, openFrontPage, signInAsPerson, test } from "./fixtures";
import { type Receiver, startReceiver } from "./receiver";
import { masterKey } from "./settings";

const headers = { authorization: `Bearer ${masterKey}` };
const facts = (page: Page) => page.getByRole("region", { name: "Facts" });
const deliveries = (page: Page) => page.getByRole("table", { name: "Deliveries" }).getByRole("row");
const unique = (name: string) => `${name} ${Date.now().toString(36)}`;

let receiver: Receiver;
let made: string[] = [];

test.beforeEach(async () => {
  receiver = await startReceiver();
});
test.afterEach(async ({ request }) => {
  for (const id of made) await request.delete(`/api/v1/webhooks/${id}`, { headers });
  made = [];
  receiver.close();
});

async function makeWebhook(request: APIRequestContext, description: string, events: string[] = ["team.created"]) {
  const answer = await request.post("/api/v1/webhooks", { data: { url: receiver.url, description, events }, headers });
  expect(answer.status(), await answer.text()).toBe(201);
  const { webhook } = (await answer.json()) as { webhook: { id: string } };
  made.push(webhook.id);
  return webhook.id;
}

/** Something happens that a webhook is told of. */
async function makeTeam(request: APIRequestContext): Promise<void> {
  const answer = await request.post("/api/v1/teams", { data: { name: unique("Told of") }, headers });
  expect(answer.status()).toBe(201);
}

async function readSecret(page: Page): Promise<string> {
  return (await page.getByRole("region", { name: "Secret" }).locator("code").textContent()) ?? "";
}

async function sendTest(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Test", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: /^Test the webhook/ });
  await expect(dialog.getByText(/^It answered 200 after [\d,]+ ms\.$/)).toBeVisible();
  await dialog.getByRole("button", { name: "Done" }).click();
}

test("a webhook is added, its secret shown once, tested, rotated with an overlap, switched off and on, and deleted", async ({
  page,
}) => {
  const name = unique("Finance");
  await openFrontPage(page);
  await page.goto("/admin/webhooks");
  await page.getByRole("button", { name: "Add webhook" }).click();
  const form = page.getByRole("dialog", { name: "Add a webhook" });
  await form.getByLabel("URL").fill("http://169.254.169.254/latest");
  await form.getByRole("button", { name: "Add webhook" }).click();
  await expect(form.getByLabel("URL")).toHaveAttribute("aria-invalid", "true");
  await form.getByLabel("URL").fill(receiver.url);
  await form.getByLabel("Description").fill(name);
  await form.getByLabel("Events", { exact: true }).selectOption("some");
  await expect(form.getByRole("button", { name: "Add webhook" })).toBeDisabled();
  await form.getByLabel("key.created").check();
  await form.getByRole("button", { name: "Add webhook" }).click();
  await expect(page.getByRole("dialog", { name: `The webhook ${name} is made` })).toBeVisible();
  expect(await findViolations(page)).toEqual([]);
  const first = await readSecret(page);
  expect(first).toMatch(/^whsec_/);
  await page.getByRole("button", { name: "I have copied it" }).click();
  expect(await page.content()).not.toContain(first);

  await page.getByRole("link", { name: new RegExp(receiver.url.slice("http://".length)) }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  made.push(page.url().split("/").at(-1) ?? "");
  await sendTest(page);
  expect(receiver.isSignedBy(first)).toBe(true);
  await expect(deliveries(page).nth(1)).toContainText("webhook.test");
  await expect(deliveries(page).nth(1)).toContainText("Delivered");

  await page.getByRole("button", { name: "Rotate secret" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
  await expect(page.getByRole("dialog", { name: `The new secret of ${name}` })).toBeVisible();
  const second = await readSecret(page);
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(facts(page)).toContainText("Two are valid");
  await sendTest(page);
  expect([receiver.isSignedBy(first), receiver.isSignedBy(second)]).toEqual([true, true]);

  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Description").fill(`${name}, renamed`);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("heading", { name: `${name}, renamed`, level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await expect(facts(page)).toContainText("Disabled by an administrator.");
  await page.getByRole("button", { name: "Enable" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Enable" }).click();
  await expect(facts(page)).toContainText("Enabled");
  const audit = page.getByRole("table", { name: "Changes of this webhook" });
  for (const action of ["webhook.created", "webhook.tested", "webhook.secret_rotated", "webhook.updated"])
    await expect(audit).toContainText(action);

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL("/admin/webhooks");
  await expect(page.getByText(name)).toHaveCount(0);
});

test("a delivery shows what was sent and what came of each attempt, and is sent again under its id", async ({
  page,
  request,
}) => {
  const id = await makeWebhook(request, unique("Failing"));
  receiver.answer = 503;
  await makeTeam(request);
  await expect.poll(() => receiver.received.length).toBeGreaterThan(0);
  await openFrontPage(page);
  await page.goto(`/admin/webhooks/${id}`);
  await expect(facts(page)).toContainText("Failing");
  await page.getByRole("link", { name: "team.created" }).click();
  await expect(page.getByRole("heading", { name: "team.created", level: 1 })).toBeVisible();
  const attempts = page.getByRole("region", { name: "Attempts" });
  await expect(attempts).toContainText("Answered 503.");
  await expect(attempts).toContainText("the queue is full");
  const sent = receiver.received[0];
  await expect(page.getByRole("region", { name: "Headers" })).toContainText(String(sent?.headers["webhook-id"]));
  await expect(page.getByRole("region", { name: "Headers" })).not.toContainText(
    String(sent?.headers["webhook-signature"]),
  );
  const shown = await page.getByRole("region", { name: "Body" }).locator("code").textContent();
  expect(JSON.parse(shown ?? "")).toEqual(JSON.parse(sent?.body ?? ""));
  receiver.answer = 200;
  await page.getByRole("button", { name: "Replay" }).click();
  await expect(facts(page)).toContainText("Delivered");
  expect(receiver.received.at(-1)?.headers["webhook-id"]).toBe(sent?.headers["webhook-id"]);
});

test("many are replayed at once, after a look at what that would do: those that are ticked, or all that match", async ({
  page,
  request,
}) => {
  const id = await makeWebhook(request, unique("Many"));
  for (let index = 0; index < 3; index++) await makeTeam(request);
  await expect.poll(() => receiver.received.length).toBe(3);
  await openFrontPage(page);
  await page.goto(`/admin/webhooks/${id}?state=succeeded`);
  await expect(deliveries(page)).toHaveCount(4);
  await page
    .getByLabel(/^Select team.created of/)
    .nth(0)
    .check();
  await page
    .getByLabel(/^Select team.created of/)
    .nth(1)
    .check();
  const bar = page.getByRole("toolbar", { name: "Selected deliveries" });
  await expect(bar).toContainText("2 deliveries selected");
  await bar.getByRole("button", { name: "Replay" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Show what would happen" }).click();
  await expect(dialog).toContainText("2 deliveries would be sent again.");
  expect(receiver.received).toHaveLength(3);
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Replay" }).click();
  await expect.poll(() => receiver.received.length).toBe(5);

  await expect(bar).toHaveCount(0);
  await page.getByLabel("Event", { exact: true }).selectOption("team.created");
  await page.getByRole("button", { name: "Replay all that match" }).click();
  await dialog.getByRole("button", { name: "Show what would happen" }).click();
  await expect(dialog).toContainText(/\d deliver(y|ies) would be sent again\./);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await request.patch(`/api/v1/webhooks/${id}`, { data: { enabled: false }, headers });
  await page.getByRole("button", { name: "Replay all that match" }).click();
  await dialog.getByRole("button", { name: "Show what would happen" }).click();
  await expect(dialog).toContainText("The webhook is disabled. Enable it first.");
  await expect(dialog.getByRole("button", { name: "Replay" })).toBeDisabled();
});

test("the list is searched and filtered at the server, and the address tells it", async ({ page, request }) => {
  const [on, off] = [unique("Kept on"), unique("Switched off")];
  await makeWebhook(request, on);
  const id = await makeWebhook(request, off);
  await request.patch(`/api/v1/webhooks/${id}`, { data: { enabled: false }, headers });
  await openFrontPage(page);
  await page.goto("/admin/webhooks");
  const table = page.getByRole("table", { name: "All webhooks" });
  await page.getByLabel("State", { exact: true }).selectOption("Disabled");
  await expect(page).toHaveURL("/admin/webhooks?state=disabled");
  await expect(table).toContainText(off);
  await expect(table).not.toContainText(on);
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await page.getByRole("searchbox").fill(on);
  await expect(table).not.toContainText(off);
  await expect(table).toContainText(on);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV" }).click();
  expect((await download).suggestedFilename()).toMatch(/^webhooks.*\.csv$/);
});

test.describe("somebody who is no administrator", () => {
  test.use({ mayVisitProvider: true });

  test("is shown no way to these pages, and nothing on them", async ({ page }) => {
    await page.goto("/keys");
    await signInAsPerson(page, "Developer");
    await expect(page.getByRole("heading", { name: "My keys", level: 1 })).toBeVisible();
    for (const path of ["/admin/webhooks", "/admin/audit", "/admin/settings"]) {
      await expect(page.locator(`a[href="${path}"]`)).toHaveCount(0);
      await page.goto(path);
      await expect(page.getByText("Your role does not show you this.")).toBeVisible();
      await expect(page.getByRole("table")).toHaveCount(0);
      for (const name of ["Add webhook", "Verify the chain", "Save"])
        await expect(page.getByRole("button", { name })).toHaveCount(0);
    }
  });
});
