/**
 * A gateway as a process of its own, for tests that kill and stop it or need two. Run as a program, this file is that process: it
 * starts a gateway on `DATABASE_URL` and tells its URL over the channel to its parent. Tests and benchmarks only.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startGateway } from "./gateway";

type FromChild = { type: "ready"; url: string } | { type: "refreshed" };
type ToChild = { type: "refresh" };

export interface GatewayProcess {
  /** `http://127.0.0.1:PORT/v1` */
  readonly url: string;
  readonly pid: number;
  /** What it wrote to standard error: its log, and the reason where it fell over. */
  stderr(): string;
  /** Resolves when everything that is committed by now is known to its directory. */
  refresh(): Promise<void>;
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** Resolves when it is gone, with its exit code or the signal that ended it. */
  readonly exited: Promise<number | string>;
  /** Lets calls in flight end. */
  stop(): Promise<void>;
}

export interface GatewayProcessOptions {
  databaseUrl?: string;
  leaseMs?: number;
}

function waitFor<Type extends FromChild["type"]>(child: ChildProcess, type: Type) {
  return new Promise<Extract<FromChild, { type: Type }>>((resolve) => {
    const listen = (message: FromChild) => {
      if (message.type !== type) return;
      child.off("message", listen);
      resolve(message as Extract<FromChild, { type: Type }>);
    };
    child.on("message", listen);
  });
}

/** Starts a gateway with the environment of this process. Rejects with what the child wrote where it does not come up. */
export async function startGatewayProcess(options: GatewayProcessOptions = {}): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", fileURLToPath(import.meta.url)], {
    env: {
      ...process.env,
      ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
      TEST_LEASE_MS: String(options.leaseMs ?? 10_000),
      PLLM_LOG_LEVEL: "error",
      NODE_OPTIONS: "",
    },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const exited = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
  const ready = await Promise.race([waitFor(child, "ready"), exited]);
  if (typeof ready !== "object") throw new Error(`the gateway ended with ${ready}: ${stderr}`);
  return {
    url: ready.url,
    pid: child.pid ?? 0,
    exited,
    stderr: () => stderr,
    signal: (signal) => void child.kill(signal),
    refresh: async () => {
      const answer = waitFor(child, "refreshed");
      child.send({ type: "refresh" } satisfies ToChild);
      await answer;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

async function serve(): Promise<void> {
  const running = await startGateway({ leaseMs: Number(process.env.TEST_LEASE_MS) });
  const tell = (message: FromChild) => process.send?.(message);
  process.on("message", (message: ToChild) => {
    if (message.type === "refresh") void running.gateway.refresh().then(() => tell({ type: "refreshed" }));
  });
  // Also the end of a parent that was killed: nothing stays behind.
  process.on("disconnect", () => void running.close().finally(() => process.exit(0)));
  tell({ type: "ready", url: running.url });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve();
