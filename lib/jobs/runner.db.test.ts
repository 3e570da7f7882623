import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { systemContext } from "@/lib/context";
import type { Job as JobRow } from "@/lib/db/generated/client";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { describeError } from "./describe-error";
import { defineJob, type Job, type JobContext, PermanentError, type RunAgain } from "./job";
import { claimJobs, enqueueJob } from "./queue";
import { type JobRunner, type RunnerOptions, startJobRunner } from "./runner";

const t = openTestDatabase();
const clock = createFakeClock();
const runners: JobRunner[] = [];

afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.stop()));
  await t.db.job.deleteMany();
});

function run(jobs: Job[], options: Partial<RunnerOptions> = {}): JobRunner {
  const runner = startJobRunner({ db: t.db, jobs, clock, pollMs: 5, random: () => 1, ...options });
  runners.push(runner);
  return runner;
}

const ctx = () => systemContext(t.db, "test", clock);
const enqueue = (
  name: string,
  payload: Record<string, unknown> = {},
  more: { uniqueKey?: string; runAt?: Date } = {},
) => enqueueJob(ctx(), { name, payload, ...more });

function jobOf(name: string, handle: (ctx: JobContext) => Promise<RunAgain | undefined>, more: Partial<Job> = {}): Job {
  return { ...defineJob({ name, schema: z.object({}), handle }), ...more };
}

