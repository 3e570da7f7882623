/** What the benchmarks share: a database with default durability, a simulated provider, a caller with a five-level chain. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { startEmbeddedPostgres } from "@/lib/boot/embedded-postgres";
import { createClient } from "@/lib/db/client";
import type { PrismaClient } from "@/lib/db/generated/client";
import { migrate } from "@/lib/db/migrate";
import { startSimulatorThread } from "@/lib/simulator/thread";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeBudget, makeModel } from "@/lib/testing/gateway";
import type { Figures } from "./target";

export interface Bench {
  db: PrismaClient;
  databaseUrl: string;
  upstreamUrl: string;
  close(): Promise<void>;
}

/** Starts PostgreSQL as the product embeds it, migrated, and the simulator. Sets the environment that a gateway reads. */
export async function openBench(): Promise<Bench> {
  const home = await mkdtemp(path.join(os.tmpdir(), "pllm-bench-"));
  const database = await startEmbeddedPostgres(home);
  await migrate(database.url, path.resolve("prisma/migrations"));
  const simulator = await startSimulatorThread({});
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    NEXTAUTH_URL: "http://127.0.0.1:3000",
    NEXTAUTH_SECRET: "bench-only-session-secret-9fKq2vWm9XcRz4LpT",
    ENCRYPTION_KEYS: "bench:2vFJmQ8x0pYw7Zr1TnKc5LhBd3sGu6Ae9iXoVjRkMCE=",
    PLLM_MASTER_KEY: "bench-only-master-Zr8Qw3Lx6Vn1",
    PLLM_LOG_LEVEL: "error",
  });
  const db = createClient(database.url);
  return {
    db,
    databaseUrl: database.url,
    upstreamUrl: simulator.url,
    close: async () => {
      await db.$disconnect();
      await simulator.close();
      await database.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A user key under an organisation, two teams and a member, with a monthly hard budget on each of five levels. */
export async function makeBenchCaller(
  bench: Bench,
): Promise<{ secret: string; model: string; organisationId: string }> {
  const { db } = bench;
  const organisation = await makeTeam(db);
  const division = await makeTeam(db, { parent_id: organisation.id });
  const team = await makeTeam(db, { parent_id: division.id });
  const user = await makeUser(db);
  await makeMember(db, team, user);
  const { key, secret } = await makeKey(db, { user_id: user.id, team_id: team.id, rpm_limit: 1_000_000_000 });
  const scopes = [
    { type: "key", id: key.id },
    { type: "user", id: user.id },
    ...[team, division, organisation].map(({ id }) => ({ type: "team", id })),
  ];
  for (const scope of scopes) await makeBudget(db, scope, "1000000", { period: "monthly" });
  const { model } = await makeModel(db, bench.upstreamUrl, { name: "sim-small", maxOutputTokens: 1_000 });
  return { secret, model: model.name, organisationId: organisation.id };
}

export interface Target {
  port: number;
  figures(): Promise<Figures>;
  stop(): Promise<void>;
}

function ask<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as T));
    child.once("exit", (code) => reject(new Error(`the measured process ended with code ${code}`)));
  });
}

/** Keeps a process, and what it starts from then on, to one core where `taskset` exists; the first core is the measured process's. */
export function pin(pid: number, cores: string): boolean {
  try {
    execFileSync("taskset", ["-a", "-cp", cores, String(pid)], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Bundles the measured process as the product is bundled: run from its sources, each function would carry the loader's marks. */
async function bundleTarget(): Promise<string> {
  const outfile = path.resolve("dist", "bench", "target.js");
  await build({
    entryPoints: ["bench/target.ts"],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    tsconfig: "tsconfig.json",
    logLevel: "warning",
  });
  return outfile;
}

let bundle: Promise<string> | undefined;

/** One of the processes of bench/target.ts, on Node's own server. */
export async function startTarget(mode: "gateway" | "unchecked" | "forward", upstreamUrl: string): Promise<Target> {
  bundle ??= bundleTarget();
  const profile = process.env.PROFILE_DIR ? ["--cpu-prof", `--cpu-prof-dir=${process.env.PROFILE_DIR}`] : [];
  const child = spawn(process.execPath, [...profile, await bundle, mode, upstreamUrl], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const { port } = await ask<{ port: number }>(child);
  if (child.pid && os.availableParallelism() > 1) pin(child.pid, "0");
  return {
    port,
    figures: () => {
      child.send("figures");
      return ask<Figures>(child);
    },
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGINT");
      }),
  };
}

/** The product's pages and routes under plain `next start`, where the route handler is the gateway's door. Build first. */
export async function startNext(port: number): Promise<Pick<Target, "port" | "stop">> {
  const child = spawn(
    process.execPath,
    ["node_modules/next/dist/bin/next", "start", "-p", String(port), "-H", "127.0.0.1"],
    {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, NODE_ENV: "production", PLLM_PRIVATE_TARGETS: "127.0.0.0/8" },
    },
  );
  if (child.pid && os.availableParallelism() > 1) pin(child.pid, "0");
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGKILL");
      }),
  };
}

export function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
