import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeAll, expect, inject, test } from "vitest";
import { generateSecret, parseSecret } from "@/lib/auth/key-format";
import { ensureBuilt, type ServerProcess, spawnServer, startServerProcess } from "@/lib/testing/server-process";
import { isAlive } from "./postmaster";

const cleanups: (() => unknown)[] = [];

beforeAll(ensureBuilt, 180_000);

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function makeHome(): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), "pllm-run-"));
  chmodSync(directory, 0o755);
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return path.join(directory, "home");
}

async function start(...args: Parameters<typeof startServerProcess>): Promise<ServerProcess> {
  const server = await startServerProcess(...args);
  cleanups.push(() => server.stop());
  return server;
}

function postgresPid(home: string): number {
  return Number.parseInt(readFileSync(path.join(home, "postgres", "postmaster.pid"), "utf8"), 10);
}

function temporaryDirectories(): string[] {
  return readdirSync(os.tmpdir()).filter((name) => existsSync(path.join(os.tmpdir(), name, "next.sock")));
}

async function createDatabase(): Promise<string> {
  const server = inject("postgresUrl");
  const name = `run_${randomBytes(6).toString("hex")}`;
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: `${server}/postgres` });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`CREATE DATABASE ${name}`);
  cleanups.push(() => run(`DROP DATABASE ${name} WITH (FORCE)`));
  return `${server}/${name}`;
}

/** What an operator would set, with fresh secrets. */
function productionEnv(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    PLLM_MASTER_KEY: generateSecret("master"),
    NEXTAUTH_URL: "http://127.0.0.1:1",
    NEXTAUTH_SECRET: randomBytes(32).toString("base64"),
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
  };
}

