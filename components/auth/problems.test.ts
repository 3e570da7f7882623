import { expect, test } from "vitest";
import { signInCodes } from "@/lib/sign-ins/codes";
import { describeProblem, explainProblem } from "./problems";

test("a code has its sentence, no code has none", () => {
  expect(describeProblem("master_key_wrong")).toBe("This is not the master key of this server.");
  expect(describeProblem("rate_limited")).toContain("five minutes");
  expect(describeProblem("SessionRequired")).toBe("Your session has ended. Sign in again.");
  expect(describeProblem(null)).toBeNull();
  expect(describeProblem("")).toBeNull();
});

test("every way in which a sign-in fails has a sentence of its own, with cause and remedy", () => {
  const sentences = signInCodes.map(describeProblem);
  expect(new Set(sentences).size).toBe(signInCodes.length);
  for (const code of signInCodes) {
    const { cause, remedy } = explainProblem(code);
    expect(`${cause}|${remedy}`).toMatch(/^.{10,}\..*\|.{10,}\.$/);
  }
});

test.each(["Call +1 555 0100 at once", "toString", "__proto__", "<b>x</b>"])(
  "%j from an address bar never shows as it is",
  (code) => {
    const sentence = describeProblem(code);
    expect(sentence).toMatch(/^Signing in failed/);
    expect(sentence).not.toContain(code);
  },
);
