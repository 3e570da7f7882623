/**
 * The format of every secret we hand out: `sk-<type>-<43 base62><6 base62 CRC-32>`. Pure: anyone may import it, server and CLI alike.
 * 43 base62 characters hold 256 random bits; the prefix serves secret scanners; the checksum, over everything before it, rejects
 * a typo without a look at the database.
 */
import { randomFillSync } from "node:crypto";
import { crc32 } from "node:zlib";

export const secretTypes = ["master", "admin", "team", "user", "virtual"] as const;
export type SecretType = (typeof secretTypes)[number];

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const randomLength = 43;
const checksumLength = 6;
const pattern = /^sk-(master|admin|team|user|virtual)-[0-9A-Za-z]{49}$/;

/** Uniform base62: bytes from 248 on are thrown away, because 248 is the largest multiple of 62 that a byte reaches. */
function randomBase62(length: number): string {
  const bytes = Buffer.alloc(length * 2);
  let out = "";
  while (out.length < length) {
    randomFillSync(bytes);
    for (const byte of bytes) {
      if (byte < 248 && out.length < length) out += alphabet.charAt(byte % 62);
    }
  }
  return out;
}

/** CRC-32 of `text` in six base62 digits, left-padded with `0`. */
function checksum(text: string): string {
  let rest = crc32(text);
  let out = "";
  for (let digit = 0; digit < checksumLength; digit++) {
    out = alphabet.charAt(rest % 62) + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}

/** A new secret of `type`, from the system's cryptographic randomness. */
export function generateSecret(type: SecretType): string {
  const body = `sk-${type}-${randomBase62(randomLength)}`;
  return body + checksum(body);
}

function isSecretType(text: string | undefined): text is SecretType {
  return secretTypes.some((type) => type === text);
}

/** The type that a secret of our format states; null for anything else, a mistyped secret included. Proves nothing about its validity. */
export function parseSecret(text: string): { type: SecretType } | null {
  const type = pattern.exec(text)?.[1];
  if (!isSecretType(type)) return null;
  const body = text.slice(0, -checksumLength);
  return checksum(body) === text.slice(-checksumLength) ? { type } : null;
}
