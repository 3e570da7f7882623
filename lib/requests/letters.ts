/** The letters about a request: to those who may decide, and to the person who asked. Pure. */
import { formatMailTime, type Letter } from "@/lib/mail/compose";

/** What a letter says of a request; money in USD. */
export interface LetterFacts {
  asker: string;
  scope: { type: string; id: string; name: string | null };
  period: string;
  limit_usd: string;
  amount_usd: string;
  until: Date | null;
  reason: string;
  decider: string | null;
  decision_note: string | null;
  increase: { amount_usd: string; ends_at: Date } | null;
}

export type LetterKind = "asked" | "decided";

function nameOf({ scope, period }: LetterFacts): string {
  return `the ${period} budget of ${scope.type} ${scope.name ?? scope.id}`;
}

function formatTime(time: Date): string {
  return formatMailTime(time.toISOString());
}

function writeAsked(facts: LetterFacts): Letter {
  return {
    subject: `${facts.asker} asks for ${facts.amount_usd} USD more`,
    lead: `${facts.asker} asks for more on ${nameOf(facts)}. It waits for you, or for somebody else who may decide.`,
    facts: [
      ["More", `${facts.amount_usd} USD`],
      ["Limit", `${facts.limit_usd} USD`],
      ["Until", facts.until ? formatTime(facts.until) : "as you decide"],
      ["Why", facts.reason],
    ],
  };
}

function writeDecided(facts: LetterFacts): Letter {
  const { increase, decider, decision_note: note } = facts;
  const outcome = increase ? "approved" : "denied";
  return {
    subject: `Your request for more was ${outcome}`,
    lead: `Your request for ${facts.amount_usd} USD more on ${nameOf(facts)} was ${outcome}.`,
    facts: [
      ...(increase
        ? ([
            ["Granted", `${increase.amount_usd} USD`],
            ["Until", formatTime(increase.ends_at)],
          ] as const)
        : []),
      ...(decider ? [["Decided by", decider] as const] : []),
      ...(note ? [[increase ? "Note" : "Reason", note] as const] : []),
    ],
  };
}

export function writeRequestLetter(kind: LetterKind, facts: LetterFacts): Letter {
  return kind === "asked" ? writeAsked(facts) : writeDecided(facts);
}
