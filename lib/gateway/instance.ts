/** The gateway of a process that has no gateway thread: opened by the route handler at its first call. */
import { getConfig } from "@/lib/config/config";
import { Gateway } from "./gateway";

// Next may load this module more than once per process; the gateway must not be.
const shared = globalThis as { pllmGateway?: Promise<Gateway> };

export function getGateway(): Promise<Gateway> {
  shared.pllmGateway ??= Gateway.open({ config: getConfig() }).catch((error) => {
    delete shared.pllmGateway;
    throw error;
  });
  return shared.pllmGateway;
}
