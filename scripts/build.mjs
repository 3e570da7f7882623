/**
 * `npm run build`: Prisma's client, the script of the API reference, Next, and the bundles of the server, its threads and the
 * command line under dist/. Needs no network. `--if-stale` does nothing where nothing changed since the last build, `--prepare`
 * only makes what development needs too: the client and that script.
 */
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "esbuild";
import { hashInputs, isBuilt, readStamp, stampFile } from "./build-inputs.mjs";

const entries = {
  server: "server.ts",
  "gateway-worker": "lib/gateway/worker.ts",
  "simulator-worker": "lib/simulator/worker.ts",
  simulator: "lib/simulator/main.ts",
  cli: "cli/main.ts",
};
const lockFile = path.join("dist", "build.lock");
const lockPollMs = 200;

let running;

function run(name, args) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
    running = spawn(process.execPath, [path.join("node_modules", name, ...args.shift().split("/")), ...args], {
      env,
      stdio: ["ignore", "inherit", "inherit"],
    });
    running.on("error", reject);
    running.on("close", (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${name} failed (${signal ?? `code ${code}`})`)),
    );
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Builds take turns, so that two starts of one checkout do not write over each other. */
async function takeLock() {
  mkdirSync("dist", { recursive: true });
  for (;;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    let owner = 0;
    try {
      owner = Number(readFileSync(lockFile, "utf8"));
    } catch {
      // Given back in between.
    }
    if (owner > 0 && !isAlive(owner)) rmSync(lockFile, { force: true });
    else await delay(lockPollMs);
  }
}

async function generateClient(schema, last) {
  if (last?.schema === schema && existsSync("lib/db/generated/client.ts")) return;
  await run("prisma", ["build/index.js", "generate", "--no-hints"]);
}

function copyReferenceScript() {
  const script = new URL("browser/standalone.js", import.meta.resolve("@scalar/api-reference"));
  mkdirSync("public", { recursive: true });
  copyFileSync(script, path.join("public", "scalar.js"));
}

async function bundle() {
  await build({
    entryPoints: Object.fromEntries(Object.entries(entries).filter(([, source]) => existsSync(source))),
    outdir: "dist",
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    sourcemap: true,
    tsconfig: "tsconfig.json",
    logLevel: "warning",
  });
}

async function prepare() {
  await generateClient(hashInputs().schema, readStamp());
  copyReferenceScript();
}

async function buildAll() {
  const { schema, inputs } = hashInputs();
  await prepare();
  rmSync(stampFile, { force: true });
  await bundle();
  await run("next", ["dist/bin/next", "build"]);
  writeFileSync(stampFile, `${JSON.stringify({ inputs, schema })}\n`);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    running?.kill(signal);
    rmSync(lockFile, { force: true });
    process.exit(1);
  });
}

await takeLock();
try {
  if (process.argv.includes("--prepare")) await prepare();
  else if (!process.argv.includes("--if-stale") || !isBuilt()) await buildAll();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(lockFile, { force: true });
}
