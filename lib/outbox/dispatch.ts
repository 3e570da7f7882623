/** The outbox's other end: the job that hands one message to its receivers, by webhook and by mail, all or nothing. */
import { z } from "zod";
import { withTransaction } from "@/lib/context";
import { defineJob } from "@/lib/jobs/job";
import { queueMails } from "@/lib/mail/queue";
import { readSettings } from "@/lib/settings/service";
import { fanOut } from "@/lib/webhooks/dispatch";
import { dispatchJob } from "./schema";

export const dispatchMessages = defineJob({
  name: dispatchJob,
  schema: z.object({ message_id: z.string() }),
  handle: async (ctx, { message_id }) =>
    withTransaction(ctx, async (tx) => {
      const message = await tx.db.message.findUnique({ where: { id: message_id } });
      if (!message) return undefined;
      const isAlert = message.type.startsWith("budget.");
      // The alert itself stands whatever the setting says; only announcing it is switched off.
      if (isAlert && !(await readSettings(tx.db)).alerts_enabled) return undefined;
      await fanOut(tx, message);
      await queueMails(tx, message);
      return undefined;
    }),
});
