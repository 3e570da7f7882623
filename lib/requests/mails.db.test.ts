import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { authorityOfUser } from "@/lib/auth/authority";
import { getConfig } from "@/lib/config/config";
import { type Context, systemContext } from "@/lib/context";
import type { Team, User } from "@/lib/db/generated/client";
import type { JobRunner } from "@/lib/jobs/runner";
import { startJobs } from "@/lib/jobs/start";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeBudget } from "@/lib/testing/ledger-rows";
import { type Receiver, startReceiver } from "@/lib/testing/receiver";
import { createWebhook } from "@/lib/webhooks/service";
import { approveRequest, denyRequest } from "./decide";
import { createRequest, withdrawRequest } from "./service";

const t = openTestDatabase();
const mails: { to: string; text: string }[] = [];
let smtp: SMTPServer;
let receiver: Receiver;
let jobs: JobRunner | null = null;

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join(",");
        mails.push({ to, text: Buffer.concat(chunks).toString("utf8") });
        callback();
      });
    },
  });
  smtp.on("error", () => undefined);
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  const { port } = smtp.server.address() as AddressInfo;
  process.env.SMTP_URL = `smtp://127.0.0.1:${port}`;
  process.env.BUDGET_ALERT_EMAIL = "alerts@example.com";
  process.env.PLLM_PRIVATE_TARGETS = "127.0.0.0/8";
  receiver = await startReceiver();
});
beforeEach(async () => {
  mails.length = 0;
  receiver.received.length = 0;
  await t.db.webhook.deleteMany();
  await t.db.message.deleteMany();
  await t.db.job.deleteMany();
});
afterEach(async () => {
  await jobs?.stop();
  jobs = null;
});
afterAll(() => new Promise<void>((resolve) => smtp.close(() => resolve())));

const system = () => systemContext(t.db, "test");

async function contextOf(user: User): Promise<Context> {
  const authority = await authorityOfUser(t.db, user);
  return { ...system(), principal: { kind: "session", id: user.id, name: user.email, authority } };
}

/** Lets everything that is due now happen. */
async function settle(): Promise<void> {
  jobs ??= await startJobs(getConfig());
  await eventually(async () => {
    const open = await t.db.job.count({ where: { failed_at: null, run_at: { lte: new Date() } } });
    return open === 0 || undefined;
  });
}

const readers = () => mails.map(({ to }) => to).sort();
const request = { amount_usd: "5", reason: "the evaluation", until: new Date(Date.now() + 3_600_000).toISOString() };

async function memberOf(team: Team, role: string, fields: { disabled_at?: Date } = {}): Promise<User> {
  const user = await makeUser(t.db, fields);
  await makeMember(t.db, team, user, role);
  return user;
}

async function makeAsker() {
  const root = await makeTeam(t.db);
  const team = await makeTeam(t.db, { parent_id: root.id });
  const asker = await memberOf(team, "member");
  const budget = await makeBudget(t.db, { type: "member", id: `${team.id}/${asker.id}` });
  return { root, team, asker, budget, ctx: await contextOf(asker) };
}

test("those nearest to it hear of a request, the asker of the decision, a webhook of both, each once", async () => {
  const { root, team, asker, budget, ctx } = await makeAsker();
  const owners = [await memberOf(team, "owner"), await memberOf(team, "owner")];
  await memberOf(root, "owner");
  await memberOf(team, "owner", { disabled_at: new Date() });
  await makeUser(t.db, { role: "admin" });
  await createWebhook(system(), { url: receiver.url, events: ["budget_request.created", "budget_request.decided"] });
  const { id } = await createRequest(ctx, { ...request, budget_id: budget.id });
  await settle();
  expect(readers()).toEqual(owners.map(({ email }) => email).sort());
  expect(mails[0]?.text).toContain(`Message-ID: <${id}.asked@127.0.0.1>`);
  expect(mails[0]?.text).toContain("the evaluation");
  expect(mails[0]?.text).toContain(`${getConfig().publicUrl}/approvals`);
  mails.length = 0;
  await approveRequest(system(), id, {});
  await settle();
  expect(readers()).toEqual([asker.email]);
  expect(mails[0]?.text).toContain("was approved");
  expect(mails[0]?.text).toContain(`${getConfig().publicUrl}/budgets/${budget.id}`);
  const events = receiver.received.map(({ body }) => JSON.parse(body) as { type: string; data: { id: string } });
  expect(events.map(({ type, data }) => [type, data.id])).toEqual([
    ["budget_request.created", id],
    ["budget_request.decided", id],
  ]);
});

test("where the nearest owner is the one who asks, the owners above hear of it; where there is none, managers and admins", async () => {
  await t.db.user.updateMany({ data: { role: "user" } });
  const { root, team } = await makeAsker();
  const owner = await memberOf(team, "owner");
  const own = await makeBudget(t.db, { type: "member", id: `${team.id}/${owner.id}` });
  const [above, manager, admin] = [
    await memberOf(root, "owner"),
    await makeUser(t.db, { role: "manager" }),
    await makeUser(t.db, { role: "admin" }),
  ];
  await makeUser(t.db, { role: "admin", disabled_at: new Date() });
  await createRequest(await contextOf(owner), { ...request, budget_id: own.id });
  await settle();
  expect(readers()).toEqual([above.email]);
  mails.length = 0;
  const { asker, ctx } = await makeAsker();
  const personal = await makeBudget(t.db, { type: "user", id: asker.id });
  const { id } = await createRequest(ctx, { ...request, budget_id: personal.id });
  await settle();
  expect(readers()).toEqual([admin.email, manager.email].sort());
  mails.length = 0;
  await denyRequest(await contextOf(manager), id, { reason: "next month" });
  await settle();
  expect(readers()).toEqual([asker.email]);
  expect(mails[0]?.text).toContain("Reason: next month");
});

test("no more than twenty hear of a request, however many may decide", async () => {
  const { team, budget, ctx } = await makeAsker();
  for (let count = 0; count < 25; count++) await memberOf(team, "owner");
  await createRequest(ctx, { ...request, budget_id: budget.id });
  expect(await t.db.job.count({ where: { name: "requests.mail" } })).toBe(20);
});

test("nobody is asked to decide on what was taken back before the mail went out", async () => {
  const { team, budget, ctx } = await makeAsker();
  await memberOf(team, "owner");
  const { id } = await createRequest(ctx, { ...request, budget_id: budget.id });
  expect(await t.db.job.count({ where: { name: "requests.mail" } })).toBe(1);
  await withdrawRequest(ctx, id);
  await settle();
  expect(mails).toEqual([]);
});