/** A promise that a test resolves. */
function gate(): { opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const rowOf = (name: string) => t.db.job.findFirst({ where: { name } });
const settled = (name: string, isSo: (row: JobRow | null) => boolean) =>
  eventually(async () => {
    const row = await rowOf(name);
    return isSo(row) ? { row } : undefined;
  });
const gone = (name: string) => settled(name, (row) => row === null);

describe("jobs run", () => {
  test("once each, whichever of several processes takes them, and their rows go", async () => {
    const seen: number[] = [];
    const job = defineJob({
      name: "count",
      schema: z.object({ n: z.int() }),
      handle: async (_ctx, { n }) => {
        seen.push(n);
        return undefined;
      },
    });
    await Promise.all(Array.from({ length: 100 }, (_, n) => enqueue("count", { n })));
    for (let index = 0; index < 4; index++) run([job]);
    await gone("count");
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  test("not before their time", async () => {
    let runs = 0;
    const job = jobOf("later", async () => {
      runs++;
      return undefined;
    });
    await enqueue("later", {}, { runAt: new Date(clock.now() + 60_000) });
    await enqueue("now");
    run([job, jobOf("now", async () => undefined)]);
    await gone("now");
    clock.advance(59_999);
    await enqueue("now");
    await gone("now");
    expect(runs).toBe(0);
    clock.advance(1);
    await gone("later");
    expect(runs).toBe(1);
  });

  test("never more at once than allowed", async () => {
    let [active, most] = [0, 0];
    const job = jobOf("busy", async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      return undefined;
    });
    for (let index = 0; index < 30; index++) await enqueue("busy");
    run([job], { concurrency: 3 });
    await gone("busy");
    expect(most).toBe(3);
  });

  test("a name that this process does not know is left to others", async () => {
    await enqueue("of-another-version");
    await enqueue("known");
    run([jobOf("known", async () => undefined)]);
    await gone("known");
    expect(await rowOf("of-another-version")).toMatchObject({ attempts: 0, locked_until: null });
  });

  test("with the transaction that asked for them, or not at all", async () => {
    const failing = t.db.$transaction(async (tx) => {
      await enqueueJob({ db: tx, clock }, { name: "with-change", payload: {} });
      throw new Error("the change failed");
    });
    await expect(failing).rejects.toThrow("the change failed");
    expect(await rowOf("with-change")).toBeNull();
  });
});

describe("failures", () => {
  const retry = { maxAttempts: 3, delayMs: (failures: number) => failures * 10_000 };

  test("are tried again after a growing wait, then kept with the cause", async () => {
    let attempts = 0;
    const job = jobOf(
      "flaky",
      async () => {
        attempts++;
        throw new TypeError(`attempt ${attempts} at https://me:pass@example.com/x?token=abc with sk-user-SECRET`);
      },
      { retry },
    );
    await enqueue("flaky");
    const start = clock.now();
    run([job]);
    const first = await settled("flaky", (row) => row?.attempts === 1 && row.locked_by === null);
    expect(first.row).toMatchObject({ run_at: new Date(start + 10_000), failed_at: null });
    clock.advance(10_000);
    const second = await settled("flaky", (row) => row?.attempts === 2 && row.locked_by === null);
    expect(second.row).toMatchObject({ run_at: new Date(start + 30_000), failed_at: null });
    clock.advance(20_000);
    const dead = await settled("flaky", (row) => row?.failed_at !== null);
    expect(dead.row).toMatchObject({ attempts: 3, failed_at: new Date(start + 30_000) });
    expect(dead.row?.last_error).toBe(
      "TypeError: attempt 3 at https://[redacted]@example.com/x?[redacted] with sk-user-[redacted]",
    );
    clock.advance(10 * 86_400_000);
    await enqueue("other");
    run([jobOf("other", async () => undefined), job]);
    await gone("other");
    expect(attempts).toBe(3);
  });

  test("the wait is anything up to its length", async () => {
    const fail = async () => {
      throw new Error("no");
    };
    await enqueue("jitter");
    const start = clock.now();
    run([jobOf("jitter", fail, { retry })], { random: () => 0.25 });
    const { row } = await settled("jitter", (found) => found?.attempts === 1 && found.locked_by === null);
    expect(row?.run_at).toEqual(new Date(start + 2_500));
  });

  test("a permanent one and a payload that does not fit are not tried again", async () => {
    const job = defineJob({
      name: "strict",
      schema: z.object({ secret: z.literal("right") }),
      handle: async () => {
        throw new PermanentError("the mailbox does not exist");
      },
    });
    await enqueue("strict", { secret: "right" });
    run([job]);
    const refused = await settled("strict", (row) => row?.failed_at !== null);
    expect(refused.row).toMatchObject({ attempts: 1, last_error: "PermanentError: the mailbox does not exist" });
    await t.db.job.deleteMany();
    await enqueue("strict", { secret: "canary-value" });
    const misfit = await settled("strict", (row) => row?.failed_at != null);
    expect(misfit.row?.last_error).toBe("PermanentError: the payload does not fit: secret");
  });

  test("a job that ends its process each time is buried and not run for ever", async () => {
    let runs = 0;
    await enqueue("killer");
    await t.db.job.updateMany({ where: { name: "killer" }, data: { attempts: 3 } });
    const job = jobOf(
      "killer",
      async () => {
        runs++;
        return undefined;
      },
      { retry },
    );
    run([job]);
    await settled("killer", (row) => row?.failed_at !== null);
    expect(runs).toBe(0);
  });
});

describe("leases", () => {
  const leaseMs = 60_000;
  const claimAs = (runnerId: string) =>
    claimJobs(t.db, {
      runnerId,
      names: ["leased"],
      now: new Date(clock.now()),
      leaseUntil: new Date(clock.now() + leaseMs),
      take: 1,
    });

  test("what a dead process held is taken up when its lease has run out, and not before", async () => {
    await enqueue("leased");
    await claimAs("a process that died");
    let runs = 0;
    run([
      jobOf("leased", async () => {
        runs++;
        return undefined;
      }),
      jobOf("beat", async () => undefined),
    ]);
    clock.advance(leaseMs - 1);
    await enqueue("beat");
    await gone("beat");
    expect(runs).toBe(0);
    clock.advance(1);
    await gone("leased");
    expect(runs).toBe(1);
  });

  test("a long job keeps its lease as long as its process lives", async () => {
    const { opened, open } = gate();
    const started = gate();
    let runs = 0;
    const job = jobOf("leased", async () => {
      runs++;
      started.open();
      await opened;
      return undefined;
    });
    await enqueue("leased");
    run([job], { leaseMs: 60 });
    await started.opened;
    for (let step = 0; step < 5; step++) {
      clock.advance(50);
      const until = clock.now() + 60;
      await settled("leased", (row) => row?.locked_until?.getTime() === until);
    }
    expect(await claimAs("another process")).toEqual([]);
    open();
    await gone("leased");
    expect(runs).toBe(1);
  });

  test("who lost the lease is told, and can no longer settle the job", async () => {
    const { opened, open } = gate();
    const started = gate();
    let wasAborted = false;
    const job = jobOf("leased", async ({ signal }) => {
      signal.addEventListener("abort", () => {
        wasAborted = true;
      });
      started.open();
      await opened;
      return undefined;
    });
    await enqueue("leased");
    const runner = run([job], { leaseMs: 60 });
    await started.opened;
    await t.db.job.updateMany({ where: { name: "leased" }, data: { locked_by: "another process", attempts: 2 } });
    await eventually(async () => wasAborted || undefined);
    open();
    await runner.stop();
    expect(await rowOf("leased")).toMatchObject({ locked_by: "another process", attempts: 2 });
  });

  test("stopping waits for what runs and takes nothing new", async () => {
    const { opened, open } = gate();
    const started = gate();
    const job = jobOf("leased", async () => {
      started.open();
      await opened;
      return undefined;
    });
    await enqueue("leased");
    const runner = run([job], { concurrency: 1 });
    await started.opened;
    await enqueue("leased");
    let hasStopped = false;
    const stopping = runner.stop().then(() => {
      hasStopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasStopped).toBe(false);
    open();
    await stopping;
    expect(await t.db.job.findMany()).toMatchObject([{ attempts: 0, locked_by: null }]);
  });

  test("a database that is away for a moment does not end the runner", async () => {
    await enqueue("leased");
    let outages = 3;
    const shaky = t.db.$extends({
      query: {
        $queryRaw: ({ args, query }) => {
          if (outages-- > 0) throw new Error("connection refused");
          return query(args);
        },
      },
    });
    run([jobOf("leased", async () => undefined)], { db: shaky as unknown as typeof t.db });
    await gone("leased");
    expect(outages).toBeLessThan(0);
  });
});

describe("one row per unique key", () => {
  const uniqueKey = "subject:1";

  test("asking again moves it", async () => {
    await enqueue("single", {}, { uniqueKey, runAt: new Date(clock.now() + 1_000) });
    await enqueue("single", {}, { uniqueKey, runAt: new Date(clock.now() + 9_000) });
    expect(await t.db.job.findMany()).toMatchObject([{ run_at: new Date(clock.now() + 9_000) }]);
  });

  test("asking while it runs runs it once more", async () => {
    const gates = [gate(), gate()];
    const started = gate();
    let runs = 0;
    const job = jobOf("single", async () => {
      const mine = gates[runs++];
      started.open();
      await mine?.opened;
      return undefined;
    });
    await enqueue("single", {}, { uniqueKey });
    run([job]);
    await started.opened;
    clock.advance(5);
    await enqueue("single", {}, { uniqueKey });
    for (const { open } of gates) open();
    await gone("single");
    expect(runs).toBe(2);
  });

  test("asking for a dead one brings it back", async () => {
    await enqueue("single", {}, { uniqueKey });
    await t.db.job.updateMany({ data: { failed_at: new Date(), attempts: 12 } });
    await enqueue("single", {}, { uniqueKey });
    expect(await rowOf("single")).toMatchObject({ failed_at: null, attempts: 0 });
  });

  test("a handler may ask for the same row at a later time", async () => {
    let runs = 0;
    const job = jobOf("single", async () => (++runs === 1 ? { againAt: new Date(clock.now() + 7_000) } : undefined));
    await enqueue("single", {}, { uniqueKey });
    const start = clock.now();
    run([job]);
    const { row } = await settled("single", (found) => found?.run_at.getTime() === start + 7_000);
    expect(row).toMatchObject({ attempts: 0, locked_by: null });
    clock.advance(7_000);
    await gone("single");
    expect(runs).toBe(2);
  });
});

describe("recurring work", () => {
  test("runs once per interval, however many processes there are, and outlives its failures", async () => {
    let runs = 0;
    const job = jobOf(
      "sweep",
      async () => {
        runs++;
        if (runs % 2 === 0) throw new PermanentError("a bad day");
        return undefined;
      },
      { everyMs: 60_000 },
    );
    for (let index = 0; index < 3; index++) run([job]);
    for (let round = 1; round <= 4; round++) {
      const due = clock.now() + 60_000;
      const { row } = await settled("sweep", (found) => found?.run_at.getTime() === due && found.locked_by === null);
      expect(runs).toBe(round);
      expect(row?.last_error).toBe(round % 2 === 0 ? "PermanentError: a bad day" : null);
      clock.advance(60_000);
    }
    expect(await t.db.job.count({ where: { name: "sweep" } })).toBe(1);
  });
});

test("a described error is short, one line, and holds no secret", () => {
  const text = describeError(new Error(`line one\nAuthorization: Bearer abc.def, whsec_QUJD ${"x".repeat(900)}`));
  expect(text).toMatch(/^Error: line one Authorization: Bearer \[redacted\], whsec_\[redacted\] x+$/);
  expect(text.length).toBe(300);
  expect(describeError("plain")).toBe("plain");
});
