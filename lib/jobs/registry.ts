/** Every job there is. Those that wait for other people's servers are apart, so that a slow one holds up none of our own work. */
import { z } from "zod";
import { sendMails } from "@/lib/mail/jobs";
import { dispatchMessages } from "@/lib/outbox/dispatch";
import { rewrapSecrets } from "@/lib/secrets/rewrap";
import { attemptDeliveries } from "@/lib/webhooks/jobs";
import { housekeeping } from "./housekeeping";
import { defineJob, type Job } from "./job";

/** Brings stored secrets under the active key; asked for at every start, as that is when the ring changes. */
export const rewrapJob = defineJob({
  name: "secrets.rewrap",
  schema: z.object({}),
  everyMs: 3_600_000,
  handle: async (ctx) => {
    await rewrapSecrets(ctx);
    return undefined;
  },
});

export const ownJobs: readonly Job[] = [dispatchMessages, housekeeping, rewrapJob];
export const outwardJobs: readonly Job[] = [attemptDeliveries, sendMails];
