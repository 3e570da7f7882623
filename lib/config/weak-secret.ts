/**
 * Tells secrets that a machine made from those that a person made up or copied from a page. A heuristic with one idea: take
 * away what everybody would guess (known words, sequences, repeats) and see whether enough is left.
 */

/** Words that stand in READMEs, compose files and tutorials where a secret should be. */
const knownWords = [
  "your",
  "change",
  "changeme",
  "changethis",
  "replace",
  "insert",
  "default",
  "example",
  "sample",
  "dummy",
  "placeholder",
  "secret",
  "password",
  "passwd",
  "pass",
  "word",
  "token",
  "key",
  "master",
  "admin",
  "root",
  "user",
  "test",
  "testing",
  "demo",
  "dev",
  "development",
  "prod",
  "production",
  "local",
  "localhost",
  "super",
  "very",
  "long",
  "random",
  "string",
  "generate",
  "here",
  "this",
  "please",
  "the",
  "not",
  "for",
  "with",
  "and",
  "must",
  "should",
  "use",
  "only",
  "safe",
  "secure",
  "strong",
  "private",
  "my",
  "me",
  "in",
  "to",
  "at",
  "least",
  "characters",
  "chars",
  "minimum",
  "min",
  "some",
  "value",
  "something",
  "foobar",
  "foo",
  "bar",
  "baz",
  "letmein",
  "welcome",
  "hello",
  "world",
  "pllm",
  "litellm",
  "openai",
  "llm",
  "gateway",
  "nextauth",
  "next",
  "auth",
  "jwt",
  "session",
  "api",
  "app",
  "sk",
  "dex",
  "postgres",
  "encryption",
  "salt",
  "correct",
  "horse",
  "battery",
  "staple",
  "deadbeef",
  "cafebabe",
  "abc",
  "xyz",
  "xxx",
  "todo",
  "fixme",
  "temp",
  "tmp",
  "unsafe",
  "insecure",
  "sixteen",
  "thirty",
  "two",
].sort((a, b) => b.length - a.length);

const sequences = [
  "0123456789",
  "1234567890",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
].flatMap((line) => [line, [...line].reverse().join("")]);

/** Examples that are printed in full by well-known projects, in lower case. */
const knownSecrets = new Set(["zxhhbxbszs1hchatc2vjcmv0", "changeme", "secret", "password", "sk-1234", "pllm-secret"]);

const leastMaterial = 8;
const leastDistinct = 6;

/** Cuts runs of four or more neighbours of a sequence such as `1234` or `qwerty`. */
function cutSequences(text: string): string {
  let rest = text;
  for (const line of sequences) {
    for (let length = line.length; length >= 4; length--) {
      for (let start = 0; start + length <= line.length; start++) {
        rest = rest.replaceAll(line.slice(start, start + length), "");
      }
    }
  }
  return rest;
}

/** Why `secret` is one that others could guess, as the end of a sentence ("it …"); null where it looks random. */
export function findWeakness(secret: string): string | null {
  const lower = secret.toLowerCase();
  if (knownSecrets.has(lower)) return "is a known default";
  if (new Set(lower).size < leastDistinct) return "repeats a few characters";
  if (/^(.+?)\1+$/s.test(lower)) return "repeats one piece";
  const plain = lower.replace(/[^a-z0-9]/g, "");
  const withoutSequences = cutSequences(plain);
  const left = knownWords.reduce((rest, word) => rest.replaceAll(word, ""), withoutSequences);
  if (left.length < leastMaterial) return "is made of known words or sequences";
  return null;
}

/** True for a secret that stands word for word in well-known documentation. */
export function isKnownSecret(secret: string): boolean {
  return knownSecrets.has(secret.toLowerCase());
}
