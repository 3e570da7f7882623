import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { parseSecret } from "@/lib/auth/key-format";
import { readKeyRing } from "@/lib/config/key-ring";
import { findWeakness } from "@/lib/config/weak-secret";
import { ensureSecrets, isMasterKeyUnseen, noteMasterKeyShown } from "./secrets";

const all = ["master_key", "nextauth_secret", "encryption_keys"] as const;

function makeHome(): string {
  return path.join(mkdtempSync(path.join(os.tmpdir(), "pllm-secrets-")), "home");
}

test("generates secrets that the configuration's own rules accept", () => {
  const secrets = ensureSecrets(makeHome(), all);
  expect(parseSecret(secrets.master_key)).toEqual({ type: "master" });
  expect(findWeakness(secrets.nextauth_secret)).toBeNull();
  expect(secrets.nextauth_secret.length).toBeGreaterThanOrEqual(32);
  expect(readKeyRing(secrets.encryption_keys)[0].bytes).toHaveLength(32);
});

test("gives the same secrets for ever, and others to another home", () => {
  const home = makeHome();
  const secrets = ensureSecrets(home, all);
  expect(ensureSecrets(home, all)).toEqual(secrets);
  expect(ensureSecrets(makeHome(), all).master_key).not.toBe(secrets.master_key);
});

test("makes only what is asked for, and keeps what was there when more is", () => {
  const home = makeHome();
  const { nextauth_secret } = ensureSecrets(home, ["nextauth_secret"]);
  expect(JSON.parse(readFileSync(path.join(home, "secrets.json"), "utf8"))).not.toHaveProperty("master_key");
  expect(ensureSecrets(home, all).nextauth_secret).toBe(nextauth_secret);
});

test("the file is for its owner alone", () => {
  const home = makeHome();
  ensureSecrets(home, all);
  noteMasterKeyShown(home);
  expect(statSync(path.join(home, "secrets.json")).mode & 0o777).toBe(0o600);
});

test("a generated master key is unseen until it was shown, also when a start in between fails", () => {
  const home = makeHome();
  expect(isMasterKeyUnseen(home)).toBe(false);
  ensureSecrets(home, all);
  ensureSecrets(home, all);
  expect(isMasterKeyUnseen(home)).toBe(true);
  noteMasterKeyShown(home);
  expect(isMasterKeyUnseen(home)).toBe(false);
});

test("a damaged file is an error that does not quote it, and is left as it is", () => {
  const home = makeHome();
  ensureSecrets(home, all);
  writeFileSync(path.join(home, "secrets.json"), '{"master_key": "sk-master-canary');
  expect(() => ensureSecrets(home, all)).toThrow(/is damaged: restore it/);
  expect(() => ensureSecrets(home, all)).not.toThrow(/canary/);
  expect(readFileSync(path.join(home, "secrets.json"), "utf8")).toContain("canary");
});
