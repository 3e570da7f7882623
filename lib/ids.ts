/**
 * Typed identifiers. Leaf: anyone may import it.
 *
 * An id is `<prefix>_<26 characters>`: 48 bits of milliseconds, then 80 random bits, in lower-case Crockford base32
 * (the layout of ULID, https://github.com/ulid/spec). Ids sort by creation time, so lists page by id and B-trees stay dense.
 */
import { randomFillSync } from "node:crypto";

export const idPrefixes = {
  user: "usr",
  team: "team",
  key: "key",
  provider: "prov",
  credential: "cred",
  model: "model",
  price: "price",
  budget: "bud",
  budgetRequest: "breq",
  increase: "inc",
  webhook: "hook",
  delivery: "dlv",
  attempt: "att",
  event: "evt",
  refusal: "rfs",
  audit: "aud",
  message: "msg",
  alert: "alert",
  job: "job",
  master: "mk",
  identity: "idn",
  session: "ses",
  signIn: "sgn",
  invitation: "inv",
  process: "proc",
  request: "req",
  response: "resp",
  call: "fc",
} as const;

export type IdKind = keyof typeof idPrefixes;

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const pool = Buffer.alloc(10 * 256);
let poolOffset = pool.length;

function encodeTime(timeMs: number): string {
  let rest = timeMs;
  let out = "";
  for (let i = 0; i < 10; i++) {
    out = alphabet[rest % 32] + out;
    rest = Math.floor(rest / 32);
  }
  return out;
}

function encodeRandom(): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  let out = "";
  for (let half = 0; half < 2; half++) {
    // 40 bits fit a double exactly and make eight base32 digits.
    let value = pool.readUIntBE(poolOffset, 5);
    poolOffset += 5;
    let digits = "";
    for (let i = 0; i < 8; i++) {
      digits = alphabet[value % 32] + digits;
      value = Math.floor(value / 32);
    }
    out += digits;
  }
  return out;
}

/** A new id of `kind`; `nowMs` is its time part (milliseconds since the epoch). */
export function newId(kind: IdKind, nowMs: number = Date.now()): string {
  return `${idPrefixes[kind]}_${encodeTime(nowMs)}${encodeRandom()}`;
}

/** An id that sorts before every one of `kind` that was made at `nowMs` or later. */
export function lowestId(kind: IdKind, nowMs: number): string {
  return `${idPrefixes[kind]}_${encodeTime(nowMs)}`;
}

/** Matches an id of `kind` and nothing else. */
export function idPattern(kind: IdKind): RegExp {
  return new RegExp(`^${idPrefixes[kind]}_[0-9a-hjkmnp-tv-z]{26}$`);
}
