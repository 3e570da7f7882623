import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { type EmbeddedDatabase, findFreePort, startEmbeddedPostgres } from "./embedded-postgres";
import { HomeInUseError, isAlive } from "./postmaster";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function makeHome(mode = 0o755): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), "pllm-embedded-"));
  chmodSync(directory, mode);
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return path.join(directory, "home");
}

async function start(home: string): Promise<EmbeddedDatabase> {
  const server = await startEmbeddedPostgres(home);
  cleanups.push(() => server.stop());
  return server;
}

/** Another process that runs the embedded server on `home`, as a second pLLM would. */
async function startElsewhere(home: string): Promise<{ child: ChildProcess; pid: number }> {
  const file = path.join(import.meta.dirname, "embedded-postgres.ts");
  const code = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(file)});
    const server = await startEmbeddedPostgres(${JSON.stringify(home)});
    process.on("SIGTERM", () => process.exit(0));
    setInterval(() => {}, 1e6);
    console.log(server.pid);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  cleanups.push(() => child.kill("SIGTERM"));
  const line = await Promise.race([once(child.stdout, "data"), once(child, "close").then(() => null)]);
  if (line === null) throw new Error(errors);
  const pid = Number(String(line[0]));
  // Undone in reverse order: what the test did not end is told to by its owner, or directly where that was killed.
  cleanups.push(async () => {
    if (!child.kill("SIGTERM") && isAlive(pid)) process.kill(pid, "SIGINT");
    await untilDead(pid);
  });
  return { child, pid };
}

async function query<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

async function untilDead(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
}

test("keeps data, port and password from one start to the next, and leaves no process", async () => {
  const home = makeHome();
  const first = await start(home);
  await query(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await start(home);
  expect(second.url).toBe(first.url);
  expect(await query(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("listens on 127.0.0.1 only, asks for the password, and keeps that for the owner", async () => {
  const home = makeHome();
  const server = await start(home);
  expect(await query(server.url, "SHOW listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
  const guessed = new URL(server.url);
  guessed.password = "guessed";
  await expect(query(guessed.href, "SELECT 1")).rejects.toThrow(/password authentication failed/);
  expect(statSync(path.join(home, "postgres", "pllm.json")).mode & 0o777).toBe(0o600);
});

test("takes another port, and keeps that, where the one it had is taken meanwhile", async () => {
  const home = makeHome();
  const first = await start(home);
  await first.stop();
  const thief = createServer().listen(Number(new URL(first.url).port), "127.0.0.1");
  await once(thief, "listening");
  const second = await start(home);
  expect(second.url).not.toBe(first.url);
  await second.stop();
  thief.close();
  const third = await start(home);
  expect(third.url).toBe(second.url);
});

test("refuses a home on which a living pLLM runs, and leaves that one alone", async () => {
  const home = makeHome();
  const other = await startElsewhere(home);
  await expect(startEmbeddedPostgres(home)).rejects.toThrow(HomeInUseError);
  await expect(startEmbeddedPostgres(home)).rejects.toThrow(`process ${other.child.pid}`);
  expect(isAlive(other.pid)).toBe(true);
});

test("takes over from a pLLM that was killed, whose server still runs", async () => {
  const home = makeHome();
  const other = await startElsewhere(home);
  other.child.kill("SIGKILL");
  await once(other.child, "exit");
  expect(isAlive(other.pid)).toBe(true);
  const server = await start(home);
  expect(isAlive(other.pid)).toBe(false);
  expect(server.pid).not.toBe(other.pid);
  expect(await query(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("takes over where owner and server were killed together, as by a power cut", async () => {
  const home = makeHome();
  const other = await startElsewhere(home);
  other.child.kill("SIGKILL");
  process.kill(other.pid, "SIGKILL");
  await untilDead(other.pid);
  const server = await start(home);
  expect(await query(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("starts over a lock file whose process id now belongs to another program", async () => {
  const home = makeHome();
  const first = await start(home);
  await first.stop();
  const stranger = spawn("sleep", ["600"]);
  cleanups.push(() => stranger.kill());
  const lockFile = path.join(home, "postgres", "postmaster.pid");
  writeFileSync(lockFile, `${stranger.pid}\n${path.join(home, "postgres")}\n1\n1\n\n127.0.0.1\n`, { mode: 0o644 });
  const second = await start(home);
  expect(isAlive(stranger.pid ?? 0)).toBe(true);
  expect(readFileSync(lockFile, "utf8").split("\n")[0]).toBe(String(second.pid));
});

test("a process that exits without stopping it takes the server along", async () => {
  const home = makeHome();
  const other = await startElsewhere(home);
  other.child.kill("SIGTERM");
  await untilDead(other.pid);
});

test("a server that dies comes back at the same address, one that dies at once does not", async () => {
  const server = await start(makeHome());
  const { pid, url } = server;
  // Older than the two seconds within which a death counts as a failed start.
  await delay(2_100);
  process.kill(pid, "SIGKILL");
  await expect.poll(() => server.pid !== pid && isAlive(server.pid), { timeout: 20_000 }).toBe(true);
  await expect.poll(() => query(url, "SELECT 1 AS one").catch(() => null), { timeout: 20_000 }).toEqual([{ one: 1 }]);
  process.kill(server.pid, "SIGKILL");
  await expect(server.failed).resolves.toContain("SIGKILL");
});

test("two first starts at once: one comes up, the other is told that the home is in use", async () => {
  const home = makeHome();
  const outcomes = await Promise.allSettled([start(home), startElsewhere(home)]);
  const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [String(outcome.reason)] : []));
  expect(refused).toHaveLength(1);
  expect(refused[0]).toContain("HomeInUseError");
});

test.runIf(process.getuid?.() === 0)("runs below a directory that only root may enter", async () => {
  const home = makeHome(0o700);
  mkdirSync(home);
  const server = await start(home);
  expect(await query(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a wanted port that is free is given, another one where it is not", async () => {
  const wanted = await findFreePort();
  expect(await findFreePort(wanted)).toBe(wanted);
  const taken = createServer().listen(wanted, "127.0.0.1");
  await once(taken, "listening");
  expect(await findFreePort(wanted)).not.toBe(wanted);
  taken.close();
});
