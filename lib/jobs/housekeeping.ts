/** Deletes what nobody needs any more, a batch at a time, so that no statement holds rows for long. */
import { z } from "zod";
import type { Db } from "@/lib/db/client";
import { Prisma } from "@/lib/db/generated/client";
import { lowestId } from "@/lib/ids";
import type { SettingsData } from "@/lib/settings/schema";
import { readSettings } from "@/lib/settings/service";
import { defineJob } from "./job";

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const batch = 5_000;

const keptMs = {
  // Readers of the change feed poll every second; one that slept longer reloads everything.
  directoryChanges: hourMs,
  signInAttempts: dayMs,
  // Deliveries and attempts go with their message. Retries end after about three days, replays are for a while longer.
  messages: 90 * dayMs,
  deadJobs: 90 * dayMs,
  // Kept for a while for whoever asks who was signed in from where.
  sessions: 90 * dayMs,
};

interface Chore {
  table: string;
  due: Prisma.Sql;
}

type Retention = Pick<SettingsData, "usage_retention_days" | "trace_retention_days">;

function listChores(now: number, { usage_retention_days, trace_retention_days }: Retention): Chore[] {
  const before = (ageMs: number) => new Date(now - ageMs);
  const tracesKeptDays = trace_retention_days ?? usage_retention_days;
  return [
    { table: "directory_changes", due: Prisma.sql`created_at < ${before(keptMs.directoryChanges)}` },
    { table: "idempotency_records", due: Prisma.sql`expires_at <= ${before(0)}` },
    { table: "sign_in_attempts", due: Prisma.sql`created_at < ${before(keptMs.signInAttempts)}` },
    {
      table: "messages",
      due: Prisma.sql`created_at < ${before(keptMs.messages)}
        AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = messages.id AND d.state = 'pending')`,
    },
    { table: "sessions", due: Prisma.sql`expires_at < ${before(keptMs.sessions)}` },
    { table: "jobs", due: Prisma.sql`failed_at < ${before(keptMs.deadJobs)}` },
    ...(usage_retention_days === null
      ? []
      : [{ table: "usage_events", due: Prisma.sql`started_at < ${before(usage_retention_days * dayMs)}` }]),
    ...(tracesKeptDays === null
      ? []
      : [
          // Ids begin with their time, and only they have an index here.
          { table: "usage_traces", due: Prisma.sql`event_id < ${lowestId("event", now - tracesKeptDays * dayMs)}` },
          { table: "refusals", due: Prisma.sql`last_at < ${before(tracesKeptDays * dayMs)}` },
        ]),
  ];
}

async function deleteDue(db: Db, { table, due }: Chore): Promise<void> {
  const name = Prisma.raw(`"${table}"`);
  let deleted = batch;
  while (deleted === batch)
    deleted = await db.$executeRaw`
      DELETE FROM ${name} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${name} WHERE ${due} LIMIT ${batch}))`;
}

/** A secret whose overlap has ended signs nothing any more, so it need not be kept either. */
async function forgetOldSecrets(db: Db, now: Date): Promise<void> {
  await db.webhook.updateMany({
    where: { previous_expires_at: { lte: now } },
    data: { previous_secret: null, previous_expires_at: null },
  });
}

export const housekeeping = defineJob({
  name: "housekeeping",
  schema: z.object({}),
  everyMs: 10 * minuteMs,
  handle: async ({ db, clock }) => {
    const retention = await readSettings(db);
    for (const chore of listChores(clock.now(), retention)) await deleteDue(db, chore);
    await forgetOldSecrets(db, new Date(clock.now()));
    return undefined;
  },
});
