/**
 * The fingerprint under which a generated secret is stored and looked up. A plain SHA-256 is enough for 256 random bits;
 * see docs/decisions/0003-key-hashing.md. Secrets that a person may have chosen go through bcrypt instead.
 */
import { hash } from "node:crypto";

export function hashSecret(secret: string): string {
  // In one go: an object for each hash would cost three times as much, and the collector again.
  return hash("sha256", secret);
}
