/** Starts the product as a user does, `npm start` on an empty home, and stops it when the suite is done. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { masterKey, originVariable, sessionSecret } from "./settings";

// The first start builds, and shares the machine with whatever else runs.
const readyWithinMs = 300_000;
const stopWithinMs = 30_000;

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Resolves when the server says that it is ready; rejects with all it said when it ends, or takes too long. */
function waitUntilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string) => reject(new Error(`${why}:\n${said}`));
    const timer = setTimeout(() => fail("the server was not ready in time"), readyWithinMs);
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (!/^ {2}ready /m.test(said)) return;
      clearTimeout(timer);
      resolve();
    };
    server.stdout?.on("data", listen);
    server.stderr?.on("data", listen);
    server.once("close", (code) => {
      clearTimeout(timer);
      fail(`the server ended with code ${code}`);
    });
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null) return;
  const exited = once(server, "exit");
  process.kill(-server.pid, "SIGTERM");
  const timer = setTimeout(() => process.kill(-(server.pid ?? 0), "SIGKILL"), stopWithinMs);
  await exited;
  clearTimeout(timer);
}

export default async function globalSetup(): Promise<() => Promise<void>> {
  const home = await mkdtemp(path.join(os.tmpdir(), "pllm-browser-"));
  const port = await findFreePort();
  const { DATABASE_URL: _database, NEXTAUTH_URL: _url, ...inherited } = process.env;
  const server = spawn("npm", ["start"], {
    env: {
      ...inherited,
      PORT: String(port),
      PLLM_HOME: home,
      PLLM_MASTER_KEY: masterKey,
      NEXTAUTH_SECRET: sessionSecret,
      PLLM_LOG_LEVEL: "error",
    },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, so that npm and what it started end together.
    detached: true,
  });
  const finish = async () => {
    await stop(server);
    await rm(home, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(server);
  } catch (error) {
    await finish();
    throw error;
  }
  process.env[originVariable] = `http://localhost:${port}`;
  return finish;
}
