/**
 * The kinds of value a setting can have. Each takes text (from the environment or `${…}`) or what YAML made of it, and
 * gives the typed value; its messages are the remedy that the operator reads.
 */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { parseDuration } from "@/lib/durations";
import { findPathProblem, joinTeamPath, splitTeamPath } from "@/lib/team-paths";
import { readKeyRing } from "./key-ring";

const scalar = z.union([z.string(), z.number(), z.boolean()], { error: "must be a single value" }).transform(String);

/** Text that `read` turns into a value; what `read` throws is the remedy. */
function parsed<T>(read: (text: string) => T) {
  return scalar.transform((text, context): T => {
    try {
      return read(text.trim());
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
}

export const text = parsed((value) => value);

export function integer(least: number, most: number) {
  return parsed((value) => {
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most)) throw new Error(`must be a whole number from ${least} to ${most}`);
    return number;
  });
}

/** Milliseconds, given as a number of them or as `30s`. */
export const timeoutMs = parsed((value) => {
  const ms = /^\d{1,9}$/.test(value)
    ? Number(value)
    : /^[1-9]\d*[smhd]$/.test(value)
      ? parseDuration(value)
      : Number.NaN;
  // Node's timers hold 31 bits; anything above would fire at once.
  if (!(ms >= 1 && ms <= 2_147_483_647))
    throw new Error("must be milliseconds (above 0) or a duration such as 30s or 10m");
  return ms;
});

const toggleWords: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  yes: true,
  "1": true,
  off: false,
  false: false,
  no: false,
  "0": false,
};

export const toggle = parsed((value) => {
  const state = toggleWords[value.toLowerCase()];
  if (state === undefined) throw new Error("must be on or off");
  return state;
});

export function oneOf<const T extends string>(words: readonly T[]) {
  return parsed((value) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw new Error(`must be one of ${words.join(", ")}`);
    return word;
  });
}

/** An absolute URL with one of `schemes`; kept as written, without a trailing slash. */
export function url(...schemes: string[]) {
  return parsed((value) => {
    const scheme = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : "";
    if (!schemes.includes(scheme))
      throw new Error(`must be an absolute URL that starts with ${schemes.join(":// or ")}://`);
    return value.replace(/\/+$/, "");
  });
}

/** A URL that Node and pg understand as PostgreSQL's, kept as written. */
export const postgresUrl = parsed((value) => {
  const scheme = URL.canParse(value) ? new URL(value).protocol : "";
  if (scheme !== "postgres:" && scheme !== "postgresql:") {
    throw new Error("must look like postgresql://user:password@host:5432/database");
  }
  return value;
});

export const email = parsed((value) => {
  if (!/^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/.test(value))
    throw new Error("must be a mail address such as ops@example.com");
  return value;
});

/** A YAML list, or text with commas; every entry passes through `entry`. */
export function list<T>(entry: z.ZodType<T>) {
  return z
    .union([z.array(z.unknown()), scalar.transform((value) => value.split(",").filter((part) => part.trim() !== ""))], {
      error: "must be a list",
    })
    .pipe(z.array(entry));
}

/** A YAML mapping from any name to `value`. */
export function mapping<T>(value: z.ZodType<T>) {
  return z.record(z.string(), value, { error: "must be a mapping of names to values" });
}

/** A team's name, or a path of them such as `Engineering/Platform`; without spaces around the names. */
export const teamPath = parsed((value) => {
  const problem = findPathProblem(value);
  if (problem) throw new Error(problem);
  return joinTeamPath(splitTeamPath(value));
});

const hostPattern = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/** A host name, an IP address or a CIDR, in lower case. */
export const networkTarget = parsed((value) => {
  const [address = ""] = value.split("/");
  // Spellings of an address that only some resolvers take (1.2.3, 0x7f.1) are refused: they would not mean what they seem to.
  const isCidr = isIP(address) !== 0 && ipaddr.isValidCIDR(value);
  const isHost = hostPattern.test(value) && !/^(0x[\da-f]*|\d+)(\.(0x[\da-f]*|\d+))*$/i.test(value);
  if (isIP(value) === 0 && !isCidr && !isHost) {
    throw new Error("must hold host names, IP addresses or CIDRs such as 10.0.0.0/8");
  }
  return value.toLowerCase();
});

export const keyRing = parsed(readKeyRing);

/** A signing secret of Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes (https://www.standardwebhooks.com). */
export const webhookSecret = parsed((value) => {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(value)?.[1] ?? "";
  const length = Buffer.from(encoded, "base64").length;
  if (length < 24 || length > 64) throw new Error("must be whsec_ and base64 of 24 to 64 random bytes");
  return value;
});

export function secretOf(leastLength: number) {
  return parsed((value) => {
    if (value.length < leastLength) {
      throw new Error(`must have at least ${leastLength} characters; make one with: openssl rand -base64 32`);
    }
    if (/[^\x21-\x7e]/.test(value)) throw new Error("must be printable ASCII without spaces");
    return value;
  });
}