test("a first start brings everything and shows the master key; later ones keep data and key; neither leaves anything", async () => {
  const home = makeHome();
  const sockets = temporaryDirectories();
  const first = await start({ PLLM_HOME: home });
  const key = /^ {2}master key +(\S+)$/m.exec(first.stdout())?.[1] ?? "";
  expect(parseSecret(key)).toEqual({ type: "master" });
  expect(first.stdout()).toMatch(/^ {2}simulator +on$/m);
  expect((await fetch(`${first.url}/sign-in`)).status).toBe(200);
  expect((await fetch(`${first.url}/api/v1/teams`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
  const pids = [postgresPid(home)];
  first.child.kill("SIGINT");
  expect(await first.exited).toBe(0);

  const startedAt = performance.now();
  const second = await start({ PLLM_HOME: home });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(second.stdout()).not.toContain(key);
  expect(second.stdout()).toMatch(/^ {2}migrations +nothing to do$/m);
  expect((await fetch(`${second.url}/api/v1/teams`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
  pids.push(postgresPid(home));
  second.child.kill("SIGTERM");
  expect(await second.exited).toBe(0);

  for (const pid of pids) expect(isAlive(pid)).toBe(false);
  expect(temporaryDirectories()).toEqual(sockets);
  expect(`${first.stderr()}${second.stderr()}${second.stdout()}`).not.toContain(key);
});

test("Ctrl-C in a terminal, which signals npm and server alike, is one orderly stop", async () => {
  const home = makeHome();
  const server = await start({ PLLM_HOME: home }, { command: ["npm", "start"], detached: true });
  const pid = postgresPid(home);
  process.kill(-(server.child.pid ?? 0), "SIGINT");
  await server.exited;
  expect(isAlive(pid)).toBe(false);
  expect(server.stderr()).not.toContain("without waiting");
});

test("SIGTERM to npm alone stops the server behind it", async () => {
  const home = makeHome();
  const server = await start({ PLLM_HOME: home }, { command: ["npm", "start"] });
  const pid = postgresPid(home);
  server.child.kill("SIGTERM");
  await server.exited;
  expect(isAlive(pid)).toBe(false);
  expect(await fetch(server.url).catch(() => "gone")).toBe("gone");
});

test("npm killed outright takes the server along", async () => {
  const home = makeHome();
  const server = await start({ PLLM_HOME: home }, { command: ["npm", "start"] });
  const pid = postgresPid(home);
  server.child.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
});

test("a signal during the start is obeyed as soon as nothing would be left behind", async () => {
  const home = makeHome();
  const server = spawnServer({ PLLM_HOME: home });
  await expect.poll(() => server.stdout(), { timeout: 20_000 }).toContain("database");
  const pid = postgresPid(home);
  server.child.kill("SIGINT");
  expect(await server.exited).toBe(0);
  expect(isAlive(pid)).toBe(false);
});

test("a killed server's successor starts on the same data", async () => {
  const home = makeHome();
  const first = await startServerProcess({ PLLM_HOME: home });
  first.child.kill("SIGKILL");
  await first.exited;
  const second = await start({ PLLM_HOME: home });
  expect((await fetch(`${second.url}/sign-in`)).status).toBe(200);
});

test("the development sign-in keeps its port over restarts, ends with the server, and is not there in production", async () => {
  const PLLM_HOME = makeHome();
  const portOf = () =>
    JSON.parse(readFileSync(path.join(PLLM_HOME, "development-sign-in", "state.json"), "utf8")).port as number;
  const read = async (port: number) =>
    (await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`)).json();
  const first = await start({ PLLM_HOME, NODE_ENV: "" });
  expect(first.stdout()).toMatch(/^ {2}sign-in +four example people/m);
  const port = portOf();
  expect(await read(port)).toMatchObject({ issuer: "http://development-sign-in.pllm.localhost" });
  await first.stop();
  await expect(read(port)).rejects.toThrow();
  const second = await start({ PLLM_HOME, NODE_ENV: "development" });
  expect(portOf()).toBe(port);
  await second.stop();
  const production = await start({ PLLM_HOME, NODE_ENV: "production" });
  expect(production.stdout()).not.toContain("example people");
  await expect(read(port)).rejects.toThrow();
  expect((await fetch(`${production.url}/api/auth/callback/dex?code=x&state=y`)).status).toBe(404);
});

test("with a database and secrets it uses those, shows no secret and starts no simulator", async () => {
  const env = productionEnv(await createDatabase());
  const home = makeHome();
  const server = await start({ ...env, PLLM_HOME: home, PORT: "0" });
  expect(server.stdout()).toMatch(/^ {2}simulator +off$/m);
  // Its public address is another.
  expect(server.stdout()).toMatch(/^ {2}listening +127\.0\.0\.1:\d+$/m);
  expect(existsSync(home)).toBe(false);
  await server.stop();
  for (const name of ["PLLM_MASTER_KEY", "NEXTAUTH_SECRET", "ENCRYPTION_KEYS", "DATABASE_URL"]) {
    expect(server.stdout() + server.stderr()).not.toContain(env[name]);
  }
});

test("two processes that start at once on an empty database both come up", async () => {
  const env = productionEnv(await createDatabase());
  const servers = await Promise.all([start(env), start(env)]);
  const applied = servers.filter((server) => /^ {2}migrations +applied/m.test(server.stdout()));
  expect(applied).toHaveLength(1);
});

/** Runs a start that is expected to fail: its exit code and its lines on standard error. */
async function failToStart(env: Record<string, string>): Promise<{ code: number | string; lines: string[] }> {
  const server = spawnServer(env);
  cleanups.push(() => server.stop());
  const code = await server.exited;
  return { code, lines: server.stderr().trim().split("\n") };
}

test("bad settings stop the start with one line each, none of which shows a secret", async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), "pllm-run-"));
  const config = path.join(directory, "config.yaml");
  writeFileSync(config, "budget: {alert_treshold: [50]}\n");
  const env = {
    ...productionEnv("postgres://nobody@127.0.0.1:1/none"),
    PLLM_CONFIG: config,
    PLLM_MASTER_KEY: "changeme",
    NEXTAUTH_SECRET: "your-super-secret-nextauth-secret-canary",
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString("base64")}`,
  };
  const { code, lines } = await failToStart(env);
  expect(code).toBe(78);
  expect(lines).toHaveLength(4);
  expect(lines.map((line) => line.split(" (")[0])).toEqual([
    "pLLM: config.yaml: budget.alert_treshold",
    "pLLM: PLLM_MASTER_KEY",
    "pLLM: ENCRYPTION_KEYS",
    "pLLM: NEXTAUTH_SECRET",
  ]);
  expect(lines.join()).not.toMatch(/changeme|canary|AAAA/);
});

test("a database that is newer than the code is refused in one line", async () => {
  const env = productionEnv(await createDatabase());
  await (await start(env)).stop();
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  await client.query(
    "UPDATE _prisma_migrations SET migration_name = '29990101000000_future' WHERE migration_name LIKE '%_init'",
  );
  await client.end();
  const { code, lines } = await failToStart(env);
  expect(code).toBe(1);
  expect(lines).toEqual([expect.stringMatching(/newer than this code: it holds 29990101000000_future/)]);
});

test("a port that is taken is one line, and starts nothing", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  cleanups.push(() => taken.close());
  const address = taken.address();
  const home = makeHome();
  const port = typeof address === "object" && address ? String(address.port) : "";
  const { code, lines } = await failToStart({ PLLM_HOME: home, PORT: port });
  expect(code).toBe(1);
  expect(lines).toEqual([`pLLM: 127.0.0.1:${port} is in use: stop what listens there, or set PORT`]);
  expect(existsSync(home)).toBe(false);
});

test.each([
  ["takes no directory", "/proc/pllm"],
  ["is a file", "/etc/hostname"],
  ["lies below a file", "/etc/hostname/home"],
])("a home that %s is one line that names it", async (_what, PLLM_HOME) => {
  const { code, lines } = await failToStart({ PLLM_HOME });
  expect(code).toBe(1);
  expect(lines).toEqual([expect.stringContaining(`PLLM_HOME (${PLLM_HOME}): cannot be written to (`)]);
});

test("a database that refuses the password is one line that does not hold it", async () => {
  const url = new URL(await createDatabase());
  url.password = "wrong-canary-password";
  const { code, lines } = await failToStart(productionEnv(url.href));
  expect(code).toBe(1);
  expect(lines).toEqual([expect.stringMatching(/cannot be used \(28P01: .*check DATABASE_URL/)]);
  expect(lines.join()).not.toContain("canary");
});
