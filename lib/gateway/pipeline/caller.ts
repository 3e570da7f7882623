/** Step 1: who calls. From the request's key to everything that the call is limited by and charged to. */
import { timingSafeEqual } from "node:crypto";
import { hashSecret } from "@/lib/auth/hash";
import { parseSecret } from "@/lib/auth/key-format";
import type { Directory } from "../directory/directory";
import type { BudgetRef, KeyEntry, Level, Snapshot } from "../directory/types";
import { GatewayError } from "../errors";
import { type Exchange, headerOf } from "../exchange";

export interface Caller {
  keyId: string | null;
  keyName: string;
  userId: string | null;
  teamId: string | null;
  teamPath: readonly string[];
  tags: readonly string[];
  /** The scope chain, nearest first. */
  levels: readonly Level[];
  budgets: readonly BudgetRef[];
}

/** The master key as a caller: everything, charged to nobody. */
const masterCaller: Caller = {
  keyId: null,
  keyName: "master key",
  userId: null,
  teamId: null,
  teamPath: [],
  tags: [],
  levels: [],
  budgets: [],
};

// A chain is put together once per key and snapshot, not once per call.
const chains = new WeakMap<KeyEntry, { snapshot: Snapshot; caller: Caller }>();

function withDefaults(level: Level, snapshot: Snapshot): Level {
  const { defaultRpm, defaultTpm, defaultParallel } = snapshot.settings;
  return {
    ...level,
    rpm: level.rpm ?? defaultRpm,
    tpm: level.tpm ?? defaultTpm,
    parallel: level.parallel ?? defaultParallel,
  };
}

function buildCaller(entry: KeyEntry, snapshot: Snapshot): Caller {
  const team = entry.teamId ? snapshot.teams.get(entry.teamId) : undefined;
  const [own, ...others] = entry.levels;
  const defaults: Level = {
    kind: "team",
    id: "defaults",
    name: "this server's defaults",
    permits: snapshot.settings.defaultPermits,
    rpm: null,
    tpm: null,
    parallel: null,
  };
  return {
    keyId: entry.keyId,
    keyName: entry.name,
    userId: entry.userId,
    teamId: entry.teamId,
    teamPath: team?.path ?? [],
    tags: entry.tags,
    levels: [...(own ? [withDefaults(own, snapshot)] : []), ...others, ...(team?.levels ?? []), defaults],
    budgets: [...entry.budgets, ...(team?.budgets ?? [])],
  };
}

function callerOf(entry: KeyEntry, snapshot: Snapshot): Caller {
  const known = chains.get(entry);
  if (known?.snapshot === snapshot) return known.caller;
  const caller = buildCaller(entry, snapshot);
  chains.set(entry, { snapshot, caller });
  return caller;
}

function readSecret(exchange: Exchange): string {
  const authorization = headerOf(exchange.headers, "authorization");
  const bearer = authorization === undefined ? undefined : /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
  const secret = bearer ?? headerOf(exchange.headers, "x-api-key")?.trim();
  if (secret) return secret;
  throw new GatewayError("invalid_api_key", "No API key was sent. Send it as: Authorization: Bearer <key>.");
}

function requireLive(entry: KeyEntry, nowMs: number): void {
  if (entry.state === "revoked")
    throw new GatewayError("key_revoked", entry.stateReason ?? "This key has been revoked.");
  if (entry.state === "blocked") throw new GatewayError("key_blocked", entry.stateReason ?? "This key is blocked.");
  if (entry.expiresAtMs !== null && entry.expiresAtMs <= nowMs)
    throw new GatewayError("key_expired", "This key has expired.");
  if (entry.replacedAtMs !== null && entry.replacedAtMs <= nowMs)
    throw new GatewayError(
      "key_expired",
      "This secret was replaced by a newer one of the same key, and its time is over.",
    );
}

/** The master key of the environment, as long as it is the one in force. Only where the configuration lets it call models. */
export interface MasterKey {
  secretHash: string;
  /** The bcrypt hash of its row: once another one is in force, this key is over. */
  rowHash: string;
}

function isMaster(secret: string, master: MasterKey | null, snapshot: Snapshot): boolean {
  if (!master || snapshot.masterKeyHash !== master.rowHash) return false;
  return timingSafeEqual(Buffer.from(hashSecret(secret)), Buffer.from(master.secretHash));
}

/** The caller of an exchange. Throws `invalid_api_key`, `key_revoked`, `key_blocked` or `key_expired`. */
export async function findCaller(
  exchange: Exchange,
  directory: Directory,
  master: MasterKey | null,
  nowMs: number,
): Promise<Caller> {
  const secret = readSecret(exchange);
  const type = parseSecret(secret)?.type;
  if ((type === undefined || type === "master") && isMaster(secret, master, directory.snapshot)) return masterCaller;
  const entry = type && type !== "master" ? await directory.findKey(secret) : null;
  if (!entry) throw new GatewayError("invalid_api_key", "This API key is not valid.");
  requireLive(entry, nowMs);
  return callerOf(entry, directory.snapshot);
}
