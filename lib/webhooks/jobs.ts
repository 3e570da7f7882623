/** The job that sends deliveries; lib/jobs/registry lists it. */
import { z } from "zod";
import { defineJob } from "@/lib/jobs/job";
import { agentFor } from "./agents";
import { attemptDelivery } from "./attempt";
import { attemptJob } from "./dispatch";

// How often a receiver is tried is the delivery's matter, not the job's: this job fails only when the database does.
export const attemptDeliveries = defineJob({
  name: attemptJob,
  schema: z.object({ delivery_id: z.string() }),
  handle: (ctx, { delivery_id }) => attemptDelivery(ctx, delivery_id, { agentFor, random: Math.random }),
});
