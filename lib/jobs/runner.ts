/**
 * Runs jobs: takes due ones under a lease, a bounded number at once, renews the leases while they run, and settles how each one ended.
 * Any number of processes may run one each on the same database. Started by lib/jobs/start.
 */
import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "@/lib/clock";
import { systemContext } from "@/lib/context";
import type { PrismaClient } from "@/lib/db/generated/client";
import { log } from "@/lib/log";
import { describeError } from "./describe-error";
import { type Job, PermanentError, type RunAgain } from "./job";
import * as queue from "./queue";

export interface RunnerOptions {
  db: PrismaClient;
  jobs: readonly Job[];
  clock?: Clock;
  /** How many jobs run at once. */
  concurrency?: number;
  /** How long to wait where nothing is due; a job that has just ended is followed by a look at once. */
  pollMs?: number;
  /** How long a job stays with a process that no longer renews. */
  leaseMs?: number;
  /** Uniform over [0, 1); for the jitter. */
  random?: () => number;
}

export interface JobRunner {
  /** Takes no more jobs, and resolves when the running ones have ended. */
  stop(): Promise<void>;
}

interface Running {
  claimed: queue.ClaimedJob;
  abort: AbortController;
  ended: Promise<void>;
}

class Runner {
  private readonly id = randomUUID();
  private readonly jobs: ReadonlyMap<string, Job>;
  private readonly running = new Map<string, Running>();
  private isStopping = false;
  private wakeUp: () => void = () => undefined;
  private isWoken = false;

  constructor(private readonly options: Required<RunnerOptions>) {
    this.jobs = new Map(options.jobs.map((job) => [job.name, job]));
  }

  private now(afterMs = 0): Date {
    return new Date(this.options.clock.now() + afterMs);
  }

  /** Waits for `pollMs`, or less where something ends meanwhile. */
  private async rest(): Promise<void> {
    if (!this.isWoken && !this.isStopping) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.options.pollMs);
        this.wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.isWoken = false;
  }

  private wake(): void {
    this.isWoken = true;
    this.wakeUp();
  }

  private async ensureRecurring(): Promise<void> {
    for (const job of this.jobs.values())
      if (job.everyMs !== null) await queue.ensureRecurring(this.options.db, job.name, this.now());
  }

  private async takeDue(): Promise<void> {
    const free = this.options.concurrency - this.running.size;
    if (free <= 0) return;
    const claimed = await queue.claimJobs(this.options.db, {
      runnerId: this.id,
      names: [...this.jobs.keys()],
      now: this.now(),
      leaseUntil: this.now(this.options.leaseMs),
      take: free,
    });
    for (const job of claimed) this.begin(job);
  }

  private begin(claimed: queue.ClaimedJob): void {
    const abort = new AbortController();
    const ended = this.runOne(claimed, abort.signal)
      .catch((error: unknown) =>
        log.warn({ job: claimed.name, cause: describeError(error) }, "job could not be settled"),
      )
      .finally(() => {
        this.running.delete(claimed.id);
        this.wake();
      });
    this.running.set(claimed.id, { claimed, abort, ended });
  }

  private async runOne(claimed: queue.ClaimedJob, signal: AbortSignal): Promise<void> {
    const job = this.jobs.get(claimed.name);
    if (!job) return;
    // A job that takes its process down with it never reports a failure; its attempts tell.
    if (claimed.attempts > job.retry.maxAttempts && job.everyMs === null)
      return this.settleFailure(job, claimed, new PermanentError("its process ended every time it was tried"));
    const { db, clock } = this.options;
    const context = systemContext(db, `job:${job.name}`, clock);
    let outcome: RunAgain | undefined;
    try {
      outcome = await job.run({ ...context, jobId: claimed.id, attempt: claimed.attempts, signal }, claimed.payload);
    } catch (error) {
      return this.settleFailure(job, claimed, error);
    }
    if (outcome) await queue.rescheduleJob(db, claimed, outcome.againAt);
    else if (job.everyMs !== null) await queue.rescheduleJob(db, claimed, this.now(job.everyMs));
    else await queue.deleteJob(db, claimed);
  }

  private async settleFailure(job: Job, claimed: queue.ClaimedJob, error: unknown): Promise<void> {
    const { db, random } = this.options;
    const cause = describeError(error);
    const isFinal = error instanceof PermanentError || claimed.attempts >= job.retry.maxAttempts;
    log[isFinal ? "error" : "warn"](
      { job: job.name, job_id: claimed.id, attempt: claimed.attempts, cause },
      "job failed",
    );
    if (!isFinal) {
      const delayMs = job.retry.delayMs(claimed.attempts) * random();
      await queue.retryJob(db, claimed, this.now(delayMs), cause);
    } else if (job.everyMs !== null) await queue.rescheduleJob(db, claimed, this.now(job.everyMs), cause);
    else await queue.buryJob(db, claimed, this.now(), cause);
  }

  private async renew(): Promise<void> {
    const held = [...this.running.values()];
    if (held.length === 0) return;
    const claimed = held.map((entry) => entry.claimed);
    const kept = await queue.renewLeases(this.options.db, claimed, this.now(this.options.leaseMs));
    for (const entry of held) if (!kept.has(entry.claimed.id)) entry.abort.abort();
  }

  /** Runs until stopped. A database that is away for a while is waited for. */
  async loop(): Promise<void> {
    const complain = (error: unknown) => log.warn({ cause: describeError(error) }, "job runner cannot reach its rows");
    const renewal = setInterval(() => void this.renew().catch(complain), this.options.leaseMs / 3);
    let isReady = false;
    while (!this.isStopping) {
      try {
        if (!isReady) await this.ensureRecurring();
        isReady = true;
        await this.takeDue();
      } catch (error) {
        complain(error);
      }
      await this.rest();
    }
    await Promise.all([...this.running.values()].map((entry) => entry.ended));
    clearInterval(renewal);
  }

  stop(): void {
    this.isStopping = true;
    this.wakeUp();
  }
}

/** Starts running `jobs`; rows of other names are left to processes that know them. */
export function startJobRunner(options: RunnerOptions): JobRunner {
  const runner = new Runner({
    clock: systemClock,
    concurrency: 8,
    pollMs: 500,
    leaseMs: 60_000,
    random: Math.random,
    ...options,
  });
  const ended = runner.loop();
  return {
    stop: () => {
      runner.stop();
      return ended;
    },
  };
}
