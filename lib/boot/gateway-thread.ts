/** The main thread's side of the gateway's thread: start, drain, and noticing that it died. Called by lib/boot/run. */
import type { Worker } from "node:worker_threads";
import type { FromGateway, GatewayThreadData, ToGateway } from "@/lib/gateway/thread-protocol";
import { startThread } from "./thread";

const entry = { name: "gateway", bundle: "gateway-worker.js", source: "lib/gateway/worker.ts" };
/** What the thread needs beyond the time that it gives its calls: settling them, writing what it counted. */
const drainGraceMs = 10_000;

export interface GatewayThread {
  readonly port: number;
  /** Resolves when the thread ends without having been told to. */
  readonly failed: Promise<Error>;
  /** Lets the calls in flight end, at most `timeoutMs` and a grace, then ends the thread. */
  drain(timeoutMs: number): Promise<void>;
}

function waitFor<Type extends FromGateway["type"]>(
  worker: Worker,
  type: Type,
): Promise<Extract<FromGateway, { type: Type }>> {
  return new Promise((resolve) => {
    const listen = (message: FromGateway) => {
      if (message.type !== type) return;
      worker.off("message", listen);
      resolve(message as Extract<FromGateway, { type: Type }>);
    };
    worker.on("message", listen);
  });
}

function waitForFailure(worker: Worker): Promise<Error> {
  return new Promise((resolve) => {
    worker.once("error", (error) => resolve(error instanceof Error ? error : new Error(String(error))));
    worker.once("exit", (code) => resolve(new Error(`the gateway's thread ended with code ${code}`)));
  });
}

/** Starts the thread and waits until it listens. Rejects with the thread's own error where it cannot, e.g. EADDRINUSE. */
export async function startGatewayThread(dir: string, data: GatewayThreadData): Promise<GatewayThread> {
  const worker = startThread(entry, dir, data);
  const ended = waitForFailure(worker);
  let isStopping = false;
  const started = await Promise.race([waitFor(worker, "listening"), ended]);
  if (started instanceof Error) throw started;
  return {
    port: started.port,
    failed: new Promise((resolve) => {
      void ended.then((error) => {
        if (!isStopping) resolve(error);
      });
    }),
    async drain(timeoutMs) {
      isStopping = true;
      const drained = waitFor(worker, "drained");
      const message: ToGateway = { type: "drain" };
      worker.postMessage(message);
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise((resolve) => {
        timer = setTimeout(resolve, timeoutMs + drainGraceMs);
      });
      await Promise.race([drained, ended, tooLong]);
      clearTimeout(timer);
      await worker.terminate();
    },
  };
}
