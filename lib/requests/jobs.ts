/** The job that sends one mail about a request; lib/jobs/registry lists it. At least once: the Message-ID tells what was there already. */
import { z } from "zod";
import { getConfig } from "@/lib/config/config";
import { defineJob, type JobContext } from "@/lib/jobs/job";
import { renderLetter } from "@/lib/mail/compose";
import { deliverMail, mailRetry } from "@/lib/mail/deliver";
import { approvalsPath, budgetPath } from "@/lib/paths";
import { type LetterFacts, type LetterKind, writeRequestLetter } from "./letters";
import { requestMailJob } from "./mails";
import { presentRequests } from "./present";
import * as store from "./store";

const payload = z.object({ request_id: z.string(), letter: z.enum(["asked", "decided"]), user_id: z.string() });

const system: store.Onlooker = { reach: { kind: "all" }, decider: null };

async function readFacts(ctx: JobContext, request: store.AskedRequest): Promise<LetterFacts | null> {
  const [view] = await presentRequests(ctx, [request]);
  if (!view) return null;
  const { user, budget, ...fields } = view;
  const { scope, period, effective_limit_usd } = budget;
  return { ...fields, asker: user.name ?? user.email, scope, period, limit_usd: effective_limit_usd };
}

/** Where its reader goes on: to what waits for them, or to the budget that they asked about. */
function pathOf(letter: LetterKind, { budget_id }: store.AskedRequest): string {
  return letter === "asked" ? approvalsPath : budgetPath(budget_id);
}

async function sendMail(
  ctx: JobContext,
  { request_id, letter, user_id }: z.output<typeof payload>,
): Promise<undefined> {
  const { smtpUrl, publicUrl } = getConfig();
  const reader = await store.findReader(ctx.db, user_id);
  const request = await store.findRequest(system, ctx.db, request_id);
  if (smtpUrl === null || !reader || !request) return undefined;
  // Decided or withdrawn meanwhile: there is nothing to decide any more.
  if (letter === "asked" && request.state !== "open") return undefined;
  const facts = await readFacts(ctx, request);
  if (!facts) return undefined;
  await deliverMail(smtpUrl, {
    id: `${request_id}.${letter}`,
    to: reader.email,
    content: renderLetter(writeRequestLetter(letter, facts), `${publicUrl}${pathOf(letter, request)}`),
  });
  return undefined;
}

export const mailRequests = defineJob({ name: requestMailJob, schema: payload, retry: mailRetry, handle: sendMail });
