/**
 * Secrets at rest: AES-256-GCM under a ring of keys. Whoever stores a secret that must be read again (provider
 * credentials, webhook secrets, replayable answers) seals it here; hashes of our own keys do not pass through.
 *
 * A sealed text is `v1.<key id>.<base64url(iv ‖ tag ‖ ciphertext)>`. The associated data names table, row and field, so that a
 * ciphertext moved to another place does not open (NIST SP 800-38D: additional authenticated data).
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

export interface RingKey {
  id: string;
  /** 32 bytes. */
  bytes: Buffer;
}

/** First = active: it seals; all of them open. */
export type KeyRing = readonly [RingKey, ...RingKey[]];

/** Where a secret stands: `credentials`, the row's id, the column. */
export interface SecretPlace {
  table: string;
  row: string;
  field: string;
}

/** Every column that holds sealed text for longer than a day. */
export const sealedColumns = [
  { table: "credentials", field: "secret" },
  { table: "identities", field: "refresh_token" },
  { table: "webhooks", field: "secret" },
  { table: "webhooks", field: "previous_secret" },
] as const;

// A server that made its key itself has no such variable.
const ringPlace = "ENCRYPTION_KEYS (embedded: encryption_keys in secrets.json)";

const ivBytes = 12;
const tagBytes = 16;

/** The secret cannot be opened: its key left the ring, or it was altered or moved. Carries no secret. */
export class UnsealError extends Error {
  constructor(place: SecretPlace, reason: string) {
    super(`Cannot open ${place.table}.${place.field} of ${place.row}: ${reason}`);
    this.name = "UnsealError";
  }
}

function associatedData(place: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify([place.table, place.row, place.field]));
}

/** Parses `id:base64(32 bytes)[,older…]`. Throws an Error that names the entry's position and never its value. */
export function parseKeyRing(text: string): KeyRing {
  const keys = text.split(",").map((entry, index) => {
    const at = entry.indexOf(":");
    const id = entry.slice(0, at).trim();
    const bytes = Buffer.from(entry.slice(at + 1).trim(), "base64");
    if (at < 1 || !/^[A-Za-z0-9_-]{1,32}$/.test(id))
      throw new Error(`entry ${index + 1} must look like id:base64, with an id of letters, digits, - or _`);
    if (bytes.length !== 32) throw new Error(`entry ${index + 1} must hold exactly 32 bytes in base64`);
    return { id, bytes };
  });
  const [first, ...rest] = keys;
  if (!first) throw new Error("must hold at least one key");
  if (new Set(keys.map((key) => key.id)).size !== keys.length) throw new Error("names the same key id twice");
  return [first, ...rest];
}

/** Seals `plaintext` for one place under the active key. */
export function seal(ring: KeyRing, place: SecretPlace, plaintext: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", ring[0].bytes, iv);
  cipher.setAAD(associatedData(place));
  const body = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
  return `v1.${ring[0].id}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64url")}`;
}

/** Opens what `seal` made for the same place. Throws an UnsealError. */
export function unseal(ring: KeyRing, place: SecretPlace, sealed: string): string {
  const [version, keyId, payload] = sealed.split(".");
  if (version !== "v1" || !keyId || !payload)
    throw new UnsealError(place, "it is not a sealed text of a known version");
  const key = ring.find((candidate) => candidate.id === keyId);
  if (!key) throw new UnsealError(place, `its encryption key "${keyId}" is not in ${ringPlace}`);
  const bytes = Buffer.from(payload, "base64url");
  // Node would take a shorter tag too, which is easier to forge.
  if (bytes.length < ivBytes + tagBytes) throw new UnsealError(place, "it was cut off");
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(associatedData(place));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    return decipher.update(bytes.subarray(ivBytes + tagBytes)).toString("utf8") + decipher.final("utf8");
  } catch {
    throw new UnsealError(place, "it was altered, or it belongs to another place");
  }
}

/** The id of the key that sealed a text; rewrap looks for those that are not the active one. */
export function sealedBy(sealed: string): string {
  return sealed.split(".")[1] ?? "";
}
