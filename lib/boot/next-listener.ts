/**
 * Next on a listener that only this machine's own process is meant to reach: a unix domain socket in a directory of its own, or an
 * ephemeral port of 127.0.0.1 where there are none. Called by lib/boot/run; the gateway's front stands before it.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import next from "next";
import type { InternalAddress } from "@/lib/gateway/front";

export interface NextListener {
  readonly address: InternalAddress;
  stop(): Promise<void>;
}

export interface NextOptions {
  /** The repository, or wherever `.next` lies. */
  dir: string;
  isDev: boolean;
  /** The public port, which Next puts into what it prints and into absolute URLs of requests without a host. */
  port: number;
}

/** The path of a socket address is limited to about 100 bytes. */
const longestSocketPath = 100;

/** Starts Next and waits until it can answer. Stopping does not wait for answers: the front has drained before. */
export async function startNext({ dir, isDev, port }: NextOptions): Promise<NextListener> {
  // Nothing is idle for too long here: a closed connection would hit the request that the front is just sending on it.
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  const app = next({ dev: isDev, dir, port, hostname: "localhost", httpServer: server });
  await app.prepare();
  const handle = app.getRequestHandler();
  server.on("request", (req, res) => {
    void handle(req, res);
  });
  const directory = mkdtempSync(path.join(os.tmpdir(), "pllm-"));
  const socketPath = path.join(directory, "next.sock");
  const canUseSocket = process.platform !== "win32" && Buffer.byteLength(socketPath) <= longestSocketPath;
  if (canUseSocket) server.listen(socketPath);
  else server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: canUseSocket ? { socketPath } : { port: (server.address() as AddressInfo).port },
    async stop() {
      server.close();
      server.closeAllConnections();
      await app.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
