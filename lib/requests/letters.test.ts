import { expect, test } from "vitest";
import { renderLetter } from "@/lib/mail/compose";
import { type LetterFacts, writeRequestLetter } from "./letters";

const facts: LetterFacts = {
  asker: "Jane",
  scope: { type: "team", id: "team_1", name: "Research" },
  period: "monthly",
  limit_usd: "10.00",
  amount_usd: "5.00",
  until: new Date("2026-12-01T09:30:00Z"),
  reason: "the evaluation runs until Friday",
  decider: null,
  decision_note: null,
  increase: null,
};
const link = "https://llm.example.com";

test("a request says who asks for how much on what, until when and why", () => {
  expect(renderLetter(writeRequestLetter("asked", facts), link)).toMatchObject({
    subject: "[pLLM] Jane asks for 5.00 USD more",
    text: `Jane asks for more on the monthly budget of team Research. It waits for you, or for somebody else who may decide.

More: 5.00 USD
Limit: 10.00 USD
Until: 2026-12-01 09:30 UTC
Why: the evaluation runs until Friday

https://llm.example.com
`,
  });
  const open = writeRequestLetter("asked", { ...facts, until: null, scope: { ...facts.scope, name: null } });
  expect(open.lead).toContain("team team_1");
  expect(open.facts).toContainEqual(["Until", "as you decide"]);
});

test("an approval says what was granted and when it ends, a denial says why", () => {
  const increase = { amount_usd: "2.50", ends_at: new Date("2026-11-30T00:00:00Z") };
  const decided = { ...facts, decider: "Mara", decision_note: "half of it" };
  expect(writeRequestLetter("decided", { ...decided, increase })).toEqual({
    subject: "Your request for more was approved",
    lead: "Your request for 5.00 USD more on the monthly budget of team Research was approved.",
    facts: [
      ["Granted", "2.50 USD"],
      ["Until", "2026-11-30 00:00 UTC"],
      ["Decided by", "Mara"],
      ["Note", "half of it"],
    ],
  });
  expect(writeRequestLetter("decided", { ...decided, decider: null })).toEqual({
    subject: "Your request for more was denied",
    lead: "Your request for 5.00 USD more on the monthly budget of team Research was denied.",
    facts: [["Reason", "half of it"]],
  });
});

test("names and reasons are text: no markup in HTML, no line break in a header", () => {
  const odd = { ...facts, asker: "<b>Jane\r\nBcc: x@example.com", reason: "<img src=x>" };
  const mail = renderLetter(writeRequestLetter("asked", odd), link);
  expect(mail.html).not.toMatch(/<b>|<img/);
  expect(mail.subject).not.toMatch(/[\r\n]/);
});
