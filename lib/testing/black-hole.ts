/** A port that never answers a connection attempt, neither yes nor no: its queue is full and nobody takes from it. Tests only. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";

// The thread listens and then sleeps for ever, so that the kernel alone answers, and only until the queue is full.
const source = `
  const { createServer } = require("node:net");
  const { parentPort } = require("node:worker_threads");
  const server = createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });`;

export interface BlackHole {
  /** `http://127.0.0.1:PORT/v1` */
  url: string;
  close(): Promise<void>;
}

export async function openBlackHole(): Promise<BlackHole> {
  const worker = new Worker(source, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  const queued: Socket[] = [];
  // A connection that is not made within a moment found the queue full.
  for (let isFull = false; !isFull; ) {
    const socket = connect(port, "127.0.0.1");
    queued.push(socket);
    isFull = await Promise.race([
      once(socket, "connect").then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 300)),
    ]);
  }
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close: async () => {
      for (const socket of queued) socket.on("error", () => undefined).destroy();
      await worker.terminate();
    },
  };
}
