/**
 * The secrets of the embedded mode: generated once, kept in `<home>/secrets.json`, readable by their owner alone. Called by server.ts,
 * after the embedded database has made sure that no other pLLM works on this home.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { generateSecret } from "@/lib/auth/key-format";
import { StartError } from "./start-error";

const savedSchema = z.strictObject({
  master_key: z.string().min(16).optional(),
  /** Whether a start has come so far as to print the generated master key. */
  master_key_shown: z.boolean().default(false),
  nextauth_secret: z.string().min(32).optional(),
  encryption_keys: z.string().min(1).optional(),
});

type SavedSecrets = z.infer<typeof savedSchema>;

const generators = {
  master_key: () => generateSecret("master"),
  nextauth_secret: () => randomBytes(32).toString("base64url"),
  encryption_keys: () => `k1:${randomBytes(32).toString("base64")}`,
} as const;

export type GeneratedName = keyof typeof generators;

function filePath(home: string): string {
  return path.join(home, "secrets.json");
}

function readSaved(home: string): SavedSecrets {
  if (!existsSync(filePath(home))) return savedSchema.parse({});
  try {
    return savedSchema.parse(JSON.parse(readFileSync(filePath(home), "utf8")));
  } catch {
    // The cause could quote the file. New secrets would lock everybody out of what the old ones sealed, so nothing is repaired here.
    throw new StartError(
      `${filePath(home)} is damaged: restore it from a backup, or set the secrets in the environment`,
    );
  }
}

function writeSaved(home: string, saved: SavedSecrets): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const fresh = `${filePath(home)}.new`;
  writeFileSync(fresh, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, filePath(home));
}

/** The secrets `names` of this home; those that it does not have yet are generated and saved. */
export function ensureSecrets<Name extends GeneratedName>(home: string, names: readonly Name[]): Record<Name, string> {
  const saved = readSaved(home);
  const missing = names.filter((name) => saved[name] === undefined);
  for (const name of missing) saved[name] = generators[name]();
  if (missing.length > 0) writeSaved(home, saved);
  return Object.fromEntries(names.map((name) => [name, saved[name]])) as Record<Name, string>;
}

/** True until `noteMasterKeyShown`: a generated master key is printed by the first start that succeeds, and by no later one. */
export function isMasterKeyUnseen(home: string): boolean {
  const saved = readSaved(home);
  return saved.master_key !== undefined && !saved.master_key_shown;
}

export function noteMasterKeyShown(home: string): void {
  writeSaved(home, { ...readSaved(home), master_key_shown: true });
}
