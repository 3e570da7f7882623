import { expect, test } from "vitest";
import { getConfig } from "@/lib/config/config";
import { seal } from "@/lib/secrets/key-ring";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { outwardJobs, ownJobs } from "./registry";
import { startJobs } from "./start";

const t = openTestDatabase();

test("a server's jobs are distinct, start with the recurring ones in place, and leave no connection behind", async () => {
  const names = [...ownJobs, ...outwardJobs].map((job) => job.name);
  const recurring = [...ownJobs, ...outwardJobs].filter((job) => job.everyMs !== null).map((job) => job.name);
  expect(names.toSorted()).toEqual([
    "audit.retention",
    "budgets.end_increase",
    "deliveries.attempt",
    "housekeeping",
    "identities.refresh",
    "invitations.mail",
    "mail.send",
    "messages.dispatch",
    "requests.mail",
    "secrets.rewrap",
  ]);
  const jobs = await startJobs(getConfig());
  await eventually(async () => {
    const rows = await t.db.job.findMany({ where: { run_at: { gt: new Date() }, locked_by: null } });
    return rows.length === recurring.length || undefined;
  });
  expect((await t.db.job.findMany({ orderBy: { name: "asc" } })).map((row) => row.unique_key)).toEqual(
    recurring.toSorted(),
  );
  const connections = async () => {
    const { rows } = await t.pool.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database()",
    );
    return rows[0].n as number;
  };
  const during = await connections();
  await jobs.stop();
  await eventually(async () => (await connections()) < during || undefined);
});

test("a start looks for secrets under older keys at once, without waiting for the hour", async () => {
  const [active] = getConfig().encryptionKeys;
  const place = { table: "webhooks", row: "hook_1", field: "secret" };
  // Sealed by a ring that has another active key; the configured one cannot open it, and says so instead of losing it.
  const foreign = seal([{ id: "older", bytes: Buffer.alloc(32, 7) }], place, "whsec_x");
  await t.db.webhook.create({ data: { id: "hook_1", url: "https://x.example/", secret: foreign } });
  await t.db.job.updateMany({ where: { name: "secrets.rewrap" }, data: { run_at: new Date(Date.now() + 3_600_000) } });
  const jobs = await startJobs(getConfig());
  const entry = await eventually(() => t.db.auditEntry.findFirst({ where: { action: "secrets.rewrapped" } }));
  await jobs.stop();
  expect(entry.details).toMatchObject({ key_id: active.id, rewrapped: 0, remaining: 1 });
});
