/** Starts the jobs of a server process. Called by lib/boot once the database is migrated and the configuration is in the environment. */
import { systemClock } from "@/lib/clock";
import type { RunningConfig } from "@/lib/config/config";
import { createClient } from "@/lib/db/client";
import { enqueueJob } from "./queue";
import { outwardJobs, ownJobs, rewrapJob } from "./registry";
import { type JobRunner, startJobRunner } from "./runner";

/** `stop` resolves when nothing runs any more; what was not begun stays for the next start or another process. */
export async function startJobs(config: Pick<RunningConfig, "databaseUrl">): Promise<JobRunner> {
  const db = createClient(config.databaseUrl);
  await enqueueJob({ db, clock: systemClock }, { name: rewrapJob.name, payload: {}, uniqueKey: rewrapJob.name });
  const runners = [
    startJobRunner({ db, jobs: ownJobs, concurrency: 4 }),
    startJobRunner({ db, jobs: outwardJobs, concurrency: 16 }),
  ];
  return {
    stop: async () => {
      await Promise.all(runners.map((runner) => runner.stop()));
      await db.$disconnect();
    },
  };
}
