/**
 * What the database must hold before the first request, made true at every start. Called by lib/boot/run between migrations and
 * listening. Processes start together, and start again: a step finds its work done, or does it under a lock of its own.
 */
import { ensureMasterKey } from "@/lib/auth/master-key";
import type { RunningConfig } from "@/lib/config/config";
import { systemContext } from "@/lib/context";
import { getDb } from "@/lib/db/client";
import { ensureDevelopmentTeam } from "@/lib/dev-identity/team";
import { log } from "@/lib/log";
import { loadCatalogue, registerSimulator } from "@/lib/providers/catalogue";
import { ensureBootstrapAdmin } from "@/lib/users/bootstrap-admin";
import { ensureEnvironmentWebhook } from "@/lib/webhooks/environment";

export interface BootFacts {
  /** Base URL of the simulator that this process started, with `/v1`; null where it runs none. */
  simulatorUrl: string | null;
}

interface BootStep {
  name: string;
  run(config: RunningConfig, facts: BootFacts): Promise<unknown>;
}

const bootContext = () => systemContext(getDb(), "boot");
/** The simulator asks for no key; one is stored so that its provider looks and works like any other. */
const simulatorKey = "sk-simulator-needs-no-key";

/** In this order: later steps may count on what earlier ones made. */
const steps: readonly BootStep[] = [
  { name: "master key", run: (config) => ensureMasterKey(getDb(), config.masterKey) },
  {
    name: "first admin",
    run: async ({ defaultAdminEmail }) => defaultAdminEmail && ensureBootstrapAdmin(bootContext(), defaultAdminEmail),
  },
  {
    name: "development team",
    run: async ({ developmentSignIn }) => developmentSignIn && ensureDevelopmentTeam(bootContext()),
  },
  { name: "webhook", run: (config) => ensureEnvironmentWebhook(bootContext(), config) },
  { name: "catalogue", run: () => loadCatalogue(bootContext()) },
  {
    name: "simulator",
    run: async (_config, { simulatorUrl }) =>
      simulatorUrl && registerSimulator(bootContext(), { baseUrl: simulatorUrl, apiKey: simulatorKey }),
  },
];

/** Runs every step; throws what the first failing one throws. */
export async function bootstrap(config: RunningConfig, facts: BootFacts): Promise<void> {
  for (const step of steps) {
    const startedAt = performance.now();
    await step.run(config, facts);
    log.debug({ step: step.name, duration_ms: Math.round(performance.now() - startedAt) }, "boot step done");
  }
}
