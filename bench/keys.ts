/**
 * Authentication of a known and of a new key (our own work, in-process, on a real directory), and key creation as a whole HTTP call on
 * the built product. Run: npm run build && npx tsx bench/keys.ts
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { systemClock } from "@/lib/clock";
import { createPool } from "@/lib/db/pool";
import { Directory } from "@/lib/gateway/directory/directory";
import type { Exchange } from "@/lib/gateway/exchange";
import { findCaller } from "@/lib/gateway/pipeline/caller";
import { makeKey } from "@/lib/testing/factories";
import { testConfig } from "@/lib/testing/gateway";
import { makeBenchCaller, openBench } from "./setup";

function summarise(name: string, milliseconds: number[]) {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(3);
  return { what: name, n: sorted.length, "p50 ms": at(0.5), "p95 ms": at(0.95), "p99 ms": at(0.99) };
}

async function timeEach<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (const item of items) {
    const startedAt = performance.now();
    await work(item);
    times.push(performance.now() - startedAt);
  }
  return times;
}

function exchangeOf(secret: string): Exchange {
  return { headers: { authorization: `Bearer ${secret}` } } as unknown as Exchange;
}

const bench = await openBench();
const { secret } = await makeBenchCaller(bench);
const config = testConfig();
const pool = createPool(bench.databaseUrl);
const directory = await Directory.open({
  databaseUrl: bench.databaseUrl,
  pool,
  ring: config.encryptionKeys,
  clock: systemClock,
  config,
});
const known = exchangeOf(secret);
const find = (exchange: Exchange) => findCaller(exchange, directory, null, Date.now());
await timeEach(Array.from({ length: 2_000 }), () => find(known));
const fresh: Exchange[] = [];
for (let i = 0; i < 500; i++) fresh.push(exchangeOf((await makeKey(bench.db)).secret));
console.table([
  summarise("authenticate a known key", await timeEach(Array.from({ length: 20_000 }), () => find(known))),
  summarise("authenticate a new key", await timeEach(fresh, find)),
]);
await directory.close();
await pool.end();
await bench.close();

const home = await mkdtemp(path.join(os.tmpdir(), "pllm-bench-"));
const server = spawn(process.execPath, ["scripts/start.mjs"], {
  env: {
    NODE_ENV: "production",
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    PORT: "0",
    PLLM_HOME: path.join(home, "home"),
  },
  stdio: ["ignore", "pipe", "inherit"],
});
const url = await new Promise<string>((resolve) => {
  let said = "";
  server.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    const ready = /^ {2}ready +(\S+)/m.exec(said)?.[1];
    if (ready) resolve(ready);
  });
});
const master = JSON.parse(await readFile(path.join(home, "home", "secrets.json"), "utf8")).master_key;
const post = async (target: string, body: unknown) => {
  const answer = await fetch(`${url}/api/v1${target}`, {
    method: "POST",
    headers: { authorization: `Bearer ${master}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  return (await answer.json()) as { id: string };
};
const user = await post("/users", { email: "bench@example.com" });
const create = (name: unknown) => post("/keys", { type: "user", name: String(name), user_id: user.id });
const names = Array.from({ length: 300 }, (_, index) => `key ${index}`);
await timeEach(names.slice(0, 30), create);
const one = await timeEach(names, create);
const eight = (await Promise.all(Array.from({ length: 8 }, () => timeEach(names.slice(0, 50), create)))).flat();
console.table([summarise("create a key, one caller", one), summarise("create a key, eight callers at once", eight)]);
server.kill("SIGTERM");
await new Promise((resolve) => server.once("exit", resolve));
await rm(home, { recursive: true, force: true });
