/** Runs the simulator in a thread of its own, so that the load on it is not load on the caller's event loop. */
import { Worker } from "node:worker_threads";
import { log } from "../log";
import type { Simulator, SimulatorOptions } from "./server";
import type { SimulatorReady } from "./worker";

/** What a thread can be given: a clock cannot cross into it. */
export type SimulatorThreadOptions = Omit<SimulatorOptions, "clock">;

/** Beside this file in the source tree; beside the bundle, under the name that the build gives it, in a built one. */
function findEntry(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "./worker-source.mjs" : "./simulator-worker.js", import.meta.url);
}

/** Same as `startSimulator`, in a worker thread. Rejects when the thread cannot listen. */
export async function startSimulatorThread(options: SimulatorThreadOptions = {}): Promise<Simulator> {
  // The parent's own flags (a loader, a debugger's port) are not for the thread.
  const worker = new Worker(findEntry(), { workerData: options, name: "simulator", execArgv: [] });
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const ready = await new Promise<SimulatorReady>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`The simulator's thread ended with code ${code}.`)));
  });
  worker.on("error", (error) => log.error({ err: error }, "the simulator's thread failed"));
  return {
    ...ready,
    close: () => {
      worker.postMessage("close");
      return exited;
    },
  };
}
