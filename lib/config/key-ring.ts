/**
 * The rules that ENCRYPTION_KEYS must keep on top of its format (lib/secrets/key-ring parses that): a key is spelt exactly, random
 * and given once. Errors name an entry's position, never its value.
 */
import { type KeyRing, parseKeyRing } from "@/lib/secrets/key-ring";

const base64Of32Bytes = /^[A-Za-z0-9+/_-]{43}=?$/;
// Of 32 random bytes, fewer than 16 differ about once in 10^16 keys, and all are printable about once in 10^13.
const leastDistinctBytes = 16;

function isRandom(bytes: Buffer): boolean {
  return new Set(bytes).size >= leastDistinctBytes && bytes.some((byte) => byte < 0x20 || byte > 0x7e);
}

/** `id:base64(32 bytes)[,older…]` → the ring. Throws an Error whose message is the remedy. */
export function readKeyRing(text: string): KeyRing {
  text.split(",").forEach((entry, index) => {
    // Node decodes base64 leniently, so a key with a stray character would silently become another key.
    if (base64Of32Bytes.test(entry.slice(entry.indexOf(":") + 1).trim())) return;
    throw new Error(
      `entry ${index + 1} must be id:base64 of exactly 32 bytes; make one with: echo k1:$(openssl rand -base64 32)`,
    );
  });
  const ring = parseKeyRing(text);
  const seen = new Set<string>();
  ring.forEach(({ bytes }, index) => {
    if (!isRandom(bytes)) {
      throw new Error(
        `entry ${index + 1} is not random (zeros, a pattern or typed text); make one with: openssl rand -base64 32`,
      );
    }
    if (seen.has(bytes.toString("hex")))
      throw new Error(`entry ${index + 1} repeats the bytes of an earlier key; make a new one`);
    seen.add(bytes.toString("hex"));
  });
  return ring;
}

/** The text that `readKeyRing` reads back. */
export function formatKeyRing(ring: KeyRing): string {
  return ring.map(({ id, bytes }) => `${id}:${bytes.toString("base64")}`).join(",");
}
