/**
 * The gateway with everything on, against the same server, undici and relay code forwarding without any check, and against the Next
 * route-handler door. Needs a build (`npm run build`). Run: npx tsx bench/gateway.ts
 *
 * Method: one machine, loopback. The measured process has core 0 to itself (taskset); load generator, simulator and PostgreSQL share the
 * rest. 64 connections, closed loop, the targets in turns A B A B …; what counts is the median of the rounds' ratios. "Per CPU second"
 * divides by the measured process's own CPU time, and so does not depend on how busy the other cores are. Then latency at fixed rates
 * (open loop, counted from when a call was due), and memory after 100,000 calls. Five-level chain, a budget on every level.
 */
import { findFreePort } from "@/lib/boot/embedded-postgres";
import { type LoadResult, postBytes, runLoad } from "./load";
import { makeBenchCaller, median, openBench, pin, startNext, startTarget, type Target } from "./setup";

const rounds = Number(process.env.ROUNDS ?? 5);
const secondsPerRound = Number(process.env.SECONDS ?? 5);
const connections = 64;

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
const forward = await startTarget("forward", bench.upstreamUrl);
const body = { model, messages: [{ role: "user", content: "Say something short about ledgers." }], max_tokens: 32 };
const request = postBytes("/v1/chat/completions", secret, body);

for (const target of [gateway, forward]) await runLoad({ port: target.port, connections, request, durationMs: 3_000 });
const results: { a: Measured; b: Measured }[] = [];
for (let round = 0; round < rounds; round++)
  results.push({ a: await measure(gateway, request), b: await measure(forward, request) });
console.table(
  results.map(({ a, b }) => ({
    "gateway/s": Math.round(a.callsPerSecond),
    "forward/s": Math.round(b.callsPerSecond),
    ratio: (a.callsPerSecond / b.callsPerSecond).toFixed(2),
    "gateway/CPU s": Math.round(a.perCpuSecond),
    "forward/CPU s": Math.round(b.perCpuSecond),
    "ratio (CPU)": (a.perCpuSecond / b.perCpuSecond).toFixed(2),
    "gateway p50 ms": a.p50.toFixed(1),
    "p99 ms": a.p99.toFixed(1),
    failures: a.failures + b.failures,
  })),
);
console.log(
  "gateway / forward, median of rounds:",
  median(results.map(({ a, b }) => a.callsPerSecond / b.callsPerSecond)).toFixed(2),
  "by time,",
  median(results.map(({ a, b }) => a.perCpuSecond / b.perCpuSecond)).toFixed(2),
  "by CPU",
);

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

let calls = results.reduce((sum, { a }) => sum + a.calls, 0);
while (calls < 100_000) calls += (await runLoad({ port: gateway.port, connections, request, durationMs: 5_000 })).calls;
console.log(
  `memory of the gateway process: ${atRest.rssMb} MB at rest, ${(await gateway.figures()).rssMb} MB after ${calls} calls`,
);

await forward.stop();
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
await gateway.stop();
await bench.close();
