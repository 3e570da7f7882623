/** Every job there is. Those that wait for other people's servers are apart, so that a slow one holds up none of our own work. */
import { z } from "zod";
import { expireAudit } from "@/lib/audit/retention";
import { refreshIdentities } from "@/lib/auth/oidc/refresh";
import { endIncreases } from "@/lib/budgets/jobs";
import { mailInvitations } from "@/lib/invitations/jobs";
import { sendMails } from "@/lib/mail/jobs";
import { dispatchMessages } from "@/lib/outbox/dispatch";
import { mailRequests } from "@/lib/requests/jobs";
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

/** Each run that deletes something leaves an entry that will be deleted in its turn, so it runs no more often than it must. */
const auditRetention = defineJob({
  name: "audit.retention",
  schema: z.object({}),
  everyMs: 86_400_000,
  handle: async (ctx) => {
    await expireAudit(ctx);
    return undefined;
  },
});

export const ownJobs: readonly Job[] = [auditRetention, dispatchMessages, endIncreases, housekeeping, rewrapJob];
export const outwardJobs: readonly Job[] = [
  attemptDeliveries,
  sendMails,
  mailInvitations,
  mailRequests,
  refreshIdentities,
];
