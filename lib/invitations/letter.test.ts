import { expect, test } from "vitest";
import { renderLetter } from "@/lib/mail/compose";
import { writeInvitation } from "./letter";
import { maskEmail } from "./present";

const expires_at = new Date("2026-12-01T09:30:00Z");

test("an invitation says who invites, into what, until when, and where to go", () => {
  const letter = writeInvitation({ inviter: "Mara", team_name: "Research", expires_at });
  expect(renderLetter(letter, "https://llm.example.com/invitation#s3cret")).toEqual({
    subject: "[pLLM] Mara invites you to join Research",
    text: `Mara invites you to join Research on this server. Open the link below and sign in with this e-mail address.

Team: Research
Works until: 2026-12-01 09:30 UTC

https://llm.example.com/invitation#s3cret
`,
    html: expect.stringContaining('<a href="https://llm.example.com/invitation#s3cret">'),
  });
});

test("without a team or an inviter who is a person, it names neither; a name is text, not markup", () => {
  const plain = writeInvitation({ inviter: null, team_name: null, expires_at });
  expect(plain.lead).toMatch(/^An administrator invites you to join on this server\./);
  expect(plain.facts).toHaveLength(1);
  const odd = renderLetter(writeInvitation({ inviter: "<b>\r\nBcc: x", team_name: null, expires_at }), "https://x");
  expect(odd.html).not.toContain("<b>");
  expect(odd.subject).not.toMatch(/[\r\n]/);
});

test.each([
  ["jane.doe@example.com", "j•••@example.com"],
  ["j@example.com", "j•••@example.com"],
  ['"odd@local"@example.com', '"•••@example.com'],
])("%s shows as %s", (email, masked) => {
  expect(maskEmail(email)).toBe(masked);
});
