/**
 * Gateway with everything on, against the same server, undici and relay code forwarding without any check.
 *
 * Method: one machine, loopback. The measured process has core 0 to itself (taskset); load generator, simulator and PostgreSQL share the
 * rest. 64 connections, closed loop, the two targets in turns A B A B …; the figure is the median of the rounds' ratios.
 * "per CPU second" divides by the measured process's own CPU time and so does not depend on how busy the other cores are.
 * Then latency added at fixed rates (open loop). Run: npx tsx bench/gateway.ts
 */

import { postBytes, runLoad } from "./load";
import { makeBenchCaller, openBench, pin, startTarget, type Target } from "./setup";

const rounds = Number(process.env.ROUNDS ?? 5);
const secondsPerRound = Number(process.env.SECONDS ?? 5);
const connections = 64;

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function measure(target: Target, request: Buffer) {
  const before = await target.figures();
  const load = await runLoad({ port: target.port, connections, request, durationMs: secondsPerRound * 1_000 });
  const after = await target.figures();
  return { ...load, perCpuSecond: load.calls / ((after.cpuUs - before.cpuUs) / 1e6), rssMb: after.rssMb };
}

const bench = await openBench();
const { secret, model } = await makeBenchCaller(bench);
pin(process.pid, "1-63");
const gateway = await startTarget("gateway", bench.upstreamUrl);
const forward = await startTarget("forward", bench.upstreamUrl);
const body = { model, messages: [{ role: "user", content: "Say something short about ledgers." }], max_tokens: 32 };
const request = postBytes("/v1/chat/completions", secret, body);

for (const target of [gateway, forward]) await runLoad({ port: target.port, connections, request, durationMs: 2_000 });
const results: { gateway: Awaited<ReturnType<typeof measure>>; forward: Awaited<ReturnType<typeof measure>> }[] = [];
for (let round = 0; round < rounds; round++)
  results.push({ gateway: await measure(gateway, request), forward: await measure(forward, request) });
console.table(
  results.map(({ gateway: a, forward: b }) => ({
    "gateway calls/s": Math.round(a.callsPerSecond),
    "forward calls/s": Math.round(b.callsPerSecond),
    ratio: (a.callsPerSecond / b.callsPerSecond).toFixed(2),
    "gateway calls/CPU s": Math.round(a.perCpuSecond),
    "forward calls/CPU s": Math.round(b.perCpuSecond),
    "ratio (CPU)": (a.perCpuSecond / b.perCpuSecond).toFixed(2),
    "gateway p50 ms": a.p50.toFixed(1),
    "p99 ms": a.p99.toFixed(1),
    failures: a.failures + b.failures,
    "rss MB": a.rssMb,
  })),
);
console.log(
  "median ratio",
  median(results.map(({ gateway: a, forward: b }) => a.callsPerSecond / b.callsPerSecond)).toFixed(2),
  "median ratio per CPU second",
  median(results.map(({ gateway: a, forward: b }) => a.perCpuSecond / b.perCpuSecond)).toFixed(2),
);

const latencies = [];
for (const rate of [50, 200, 800]) {
  const direct = await runLoad({ port: forward.port, connections, request, durationMs: 5_000, rate });
  const checked = await runLoad({ port: gateway.port, connections, request, durationMs: 5_000, rate });
  latencies.push({
    "calls/s": rate,
    "forward p50 ms": direct.p50.toFixed(2),
    "gateway p50 ms": checked.p50.toFixed(2),
    "added p50": (checked.p50 - direct.p50).toFixed(2),
    "forward p99": direct.p99.toFixed(2),
    "gateway p99": checked.p99.toFixed(2),
    "added p99": (checked.p99 - direct.p99).toFixed(2),
    failures: checked.failures,
  });
}
console.table(latencies);
await gateway.stop();
await forward.stop();
await bench.close();
