/**
 * The gateway's thread: the public listener, with the gateway behind `/v1`. Started by lib/boot/gateway-thread. It has an event
 * loop of its own because a thread that renders pages is too slow for the gateway: docs/decisions/0004-gateway-thread.md.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { getConfig } from "@/lib/config/config";
import { createFront } from "./front";
import { Gateway } from "./gateway";
import { toExchange } from "./node-door";
import type { FromGateway, GatewayThreadData, ToGateway } from "./thread-protocol";

if (!parentPort) throw new Error("this file is the entry of a worker thread");
const parent = parentPort;
const data = workerData as GatewayThreadData;
const config = getConfig();

function tell(message: FromGateway): void {
  parent.postMessage(message);
}

const gateway = await Gateway.open({ config });
const front = createFront({
  internal: data.internal,
  trustProxy: config.trustProxy,
  allowUpgrades: data.allowUpgrades,
  gateway: (request, response) => void gateway.handle(toExchange(request, response)),
});
front.server.listen(data.port, data.host);
await once(front.server, "listening");
tell({ type: "listening", port: (front.server.address() as AddressInfo).port });

/** What answers that were cut short have to reach their callers in. */
const cutGraceMs = 5_000;

// New calls are refused from now on. Those in flight have the configured time, then they are cut with an error; all are booked.
async function drain(): Promise<void> {
  const stopped = front.drain(config.drainTimeoutMs + cutGraceMs);
  await gateway.drain(config.drainTimeoutMs);
  await gateway.close();
  await stopped;
  tell({ type: "drained" });
}

parent.on("message", (message: ToGateway) => {
  if (message.type === "drain") void drain();
  else void gateway.figures().then((figures) => tell({ type: "figures", figures }));
});
