/**
 * What a job is: a name, the shape of its payload, a handler and how often to try. Jobs are rows in Postgres that whichever process
 * takes the lease first runs (runner.ts); domains declare theirs with `defineJob`, and registry.ts lists them all.
 *
 * A job runs at least once: a process may die between its work and the note that it is done. So handlers are idempotent.
 */
import type { z } from "zod";
import type { Context } from "@/lib/context";

export interface JobContext extends Context {
  jobId: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** Aborted when the lease was lost: another process has the job now. */
  signal: AbortSignal;
}

/** What a handler may ask for instead of being done: the same row again, at that time, as a fresh job. */
export interface RunAgain {
  againAt: Date;
}

export interface RetryPolicy {
  /** After so many failures the job is dead: kept, and run no more. */
  maxAttempts: number;
  /** The longest wait after the n-th failure, in milliseconds; the actual one is anything up to it (full jitter). */
  delayMs(failures: number): number;
}

export interface Job {
  readonly name: string;
  readonly retry: RetryPolicy;
  /** Recurring work: one row for all processes, run again this long after it was done; it never dies. Null: runs once. */
  readonly everyMs: number | null;
  /** Throws a PermanentError for a payload that is not this job's. */
  run(ctx: JobContext, payload: unknown): Promise<RunAgain | undefined>;
}

/** A failure that no further attempt can mend. */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
}

/** Seconds at first, then four times as long each time, up to an hour: about five hours in all. */
export const defaultRetry: RetryPolicy = {
  maxAttempts: 12,
  delayMs: (failures) => Math.min(1_000 * 4 ** (failures - 1), 3_600_000),
};

export interface JobDeclaration<S extends z.ZodType> {
  name: string;
  schema: S;
  retry?: RetryPolicy;
  everyMs?: number;
  handle(ctx: JobContext, payload: z.output<S>): Promise<RunAgain | undefined>;
}

export function defineJob<S extends z.ZodType>(declaration: JobDeclaration<S>): Job {
  const { name, schema, retry = defaultRetry, everyMs = null, handle } = declaration;
  return {
    name,
    retry,
    everyMs,
    run: (ctx, payload) => {
      const parsed = schema.safeParse(payload);
      // The issues name fields and kinds, never values.
      if (!parsed.success)
        throw new PermanentError(`the payload does not fit: ${parsed.error.issues[0]?.path.join(".")}`);
      return handle(ctx, parsed.data);
    },
  };
}
