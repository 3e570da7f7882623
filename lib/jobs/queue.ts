/**
 * The rows of jobs. Services call `enqueueJob` inside the transaction of the change that wants the work done; the rest is the
 * runner's. Times are those of the caller's clock, so that a test can move them.
 */
import type { Context } from "@/lib/context";
import type { Db } from "@/lib/db/client";
import { newId } from "@/lib/ids";
import { toJson } from "@/lib/json";

export interface NewJob {
  name: string;
  payload: Record<string, unknown>;
  /** Absent: at once. */
  runAt?: Date;
  /** At most one row has it: asking again moves that row to the new time and brings it back if it was dead. */
  uniqueKey?: string;
}

/** Queues a job; it runs once the caller's transaction has committed. */
export async function enqueueJob(ctx: Pick<Context, "db" | "clock">, job: NewJob): Promise<void> {
  const now = new Date(ctx.clock.now());
  const id = newId("job", now.getTime());
  const payload = JSON.stringify(toJson(job.payload));
  const runAt = job.runAt ?? now;
  const uniqueKey = job.uniqueKey ?? null;
  // A running row keeps its attempts, by which its runner recognises it; the runner sees the changed time when it is done.
  await ctx.db.$executeRaw`
    INSERT INTO jobs (id, name, payload, run_at, unique_key, created_at)
    VALUES (${id}, ${job.name}, ${payload}::jsonb, ${runAt}, ${uniqueKey}, ${now})
    ON CONFLICT (unique_key) DO UPDATE SET
      payload = EXCLUDED.payload, run_at = EXCLUDED.run_at, failed_at = NULL,
      attempts = CASE WHEN jobs.failed_at IS NULL THEN jobs.attempts ELSE 0 END`;
}

/** Makes the one row of a recurring job, if it is not there. */
export async function ensureRecurring(db: Db, name: string, now: Date): Promise<void> {
  await db.job.createMany({
    data: [{ id: newId("job", now.getTime()), name, payload: {}, run_at: now, unique_key: name, created_at: now }],
    skipDuplicates: true,
  });
}

/** A job that this process holds; `attempts` counts this one and, with `locked_by`, tells it from a later holder's. */
export interface ClaimedJob {
  id: string;
  name: string;
  payload: unknown;
  run_at: Date;
  attempts: number;
  locked_by: string;
}

export interface Claim {
  runnerId: string;
  names: readonly string[];
  now: Date;
  leaseUntil: Date;
  take: number;
}

/** Takes due jobs that nobody holds or whose holder's lease has run out; no two callers get the same one. */
export function claimJobs(db: Db, claim: Claim): Promise<ClaimedJob[]> {
  // Materialised, since a plan that evaluated the choice once per row would take more than `take`.
  return db.$queryRaw<ClaimedJob[]>`
    WITH due AS MATERIALIZED (
      SELECT id FROM jobs
      WHERE failed_at IS NULL AND run_at <= ${claim.now} AND (locked_until IS NULL OR locked_until <= ${claim.now})
        AND name = ANY(${[...claim.names]}::text[])
      ORDER BY run_at, id LIMIT ${claim.take} FOR UPDATE SKIP LOCKED)
    UPDATE jobs SET locked_until = ${claim.leaseUntil}, locked_by = ${claim.runnerId}, attempts = attempts + 1
    FROM due WHERE jobs.id = due.id
    RETURNING jobs.id, name, payload, run_at, attempts, locked_by`;
}

/** Prolongs leases; answers the ids of those that this runner still holds. */
export async function renewLeases(db: Db, held: readonly ClaimedJob[], leaseUntil: Date): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    UPDATE jobs SET locked_until = ${leaseUntil}
    FROM unnest(${held.map((job) => job.id)}::text[], ${held.map((job) => job.locked_by)}::text[],
      ${held.map((job) => job.attempts)}::int[]) AS h(id, locked_by, attempts)
    WHERE jobs.id = h.id AND jobs.locked_by = h.locked_by AND jobs.attempts = h.attempts
    RETURNING jobs.id`;
  return new Set(rows.map((row) => row.id));
}

function heldBy(job: ClaimedJob) {
  return { id: job.id, locked_by: job.locked_by, attempts: job.attempts };
}

const released = { locked_until: null, locked_by: null };

/** The job is done: its row goes, unless somebody asked for another run meanwhile. */
export async function deleteJob(db: Db, job: ClaimedJob): Promise<void> {
  const { count } = await db.job.deleteMany({ where: { ...heldBy(job), run_at: job.run_at } });
  if (count === 0)
    await db.job.updateMany({ where: heldBy(job), data: { ...released, attempts: 0, last_error: null } });
}

// Where somebody asked for another time meanwhile, theirs stands.
async function releaseJob(
  db: Db,
  job: ClaimedJob,
  runAt: Date,
  data: { attempts?: number; last_error: string | null },
): Promise<void> {
  const moved = await db.job.updateMany({
    where: { ...heldBy(job), run_at: job.run_at },
    data: { ...released, ...data, run_at: runAt },
  });
  if (moved.count === 0) await db.job.updateMany({ where: heldBy(job), data: { ...released, ...data } });
}

/** Done for now: the same row runs again at `runAt` as if it were new. `error` is what the last run complained of. */
export function rescheduleJob(db: Db, job: ClaimedJob, runAt: Date, error: string | null = null): Promise<void> {
  return releaseJob(db, job, runAt, { attempts: 0, last_error: error });
}

/** Failed, and to be tried again. */
export function retryJob(db: Db, job: ClaimedJob, runAt: Date, error: string): Promise<void> {
  return releaseJob(db, job, runAt, { last_error: error });
}

/** Failed for good: the row stays for whoever looks after it. */
export async function buryJob(db: Db, job: ClaimedJob, now: Date, error: string): Promise<void> {
  await db.job.updateMany({ where: heldBy(job), data: { ...released, failed_at: now, last_error: error } });
}
