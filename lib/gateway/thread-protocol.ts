/** What the main thread and the gateway's thread tell each other. Types only: lib/boot/gateway-thread and lib/gateway/worker share them. */
import type { MetricObject } from "prom-client";
import type { InternalAddress } from "./front";

/** `workerData` of the gateway's thread. Everything else it reads from the configuration, as every thread does. */
export interface GatewayThreadData {
  host: string;
  port: number;
  internal: InternalAddress;
  /** Pass WebSockets on, for hot reload. */
  allowUpgrades: boolean;
}

export type ToGateway = { type: "drain" } | { type: "figures" };

export type FromGateway =
  | { type: "listening"; port: number }
  | { type: "drained" }
  | { type: "figures"; figures: MetricObject[] };
