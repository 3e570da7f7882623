import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildAlertData } from "@/lib/alerts/alert-data";
import { getConfig } from "@/lib/config/config";
import { systemContext } from "@/lib/context";
import { startJobs } from "@/lib/jobs/start";
import { parseUsd } from "@/lib/money";
import { periodAt } from "@/lib/periods";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { type Receiver, startReceiver } from "@/lib/testing/receiver";
import { createWebhook } from "@/lib/webhooks/service";
import { emitEvent } from "./emit";

interface Mail {
  from: string;
  to: string;
  text: string;
}

const t = openTestDatabase();
const mails: Mail[] = [];
/** What the mail server does with the next recipients: a function that may give an error. */
let judge: (address: string) => Error | null = () => null;
let smtp: SMTPServer;
let receiver: Receiver;
let jobs: Awaited<ReturnType<typeof startJobs>>;

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onAuth: ({ username, password }, _session, callback) =>
      username === "ops@example.com" && password === "p@ss:canary"
        ? callback(null, { user: username })
        : callback(new Error("no")),
    onRcptTo: ({ address }, _session, callback) => callback(judge(address)),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map((recipient) => recipient.address).join(","),
          text: Buffer.concat(chunks).toString("utf8"),
        });
        callback();
      });
    },
  });
  smtp.on("error", () => undefined);
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  const { port } = smtp.server.address() as AddressInfo;
  process.env.SMTP_URL = `smtp://${encodeURIComponent("ops@example.com")}:${encodeURIComponent("p@ss:canary")}@127.0.0.1:${port}`;
  process.env.BUDGET_ALERT_EMAIL = "alerts@example.com,Second@Example.com";
  process.env.PLLM_PRIVATE_TARGETS = "127.0.0.0/8";
  receiver = await startReceiver();
});
beforeEach(async () => {
  judge = () => null;
  mails.length = 0;
  receiver.received.length = 0;
  await t.db.webhook.deleteMany();
  await t.db.message.deleteMany();
  await t.db.job.deleteMany();
  jobs = await startJobs(getConfig());
});
afterEach(() => jobs.stop());
afterAll(() => new Promise<void>((resolve) => smtp.close(() => resolve())));

const ctx = () => systemContext(t.db, "test");

function alertOn(scope: { type: string; id: string }) {
  return buildAlertData({
    alertId: "alert_1",
    threshold: 90,
    budget: { id: "bud_1", limitNano: parseUsd("10"), period: "daily", hard: true },
    period: periodAt("daily", "UTC", Date.now()),
    scope: { ...scope, name: "Ängström" },
    spentNano: parseUsd("9.000000001"),
    heldNano: 0n,
    nowMs: Date.now(),
  });
}

const announce = (scope: { type: string; id: string }) => emitEvent(ctx(), "budget.threshold_reached", alertOn(scope));

/** Waits until every job has ended, recurring ones aside; dead ones stay. */
async function settle(): Promise<void> {
  await eventually(async () => {
    const open = await t.db.job.count({ where: { failed_at: null, run_at: { lte: new Date() } } });
    return open === 0 || undefined;
  });
}

const readers = () => mails.map((mail) => mail.to).sort();

describe("a message", () => {
  test("goes to every webhook and mailbox that it concerns, under one id, exactly as it was announced", async () => {
    const { secret } = await createWebhook(ctx(), { url: receiver.url, events: [] });
    const messageId = await announce({ type: "user", id: "usr_gone" });
    await settle();
    const [request] = receiver.received;
    expect(receiver.received).toHaveLength(1);
    expect(new Webhook(secret).verify(request?.body ?? "", request?.headers as Record<string, string>)).toMatchObject({
      type: "budget.threshold_reached",
      data: { threshold: 90, spent_usd: "9.000000001", remaining_usd: "0.999999999" },
    });
    expect(request?.headers["webhook-id"]).toBe(messageId);
    expect(readers()).toEqual(["alerts@example.com", "second@example.com"]);
    for (const mail of mails) {
      expect(mail.from).toBe("ops@example.com");
      expect(mail.text).toContain(`Message-ID: <${messageId}@127.0.0.1>`);
      expect(mail.text).toContain("Auto-Submitted: auto-generated");
      expect(mail.text).toMatch(/multipart\/alternative/);
      expect(mail.text).toContain("9.000000001 USD");
    }
  });

  test("handed on twice, by two processes at once, is delivered once", async () => {
    await createWebhook(ctx(), { url: receiver.url, events: [] });
    const messageId = await announce({ type: "user", id: "usr_gone" });
    for (const id of ["job_a", "job_b"])
      await t.db.job.create({ data: { id, name: "messages.dispatch", payload: { message_id: messageId } } });
    await settle();
    expect(receiver.received).toHaveLength(1);
    expect(await t.db.delivery.count()).toBe(1);
  });

  test("that is no alert goes to webhooks alone; one that is gone goes nowhere", async () => {
    await createWebhook(ctx(), { url: receiver.url, events: [] });
    await emitEvent(ctx(), "team.created", { id: "team_1" });
    await t.db.job.create({ data: { id: "job_x", name: "messages.dispatch", payload: { message_id: "msg_gone" } } });
    await settle();
    expect(receiver.received).toHaveLength(1);
    expect(mails).toEqual([]);
    expect(await t.db.job.count({ where: { failed_at: { not: null } } })).toBe(0);
  });

  test("an alert is not announced where alerts are switched off; other events are", async () => {
    await createWebhook(ctx(), { url: receiver.url, events: [] });
    await t.db.settings.update({ where: { id: 1 }, data: { data: { alerts_enabled: false } } });
    await announce({ type: "user", id: "usr_gone" });
    await emitEvent(ctx(), "team.created", { id: "team_1" });
    await settle();
    await t.db.settings.update({ where: { id: 1 }, data: { data: {} } });
    expect(receiver.received.map((request) => JSON.parse(request.body).type)).toEqual(["team.created"]);
    expect(mails).toEqual([]);
  });

  test("a receiver that is gone is disabled, and the others and the mailboxes hear of it", async () => {
    const { webhook } = await createWebhook(ctx(), { url: receiver.url, events: ["team.created"] });
    const witness = await startReceiver();
    await createWebhook(ctx(), { url: witness.url, events: ["webhook.disabled"] });
    receiver.answer = 410;
    await emitEvent(ctx(), "team.created", { id: "team_1" });
    await eventually(async () => witness.received[0]);
    await settle();
    receiver.answer = 200;
    expect(JSON.parse(witness.received[0]?.body ?? "").data).toMatchObject({ webhook_id: webhook.id });
    expect(
      mails
        .filter((mail) => mail.text.includes("410 Gone"))
        .map((mail) => mail.to)
        .sort(),
    ).toEqual(["alerts@example.com", "second@example.com"]);
  });
});

