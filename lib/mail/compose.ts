/** Mails in words: from a message of the event catalogue to subject, text and HTML. Pure. */
import { z } from "zod";

export interface MailContent {
  subject: string;
  text: string;
  html: string;
}

const budgetData = z.object({
  threshold: z.number(),
  percent: z.number(),
  budget: z.object({
    limit_usd: z.string(),
    period: z.string(),
    period_end: z.string().nullable(),
    hard: z.boolean(),
  }),
  scope: z.object({ type: z.string(), id: z.string(), name: z.string().nullable() }),
  spent_usd: z.string(),
  held_usd: z.string(),
  remaining_usd: z.string(),
  projected_exhaustion_at: z.string().nullable(),
});

const webhookData = z.object({ target: z.string(), description: z.string().nullable(), reason: z.string() });

/** What a mail says, before it is text and HTML. */
export interface Letter {
  subject: string;
  lead: string;
  facts: (readonly [string, string])[];
}

/** `2026-12-01T00:00:00.000Z` → `2026-12-01 00:00 UTC`. */
export function formatMailTime(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

function writeBudgetLetter(raw: unknown): Letter {
  const { budget, scope, ...data } = budgetData.parse(raw);
  const whose = `${scope.type} ${scope.name ?? scope.id}`;
  const isSpent = data.threshold >= 100;
  const consequence = budget.hard ? "Calls that it covers are refused" : "It is a soft budget: calls go on";
  const until = budget.period_end ? ` until ${formatMailTime(budget.period_end)}` : "";
  return {
    subject: isSpent ? `Budget of ${whose} is spent` : `Budget of ${whose} has reached ${data.threshold} %`,
    lead: isSpent
      ? `The ${budget.period} budget of ${whose} is spent. ${consequence}${budget.hard ? until : ""}.`
      : `The ${budget.period} budget of ${whose} has reached ${data.threshold} % of its limit.`,
    facts: [
      ["Spent", `${data.spent_usd} USD (${data.percent} %)`],
      ["Limit", `${budget.limit_usd} USD, ${budget.hard ? "hard" : "soft"}`],
      ["Held by calls in flight", `${data.held_usd} USD`],
      ["Remaining", `${data.remaining_usd} USD`],
      ...(budget.period_end ? [["Resets", formatMailTime(budget.period_end)] as const] : []),
      ...(data.projected_exhaustion_at && !isSpent
        ? [["Spent at this rate by", formatMailTime(data.projected_exhaustion_at)] as const]
        : []),
    ],
  };
}

function writeWebhookLetter(raw: unknown): Letter {
  const { target, description, reason } = webhookData.parse(raw);
  return {
    subject: `Webhook to ${target} was disabled`,
    lead: `The webhook to ${target} was disabled and receives no more events.`,
    facts: [["Reason", reason], ...(description ? [["Description", description] as const] : [])],
  };
}

const writers: Readonly<Record<string, (data: unknown) => Letter>> = {
  "budget.threshold_reached": writeBudgetLetter,
  "budget.exceeded": writeBudgetLetter,
  "webhook.disabled": writeWebhookLetter,
};

/** Whether a message of this type goes by mail at all. */
export function isMailed(type: string): boolean {
  return Object.hasOwn(writers, type);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A letter as a mail; `link` is where its reader goes on. */
export function renderLetter({ subject, lead, facts }: Letter, link: string): MailContent {
  const rows = facts.map(
    ([name, value]) => `<tr><td style="padding-right:1em">${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>`,
  );
  return {
    // A name may hold a line break, which has no place in a header.
    subject: `[pLLM] ${subject}`.replace(/\s+/g, " "),
    text: `${lead}\n\n${facts.map(([name, value]) => `${name}: ${value}`).join("\n")}\n\n${link}\n`,
    html: `<p>${escapeHtml(lead)}</p><table>${rows.join("")}</table><p><a href="${escapeHtml(link)}">${escapeHtml(link)}</a></p>`,
  };
}

/** The mail of a message; `publicUrl` is where its reader finds more. Throws for a type that is not mailed, and a ZodError for foreign data. */
export function composeMail(message: { type: string; data: unknown }, publicUrl: string): MailContent {
  const write = isMailed(message.type) ? writers[message.type] : undefined;
  if (!write) throw new Error(`messages of type ${message.type} are not mailed`);
  return renderLetter(write(message.data), publicUrl);
}
