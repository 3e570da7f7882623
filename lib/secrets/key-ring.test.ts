import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type KeyRing,
  parseKeyRing,
  type RingKey,
  type SecretPlace,
  seal,
  sealedBy,
  UnsealError,
  unseal,
} from "./key-ring";

const makeKey = (id: string): RingKey => ({ id, bytes: randomBytes(32) });
const [old, fresh] = [makeKey("2025"), makeKey("2026")];
const ring: KeyRing = [fresh, old];
const place: SecretPlace = { table: "credentials", row: "cred_1", field: "secret" };
const canary = "sk-canary-4f1d9c7e2b8a6053";

function failureOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it did not fail");
}

describe("a sealed secret", () => {
  test("opens where it was sealed, whatever its text, and shows nothing of it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 8, maxLength: 60 }), (text) => {
        const sealed = seal(ring, place, text);
        expect(unseal(ring, place, sealed)).toBe(text);
        expect(sealed).not.toContain(text);
      }),
    );
  });

  test("is another text each time, so that equal secrets cannot be told from their ciphertexts", () => {
    const sealed = new Set(Array.from({ length: 1_000 }, () => seal(ring, place, canary)));
    expect(sealed.size).toBe(1_000);
  });

  test("is sealed by the first key of the ring and opens as long as that key is anywhere in it", () => {
    const sealed = seal([old], place, canary);
    expect(sealedBy(sealed)).toBe("2025");
    expect(sealedBy(seal(ring, place, canary))).toBe("2026");
    expect(unseal(ring, place, sealed)).toBe(canary);
  });

  test.each<[string, SecretPlace]>([
    ["row", { ...place, row: "cred_2" }],
    ["field", { ...place, field: "previous_secret" }],
    ["table", { ...place, table: "webhooks" }],
    ["row and field that spell the same when joined", { table: "credentials", row: "cred_", field: "1secret" }],
  ])("moved to another %s does not open", (_what, other) => {
    const error = failureOf(() => unseal(ring, other, seal(ring, place, canary)));
    expect(error).toBeInstanceOf(UnsealError);
    expect(error.message).toContain(other.row);
    expect(error.message).not.toContain(canary);
  });

  test("with any single bit changed does not open", () => {
    const [version, id, payload = ""] = seal(ring, place, canary).split(".");
    const bytes = Buffer.from(payload, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => unseal(ring, place, `${version}.${id}.${altered.toString("base64url")}`)).toThrow(UnsealError);
    }
  });

  test("cut anywhere does not open, least of all with a short tag, which could be guessed", () => {
    const [version, id, payload = ""] = seal(ring, place, canary).split(".");
    const bytes = Buffer.from(payload, "base64url");
    for (let length = 1; length < bytes.length; length++) {
      const cut = `${version}.${id}.${bytes.subarray(0, length).toString("base64url")}`;
      expect(() => unseal(ring, place, cut)).toThrow(UnsealError);
    }
  });

  test.each(["", "v1", "v1.2026", "v1.2026.", "v1.2026.AAAA", "v2.2026.AAAAAAAA", canary, "v1..AAAA"])(
    "%j is refused as an UnsealError that does not repeat it",
    (sealed) => {
      const error = failureOf(() => unseal(ring, place, sealed));
      expect(error).toBeInstanceOf(UnsealError);
      expect(error.message).not.toContain(canary);
    },
  );

  test("of a key that left the ring names that key's id and nothing else of it", () => {
    const sealed = seal([old], place, canary);
    const error = failureOf(() => unseal([fresh], place, sealed));
    expect(error.message).toContain('"2025"');
    expect(error.message).not.toContain(sealed);
    expect(error.message).not.toContain(old.bytes.toString("base64"));
  });

  test("relabelled to another key of the ring does not open", () => {
    const sealed = seal([old], place, canary).replace(".2025.", ".2026.");
    expect(() => unseal(ring, place, sealed)).toThrow(UnsealError);
  });
});

describe("a ring", () => {
  test("is read from text, first key first", () => {
    const text = ring.map((key) => `${key.id}:${key.bytes.toString("base64")}`).join(" , ");
    expect(parseKeyRing(text)).toEqual(ring);
  });

  test.each([
    ["", "entry 1"],
    ["nocolon", "entry 1"],
    [":AAAA", "entry 1"],
    ["bad id:AAAA", "entry 1"],
    [`a:${randomBytes(16).toString("base64")}`, "entry 1"],
    [`a:${old.bytes.toString("base64")},b:${randomBytes(31).toString("base64")}`, "entry 2"],
    [`a:${old.bytes.toString("base64")},a:${fresh.bytes.toString("base64")}`, "twice"],
  ])("that is wrong is refused by position, without its bytes (case %#)", (text, named) => {
    const { message } = failureOf(() => parseKeyRing(text));
    expect(message).toContain(named);
    for (const key of [old, fresh]) expect(message).not.toContain(key.bytes.toString("base64"));
  });
});
