/** Development only: a gateway thread that is replaced whenever a file under lib changes. */
import { watch } from "node:fs";
import path from "node:path";
import type { GatewayThreadData } from "@/lib/gateway/thread-protocol";
import { log } from "@/lib/log";
import { type GatewayThread, startGatewayThread } from "./gateway-thread";

const settleMs = 200;
const reloadDrainMs = 1_000;

/** Like `startGatewayThread`; a thread that does not start after a change is logged and tried again at the next change. */
export async function startReloadingGateway(dir: string, data: GatewayThreadData): Promise<GatewayThread> {
  let current: GatewayThread | null = await startGatewayThread(data);
  const { port } = current;
  let timer: NodeJS.Timeout | undefined;
  let reloading = Promise.resolve();

  async function reload(): Promise<void> {
    await current?.drain(reloadDrainMs);
    current = null;
    try {
      current = await startGatewayThread({ ...data, port });
      log.info("gateway reloaded");
    } catch (error) {
      log.error({ err: error }, "the gateway does not start; waiting for the next change");
    }
  }

  const watcher = watch(path.join(dir, "lib"), { recursive: true }, (_event, file) => {
    if (!file?.endsWith(".ts") || file.endsWith(".test.ts")) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      reloading = reloading.then(reload);
    }, settleMs);
  });

  return {
    port,
    // A crash in development is repaired by the next change, so it never ends the server.
    failed: new Promise(() => undefined),
    readFigures: async () => (await current?.readFigures()) ?? [],
    async drain(timeoutMs) {
      watcher.close();
      clearTimeout(timer);
      await reloading;
      await current?.drain(timeoutMs);
    },
  };
}
