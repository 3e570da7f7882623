/** The main thread's side of the gateway's thread: start, drain, and noticing that it died. Called by lib/boot/run. */
import { Worker } from "node:worker_threads";
import type { MetricObject } from "prom-client";
import type { FromGateway, GatewayThreadData, ToGateway } from "@/lib/gateway/thread-protocol";

/** What the thread needs beyond the time that it gives its calls: settling them, writing what it counted. */
const drainGraceMs = 10_000;

export interface GatewayThread {
  readonly port: number;
  /** Resolves when the thread ends without having been told to. */
  readonly failed: Promise<Error>;
  /** What the thread has counted; rejects where it does not answer. */
  readFigures(): Promise<MetricObject[]>;
  /** Lets the calls in flight end, at most `timeoutMs` and a grace, then ends the thread. */
  drain(timeoutMs: number): Promise<void>;
}

/** In the gateway's room in the source tree; beside the bundle, under the name that the build gives it, in a built one. */
function findEntry(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "../gateway/worker-source.mjs" : "./gateway-worker.js", import.meta.url);
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
export async function startGatewayThread(data: GatewayThreadData): Promise<GatewayThread> {
  // The parent's own flags (a loader, a debugger's port) are not for the thread.
  const worker = new Worker(findEntry(), { workerData: data, name: "gateway", execArgv: [] });
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
    async readFigures() {
      const answer = waitFor(worker, "figures");
      const message: ToGateway = { type: "figures" };
      worker.postMessage(message);
      const told = await Promise.race([answer, ended]);
      if (told instanceof Error) throw told;
      return told.figures;
    },
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
