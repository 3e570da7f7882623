/**
 * The gateway with everything on, against the same pipeline without key, limits, budgets and booking, against the same server and
 * relay code forwarding without reading the body, and against the Next route-handler door.
 * Run: npm run build && npx tsx bench/gateway.ts (`ROUNDS=1 DOORS=off` for a first look, `CONNECTIONS=256` for more at once)
 *
 * Method: one machine, loopback. The measured process is kept to core 0, load generator and simulator to the rest (taskset); PostgreSQL
 * runs where the system puts it, core 0 included. 64 connections or as said, closed loop, the targets in turns A B C A B C …; what counts is the median of the rounds' ratios. "Per CPU
 * second" divides by the measured process's own CPU time, and so does not depend on how busy the other cores are. Then latency at
 * fixed rates (open loop, counted from when a call was due), and memory after 100,000 calls. Five-level chain, a budget on every level.
 */
import { findFreePort } from "@/lib/boot/embedded-postgres";
import { type LoadResult, postBytes, runLoad } from "./load";
import { makeBenchCaller, median, openBench, pin, startNext, startTarget, type Target } from "./setup";

const rounds = Number(process.env.ROUNDS ?? 5);
const secondsPerRound = Number(process.env.SECONDS ?? 5);
const connections = Number(process.env.CONNECTIONS ?? 64);

type Measured = LoadResult & { perCpuSecond: number; rssMb: number };

async function measure(target: Target, request: Buffer): Promise<Measured> {
  const before = await target.figures();
  const load = await runLoad({ port: target.port, connections, request, durationMs: secondsPerRound * 1_000 });
  const after = await target.figures();
  return { ...load, perCpuSecond: load.calls / ((after.cpuUs - before.cpuUs) / 1e6), rssMb: after.rssMb };
}

const bench = await openBench();
const { secret, model } = await makeBenchCaller(bench);
pin(process.pid, "1-63");
const gateway = await startTarget("gateway", bench.upstreamUrl);
const atRest = await gateway.figures();
const unchecked = await startTarget("unchecked", bench.upstreamUrl);
const forward = await startTarget("forward", bench.upstreamUrl);
const body = { model, messages: [{ role: "user", content: "Say something short about ledgers." }], max_tokens: 32 };
const request = postBytes("/v1/chat/completions", secret, body);

const targets = { gateway, unchecked, forward };
type Name = keyof typeof targets;
const names = Object.keys(targets) as Name[];
const results: Record<Name, Measured>[] = [];
for (let round = -1; round < rounds; round++) {
  const measured = {} as Record<Name, Measured>;
  for (const name of names) measured[name] = await measure(targets[name], request);
  // The first one warms up.
  if (round >= 0) results.push(measured);
}
console.table(
  results.flatMap((round) =>
    names.map((name) => ({
      target: name,
      "calls/s": Math.round(round[name].callsPerSecond),
      "calls/CPU s": Math.round(round[name].perCpuSecond),
      "µs CPU/call": Math.round(1e6 / round[name].perCpuSecond),
      "p50 ms": round[name].p50.toFixed(1),
      "p99 ms": round[name].p99.toFixed(1),
      failures: round[name].failures,
    })),
  ),
);
for (const name of ["unchecked", "forward"] as const) {
  const byTime = median(results.map((round) => round.gateway.callsPerSecond / round[name].callsPerSecond));
  const byCpu = median(results.map((round) => round.gateway.perCpuSecond / round[name].perCpuSecond));
  console.log(`gateway / ${name}, median of rounds: ${byTime.toFixed(2)} by time, ${byCpu.toFixed(2)} by CPU`);
}
await unchecked.stop();

const latencies = [];
for (const rate of [50, 200, 800]) {
  const plain = await runLoad({ port: forward.port, connections, request, durationMs: 5_000, rate });
  const checked = await runLoad({ port: gateway.port, connections, request, durationMs: 5_000, rate });
  latencies.push({
    "calls/s": rate,
    "forward p50 ms": plain.p50.toFixed(2),
    "gateway p50": checked.p50.toFixed(2),
    "added p50": (checked.p50 - plain.p50).toFixed(2),
    "forward p99": plain.p99.toFixed(2),
    "gateway p99": checked.p99.toFixed(2),
    "added p99": (checked.p99 - plain.p99).toFixed(2),
    failures: checked.failures,
  });
}
console.table(latencies);

let calls = results.reduce((sum, round) => sum + round.gateway.calls, 0);
while (calls < 100_000) calls += (await runLoad({ port: gateway.port, connections, request, durationMs: 5_000 })).calls;
console.log(
  `memory of the gateway process: ${atRest.rssMb} MB at rest, ${(await gateway.figures()).rssMb} MB after ${calls} calls`,
);

await forward.stop();
if (process.env.DOORS !== "off") {
  const next = await startNext(await findFreePort());
  await runLoad({ port: next.port, connections, request, durationMs: 3_000 });
  const doors: { a: LoadResult; b: LoadResult }[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    doors.push({
      a: await measure(gateway, request),
      b: await runLoad({ port: next.port, connections, request, durationMs: secondsPerRound * 1_000 }),
    });
  }
  console.log(
    "gateway thread / Next route handler:",
    doors.map(({ a, b }) => `${Math.round(a.callsPerSecond)} / ${Math.round(b.callsPerSecond)}`).join(", "),
    "median ratio",
    median(doors.map(({ a, b }) => a.callsPerSecond / b.callsPerSecond)).toFixed(1),
  );
  await next.stop();
}
await gateway.stop();
await bench.close();
