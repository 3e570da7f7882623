import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { generateSecret, parseSecret, secretTypes } from "./key-format";

test.each(secretTypes)("a generated %s secret has the documented shape and states its type", (type) => {
  const secret = generateSecret(type);
  expect(secret).toMatch(new RegExp(`^sk-${type}-[0-9A-Za-z]{49}$`));
  expect(parseSecret(secret)).toEqual({ type });
});

test("the checksum is the CRC-32 of all that precedes it, in base62", () => {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const secret = generateSecret("user");
  const value = [...secret.slice(-6)].reduce((sum, digit) => sum * 62 + alphabet.indexOf(digit), 0);
  expect(value).toBe(crc32(secret.slice(0, -6)));
});

test("every single-character typo and every swap of neighbours is rejected", () => {
  const secret = generateSecret("virtual");
  for (let at = 0; at < secret.length; at++) {
    for (const other of "0aZ-") {
      if (secret[at] !== other) expect(parseSecret(secret.slice(0, at) + other + secret.slice(at + 1))).toBeNull();
    }
    const [left, right] = [secret[at], secret[at + 1]];
    if (left !== right && right !== undefined) {
      expect(parseSecret(secret.slice(0, at) + right + left + secret.slice(at + 2))).toBeNull();
    }
  }
});

test("a secret of one type cannot be relabelled as another", () => {
  expect(parseSecret(generateSecret("virtual").replace("sk-virtual-", "sk-admin-"))).toBeNull();
});

test.each([
  "",
  "sk-",
  "sk-1234",
  "sk-master-",
  "Bearer sk-user-x",
  `${generateSecret("user")}\n`,
  ` ${generateSecret("user")}`,
])("%j is not a secret of ours", (text) => {
  expect(parseSecret(text)).toBeNull();
});

test("the random part is uniform over base62", () => {
  const counts = new Map<string, number>();
  const secrets = 4_000;
  for (let round = 0; round < secrets; round++) {
    for (const character of generateSecret("user").slice("sk-user-".length, -6)) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
  }
  const expected = (secrets * 43) / 62;
  expect(counts.size).toBe(62);
  // Chi-squared with 61 degrees of freedom exceeds 130 about once in a million runs; a modulo bias gives several thousand.
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(chiSquared).toBeLessThan(130);
});
