/** The job that takes a temporary increase back at its end, or as soon after it as a server runs; lib/jobs/registry lists it. */
import { z } from "zod";
import { defineJob } from "@/lib/jobs/job";
import { endIncrease, endIncreaseJob } from "./increases";

export const endIncreases = defineJob({
  name: endIncreaseJob,
  schema: z.object({ increase_id: z.string() }),
  // A limit that stays raised for want of another attempt would be a gift, so there is always another one.
  retry: { maxAttempts: 1_000_000, delayMs: (failures) => Math.min(1_000 * 2 ** (failures - 1), 60_000) },
  handle: async (ctx, { increase_id }) => {
    const againAt = await endIncrease(ctx, increase_id);
    return againAt ? { againAt } : undefined;
  },
});