describe("mail", () => {
  test("also goes to those who can act: a team's owners, for its members and keys too, else the person", async () => {
    const team = await makeTeam(t.db);
    const person = await makeUser(t.db, { email: "person@example.com" });
    const people = {
      owner: await makeUser(t.db, { email: "owner@example.com" }),
      both: await makeUser(t.db, { email: "alerts@example.com" }),
      member: await makeUser(t.db, { email: "member@example.com" }),
      gone: await makeUser(t.db, { email: "gone@example.com", disabled_at: new Date() }),
    };
    await makeMember(t.db, team, people.owner, "owner");
    await makeMember(t.db, team, people.both, "owner");
    await makeMember(t.db, team, people.member, "member");
    await makeMember(t.db, team, people.gone, "owner");
    const teamKey = (await makeKey(t.db, { type: "team", team_id: team.id })).key;
    const ownKey = (await makeKey(t.db, { user_id: person.id })).key;
    const always = ["alerts@example.com", "second@example.com"];
    for (const [scope, extra] of [
      [{ type: "team", id: team.id }, ["owner@example.com"]],
      [{ type: "member", id: `${team.id}/${people.member.id}` }, ["owner@example.com"]],
      [{ type: "key", id: teamKey.id }, ["owner@example.com"]],
      [{ type: "key", id: ownKey.id }, ["person@example.com"]],
      [{ type: "user", id: person.id }, ["person@example.com"]],
      [{ type: "user", id: people.gone.id }, []],
      [{ type: "key", id: "key_gone" }, []],
    ] as const) {
      mails.length = 0;
      await announce(scope);
      await settle();
      expect([scope, readers()]).toEqual([scope, [...always, ...extra].sort()]);
    }
  });

  test("a refused address is not tried again and holds up nobody else", async () => {
    judge = (address) =>
      address === "alerts@example.com" ? Object.assign(new Error("no such mailbox"), { responseCode: 550 }) : null;
    await announce({ type: "user", id: "usr_gone" });
    await settle();
    expect(readers()).toEqual(["second@example.com"]);
    const [dead] = await t.db.job.findMany({ where: { name: "mail.send" } });
    expect(dead).toMatchObject({ attempts: 1, payload: { to: "alerts@example.com" } });
    expect(dead?.failed_at).not.toBeNull();
    expect(dead?.last_error).toContain("no such mailbox");
  });

  test("a server that is busy is tried again, and the row holds no password", async () => {
    judge = () => Object.assign(new Error("try later"), { responseCode: 451 });
    const messageId = await announce({ type: "user", id: "usr_gone" });
    const waiting = await eventually(async () => {
      const rows = await t.db.job.findMany({ where: { name: "mail.send", locked_by: null, attempts: { gte: 1 } } });
      return rows.length === 2 ? rows : undefined;
    });
    for (const row of waiting) {
      expect(row.failed_at).toBeNull();
      expect(row.last_error).toContain("try later");
    }
    judge = () => null;
    await t.db.job.updateMany({ where: { name: "mail.send" }, data: { run_at: new Date() } });
    await settle();
    expect(mails).toHaveLength(2);
    expect(mails[0]?.text).toContain(`<${messageId}@127.0.0.1>`);
    const everything = JSON.stringify(await t.db.job.findMany()) + JSON.stringify(await t.db.message.findMany());
    expect(everything).not.toContain("canary");
  });
});
