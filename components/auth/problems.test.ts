import { expect, test } from "vitest";
import { describeProblem } from "./problems";

test("a code has its sentence, no code has none", () => {
  expect(describeProblem("CredentialsSignin")).toBe("This is not the master key of this server.");
  expect(describeProblem("rate_limited")).toContain("five minutes");
  expect(describeProblem(null)).toBeNull();
  expect(describeProblem("")).toBeNull();
});

test.each(["Call +1 555 0100 at once", "toString", "__proto__", "<b>x</b>"])(
  "%j from an address bar never shows as it is",
  (code) => {
    const sentence = describeProblem(code);
    expect(sentence).toMatch(/^Signing in failed/);
    expect(sentence).not.toContain(code);
  },
);
