import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { getConfig } from "@/lib/config/config";
import { systemContext } from "@/lib/context";
import { startJobs } from "@/lib/jobs/start";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeTeam } from "@/lib/testing/factories";
import { createInvitation, openInvitation, resendInvitation, revokeInvitation } from "./service";

const t = openTestDatabase();
const ctx = () => systemContext(t.db, "test");
const mails: { to: string; text: string }[] = [];
let smtp: SMTPServer;
let jobs: Awaited<ReturnType<typeof startJobs>> | undefined;

/** Undoes quoted-printable (RFC 2045, section 6.7), as a reader's mail program does. */
function decode(text: string): string {
  return text
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_match, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map((recipient) => recipient.address).join(",");
        mails.push({ to, text: decode(Buffer.concat(chunks).toString("utf8")) });
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  process.env.SMTP_URL = `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  mails.length = 0;
  await t.db.job.deleteMany();
});
afterEach(async () => {
  await jobs?.stop();
  jobs = undefined;
});
afterAll(() => new Promise<void>((resolve) => smtp.close(() => resolve())));

async function work(): Promise<void> {
  jobs = await startJobs(getConfig());
  await eventually(async () => (await t.db.job.count({ where: { name: "invitations.mail" } })) === 0 || undefined);
}

test("an invitation goes out by mail, with the team, the link and its end; the waiting row holds the secret sealed", async () => {
  const team = await makeTeam(t.db, { name: "Engineering" });
  const { link, is_mailed } = await createInvitation(ctx(), {
    email: "jane@example.test",
    team_id: team.id,
    expires_in: "7d",
  });
  const secret = link.split("#")[1] ?? "";
  expect(is_mailed).toBe(true);
  expect(JSON.stringify(await t.db.job.findMany())).not.toContain(secret);
  await work();
  expect(mails.map((mail) => mail.to)).toEqual(["jane@example.test"]);
  const text = mails[0]?.text ?? "";
  expect(text).toContain("Subject: [pLLM] An administrator invites you to join Engineering");
  expect(text).toContain(link);
  expect(text).toMatch(/Works until: \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  expect((await openInvitation(ctx(), { secret })).state).toBe("open");
});

test("sent again before the mail left, only the link that works is mailed; a revoked one is not", async () => {
  const first = await createInvitation(ctx(), { email: "john@example.test", expires_in: "7d" });
  const second = await resendInvitation(ctx(), first.invitation.id, { expires_in: "7d" });
  const revoked = await createInvitation(ctx(), { email: "eve@example.test", expires_in: "7d" });
  await revokeInvitation(ctx(), revoked.invitation.id);
  await work();
  expect(mails.map((mail) => mail.to)).toEqual(["john@example.test"]);
  expect(mails[0]?.text).toContain(second.link);
  expect(mails[0]?.text).not.toContain(first.link);
});

test("a payload that cannot be opened is given up at once", async () => {
  const { invitation } = await createInvitation(ctx(), { email: "ann@example.test", expires_in: "7d" });
  await t.db.job.updateMany({
    where: { name: "invitations.mail" },
    data: { payload: { invitation_id: invitation.id, secret: "v1.gone.AAAA" } },
  });
  jobs = await startJobs(getConfig());
  const dead = await eventually(
    async () => (await t.db.job.findFirst({ where: { failed_at: { not: null } } })) ?? undefined,
  );
  expect(dead).toMatchObject({
    name: "invitations.mail",
    attempts: 1,
    last_error: expect.stringContaining("is not in ENCRYPTION_KEYS"),
  });
  expect(mails).toEqual([]);
});
