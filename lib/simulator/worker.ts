/** The simulator's thread: starts it with the options in `workerData`, tells the port, and ends when told to. */
import { parentPort, workerData } from "node:worker_threads";
import { type SimulatorOptions, startSimulator } from "./server";

/** From the thread, once it listens. */
export interface SimulatorReady {
  url: string;
  port: number;
}

if (!parentPort) throw new Error("This file is the entry of a worker thread.");
const port = parentPort;
const simulator = await startSimulator(workerData as SimulatorOptions);
// Any message means "close": there is nothing else to say.
port.once("message", () => {
  void simulator.close().then(() => port.close());
});
const ready: SimulatorReady = { url: simulator.url, port: simulator.port };
port.postMessage(ready);
