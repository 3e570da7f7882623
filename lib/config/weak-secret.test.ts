import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { findWeakness, isKnownSecret } from "./weak-secret";

test.each([
  "changemechangeme",
  "changeme-changeme-1234",
  "sk-1234",
  "sk-1234567890123456",
  "sk-master-1234567890abcdef",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "abababababababababababababababab",
  "0123456789abcdef",
  "abcdefghijklmnopqrstuvwxyz",
  "9876543210zyxwvu",
  "qwertyuiopasdfghjkl",
  "your-secret-key-here-please-change",
  "my-super-secret-master-key-2024",
  "password12345678",
  "Password-Password",
  "x7Kq-x7Kq-x7Kq-x7Kq-",
  "supersecretsupersecretsupersecret",
  "use-a-random-32-character-string",
])("%s is weak", (secret) => {
  expect(findWeakness(secret)).not.toBeNull();
});

test("what a machine made is never weak, in any usual encoding", () => {
  for (let round = 0; round < 500; round++) {
    expect(findWeakness(randomBytes(32).toString("base64"))).toBeNull();
    expect(findWeakness(randomBytes(32).toString("hex"))).toBeNull();
    expect(findWeakness(`sk-master-${randomBytes(24).toString("base64url")}`)).toBeNull();
  }
});

test("the secret printed in Dex's own example is known", () => {
  expect(isKnownSecret("ZXhhbXBsZS1hcHAtc2VjcmV0")).toBe(true);
  expect(isKnownSecret(randomBytes(18).toString("base64"))).toBe(false);
});
