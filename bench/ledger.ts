/**
 * Reserve and settle on one hot organisation: every call takes from five budgets (key, person, team, division, organisation), and all
 * calls share the upper four.
 *
 * Method: one process with one ledger, as a gateway has it (8 connections); PostgreSQL as the product embeds it, on the same
 * machine, with fsync. Open loop: calls start at a fixed rate whatever happens to the ones before, each settles 50 ms after
 * it was held; latency counts from the moment at which the call was due. Closed loop: so many callers, each reserves and
 * settles without a pause. Run: npx tsx bench/ledger.ts
 */
import { setTimeout as delay } from "node:timers/promises";
import { createPool } from "@/lib/db/pool";
import type { BudgetRef } from "@/lib/gateway/directory/types";
import type { PostgresLedger } from "@/lib/gateway/ledger/postgres";
import { newId } from "@/lib/ids";
import { type BudgetFields, holdOf, makeBudgetRef, makeDraft, makeOutcome, openLedger } from "@/lib/testing/ledger";
import { openBench } from "./setup";

const seconds = Number(process.env.SECONDS ?? 15);
const keys = 200;

interface Caller {
  keyId: string;
  userId: string;
  teamPath: string[];
  budgets: BudgetRef[];
}

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1);
}

/** `cpuMs`: what this process worked meanwhile, the calls' other half included; it depends less on how busy the machine is. */
function summarise(name: string, latencies: number[], elapsedMs: number, cpuMs: number) {
  latencies.sort((a, b) => a - b);
  return {
    what: name,
    calls: latencies.length,
    "calls/s": Math.round((latencies.length * 1_000) / elapsedMs),
    "p50 ms": percentile(latencies, 0.5),
    "p95 ms": percentile(latencies, 0.95),
    "p99 ms": percentile(latencies, 0.99),
    "max ms": percentile(latencies, 1),
    "own µs/call": Math.round((cpuMs * 1_000) / latencies.length),
  };
}

function startWatch(): () => [elapsedMs: number, cpuMs: number] {
  const [startedMs, startedCpu] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(startedCpu);
    return [performance.now() - startedMs, (user + system) / 1_000];
  };
}

const bench = await openBench();
const pool = createPool(bench.databaseUrl, { max: 8 });

async function makeCallers(): Promise<Caller[]> {
  const large = 1_000_000_000_000_000n;
  const [organisation, division, team] = [newId("team"), newId("team"), newId("team")];
  const teamPath = [organisation, division, team];
  const userId = newId("user");
  const monthly: BudgetFields = { period: "monthly", thresholds: [50, 75, 90, 100] };
  const shared: BudgetRef[] = [await makeBudgetRef(bench.db, { type: "user", id: userId }, large, monthly)];
  for (const id of [team, division, organisation])
    shared.push(await makeBudgetRef(bench.db, { type: "team", id }, large, monthly));
  return Promise.all(
    Array.from({ length: keys }, async () => {
      const keyId = newId("key");
      const own = await makeBudgetRef(bench.db, { type: "key", id: keyId }, large, monthly);
      return { keyId, userId, teamPath, budgets: [own, ...shared] };
    }),
  );
}

const callers = await makeCallers();
const pick = () => callers[Math.floor(Math.random() * callers.length)] as Caller;

async function reserve(ledger: PostgresLedger) {
  const { keyId, userId, teamPath, budgets } = pick();
  const draft = makeDraft({ estimate_nano: 10_000_000n, key_id: keyId, user_id: userId, team_path: teamPath });
  return holdOf(await ledger.reserve({ draft, budgets }));
}

async function runOpenLoop(ledger: PostgresLedger, rate: number, forSeconds: number) {
  const reserved: number[] = [];
  const settled: number[] = [];
  const running: Promise<void>[] = [];
  const call = async (dueMs: number) => {
    const hold = await reserve(ledger);
    reserved.push(performance.now() - dueMs);
    await delay(50);
    const endedMs = performance.now();
    await ledger.settle(hold, makeOutcome(hold, 4_000_000n));
    settled.push(performance.now() - endedMs);
  };
  const [startedMs, stop] = [performance.now(), startWatch()];
  for (let index = 0; index < rate * forSeconds; index++) {
    const dueMs = startedMs + (index * 1_000) / rate;
    if (dueMs > performance.now()) await delay(dueMs - performance.now());
    running.push(call(dueMs));
  }
  await Promise.all(running);
  const spent = stop();
  return [summarise(`reserve at ${rate}/s`, reserved, ...spent), summarise(`settle at ${rate}/s`, settled, ...spent)];
}

async function runClosedLoop(ledger: PostgresLedger, workers: number, forSeconds: number) {
  const reserved: number[] = [];
  const [startedMs, stop] = [performance.now(), startWatch()];
  const work = async () => {
    while (performance.now() < startedMs + forSeconds * 1_000) {
      const beganMs = performance.now();
      const hold = await reserve(ledger);
      reserved.push(performance.now() - beganMs);
      await ledger.settle(hold, makeOutcome(hold, 4_000_000n));
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return summarise(`reserve + settle, ${workers} callers`, reserved, ...stop());
}

const ledger = await openLedger(pool);
await runOpenLoop(ledger, 100, 3);
const rows = [
  ...(await runOpenLoop(ledger, 200, seconds)),
  await runClosedLoop(ledger, 1, seconds / 3),
  await runClosedLoop(ledger, 64, seconds / 3),
  await runClosedLoop(ledger, 512, seconds / 3),
];
console.table(rows);
await ledger.close();
await pool.end();
await bench.close();
