/** The server that the demo and the screenshots talk to: one that runs already (PLLM_URL and PLLM_MASTER_KEY), or one of their own. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface DemoServer {
  url: string;
  masterKey: string;
  stop(): Promise<void>;
}

const startWithinMs = 300_000;

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no free port")),
      );
    });
  });
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`).catch(() => null);
  return answer?.status === 200;
}

// Whatever server the environment describes, this one is another, with a database and a key of its own.
const ownEnvironment = {
  DATABASE_URL: "",
  DATABASE_URL_FILE: "",
  PLLM_MASTER_KEY: "",
  PLLM_MASTER_KEY_FILE: "",
  PLLM_LOG_LEVEL: "error",
};

/** Starts the product on this home, which goes when it stops. */
export async function startServer(home: string): Promise<DemoServer> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ["scripts/start.mjs"], {
    env: { ...process.env, ...ownEnvironment, PORT: String(port), PLLM_HOME: home },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGINT");
    await ended;
    await rm(home, { recursive: true, force: true });
  };
  const deadline = Date.now() + startWithinMs;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error("the server did not start; try `npm start` to see why");
    }
    await delay(200);
  }
  const secrets = JSON.parse(await readFile(path.join(home, "secrets.json"), "utf8")) as Record<string, string>;
  return { url, masterKey: secrets.master_key ?? "", stop };
}

export async function findServer(): Promise<DemoServer> {
  const { PLLM_URL: url, PLLM_MASTER_KEY: masterKey } = process.env;
  if (url && masterKey) return { url: url.replace(/\/$/, ""), masterKey, stop: async () => undefined };
  return startServer(await mkdtemp(path.join(os.tmpdir(), "pllm-demo-")));
}
