import { beforeEach, describe, expect, test } from "vitest";
import { systemContext } from "@/lib/context";
import { openTestDatabase } from "@/lib/testing/database";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { startReceiver } from "@/lib/testing/receiver";
import { agentFor } from "./agents";
import { testWebhook } from "./deliveries";
import { ensureEnvironmentWebhook } from "./environment";
import { openActiveSecrets } from "./secrets";
import { generateWebhookSecret } from "./signature";

const t = openTestDatabase();
const clock = createFakeClock();
const ctx = () => systemContext(t.db, "boot", clock);
const ensure = (alertWebhook: string | null, alertWebhookSecret: string | null = null) =>
  ensureEnvironmentWebhook(ctx(), { alertWebhook, alertWebhookSecret });
const row = () => t.db.webhook.findFirstOrThrow({ where: { source: "environment" } });
const secretsOf = async () => openActiveSecrets(await row(), clock.now());

beforeEach(async () => {
  await t.db.webhook.deleteMany();
  await t.db.auditEntry.deleteMany();
});

describe("the receiver that the environment names", () => {
  test("is one webhook for budget alerts, however often and from however many processes the server starts", async () => {
    const secret = generateWebhookSecret();
    // Connections that stand already, so that all of them look before any has written.
    await Promise.all(Array.from({ length: 6 }, () => t.db.$queryRaw`SELECT 1 FROM pg_sleep(0.05)`));
    await Promise.all(Array.from({ length: 6 }, () => ensure("https://alerts.example.com/in", secret)));
    await ensure("https://alerts.example.com/in", secret);
    expect(await t.db.webhook.count()).toBe(1);
    expect(await row()).toMatchObject({
      url: "https://alerts.example.com/in",
      events: ["budget.exceeded", "budget.threshold_reached"],
      enabled: true,
      version: 1,
    });
    expect(await secretsOf()).toEqual([secret]);
    expect((await row()).secret).not.toContain(secret);
    expect(await t.db.auditEntry.findMany()).toMatchObject([{ action: "webhook.created", actor_type: "system" }]);
  });

  test("follows the environment: another URL, another secret, none at all, and back", async () => {
    const [first, second] = [generateWebhookSecret(), generateWebhookSecret()];
    await ensure("https://a.example.com/", first);
    const { id } = await row();
    await ensure("https://b.example.com/", first);
    expect(await row()).toMatchObject({ id, url: "https://b.example.com/", version: 2 });
    await ensure("https://b.example.com/", second);
    expect(await secretsOf()).toEqual([second]);
    await ensure(null);
    expect(await row()).toMatchObject({ id, enabled: false, disabled_reason: "BUDGET_ALERT_WEBHOOK is not set." });
    await ensure("https://b.example.com/", second);
    expect(await row()).toMatchObject({ id, enabled: true, disabled_reason: null });
    const audit = await t.db.auditEntry.findMany({ orderBy: { seq: "asc" } });
    expect(audit.map((entry) => entry.action)).toEqual(["webhook.created", ...Array(4).fill("webhook.updated")]);
  });

  test("is tried again after a start, if it had been disabled for failing", async () => {
    await ensure("https://a.example.com/");
    await t.db.webhook.updateMany({ data: { enabled: false, disabled_reason: "410", failing_since: new Date() } });
    await ensure("https://a.example.com/");
    expect(await row()).toMatchObject({ enabled: true, disabled_reason: null, failing_since: null });
  });

  test("without a secret keeps the one that was made for it", async () => {
    await ensure("https://a.example.com/");
    const secrets = await secretsOf();
    await ensure("https://a.example.com/");
    expect(await secretsOf()).toEqual(secrets);
    expect(secrets[0]).toMatch(/^whsec_/);
  });

  test("a secret that can no longer be opened is replaced by the given one", async () => {
    const secret = generateWebhookSecret();
    await ensure("https://a.example.com/", secret);
    await t.db.webhook.updateMany({ data: { secret: "v1.gone.AAAA" } });
    await ensure("https://a.example.com/", secret);
    expect(await secretsOf()).toEqual([secret]);
  });

  test("nothing is nothing", async () => {
    await ensure(null);
    expect(await t.db.webhook.count()).toBe(0);
  });

  test("may stand in a private network, since the environment named it; no other webhook may for that", async () => {
    const receiver = await startReceiver();
    await ensure(receiver.url);
    expect((await testWebhook(ctx(), (await row()).id)).state).toBe("succeeded");
    await t.db.webhook.updateMany({ data: { source: "api" } });
    const sent = await t.db.webhook.findFirstOrThrow();
    const { state, attempts } = await testWebhook(ctx(), sent.id);
    expect(state).toBe("failed");
    expect(attempts[0]?.error).toMatch(/^Not sent/);
    expect(receiver.received).toHaveLength(1);
    expect(agentFor({ source: "api", url: receiver.url })).toBe(agentFor({ source: "api", url: "https://x.example/" }));
  });
});
