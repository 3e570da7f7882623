/**
 * Whether this process can serve: the database answers, its schema is this code's, and every stored secret can be opened. Called
 * by the route /readyz, which anyone may ask, so answers are kept for a moment and name no cause; the log has it.
 */
import { getConfig } from "@/lib/config/config";
import { migrationState } from "@/lib/db/migration-state";
import { getPool } from "@/lib/db/pool";
import { log } from "@/lib/log";
import { type KeyRing, unseal } from "@/lib/secrets/key-ring";
import { type SealedSample, sampleSealed } from "./store";

export type CheckResult = "ok" | "failed";

export interface Readiness {
  status: CheckResult;
  checks: { database: CheckResult; schema: CheckResult; key_ring: CheckResult };
}

export interface Probes {
  askDatabase(): Promise<unknown>;
  listPending(): Promise<{ pending: string[]; unknown: string[]; failed: string[] }>;
  sampleSealed(): Promise<SealedSample[]>;
  ring: KeyRing;
}

async function runCheck(name: keyof Readiness["checks"], check: () => Promise<boolean>): Promise<CheckResult> {
  try {
    if (await check()) return "ok";
    log.warn({ check: name }, "not ready");
  } catch (error) {
    log.warn({ check: name, err: error }, "not ready");
  }
  return "failed";
}

function opens(ring: KeyRing, { sealed, ...place }: SealedSample): boolean {
  try {
    unseal(ring, place, sealed);
    return true;
  } catch {
    return false;
  }
}

/** An id may stay while its bytes change. One secret that was damaged by itself says nothing of the ring. */
function holdsEveryKey(ring: KeyRing, samples: readonly SealedSample[]): boolean {
  const good = new Set(samples.filter((sample) => opens(ring, sample)).map(({ key_id }) => key_id));
  return samples.every(({ key_id }) => good.has(key_id));
}

/** Runs all checks at once. */
export async function probe(probes: Probes): Promise<Readiness> {
  const [database, schema, key_ring] = await Promise.all([
    runCheck("database", async () => {
      await probes.askDatabase();
      return true;
    }),
    runCheck("schema", async () => {
      const { pending, unknown, failed } = await probes.listPending();
      return pending.length + unknown.length + failed.length === 0;
    }),
    runCheck("key_ring", async () => holdsEveryKey(probes.ring, await probes.sampleSealed())),
  ]);
  const checks = { database, schema, key_ring };
  return { status: Object.values(checks).every((result) => result === "ok") ? "ok" : "failed", checks };
}

const keptMs = 1_000;
const memo = globalThis as unknown as { pllmReadiness?: { at: number; answer: Promise<Readiness> } };

/** The state of this process, at most a second old. */
export function checkReadiness(now: number = performance.now()): Promise<Readiness> {
  if (!memo.pllmReadiness || now - memo.pllmReadiness.at > keptMs) {
    const { databaseUrl, encryptionKeys } = getConfig();
    const answer = probe({
      askDatabase: () => getPool().query("SELECT 1"),
      listPending: () => migrationState(databaseUrl),
      sampleSealed: () => sampleSealed(getPool()),
      ring: encryptionKeys,
    });
    memo.pllmReadiness = { at: now, answer };
  }
  return memo.pllmReadiness.answer;
}
