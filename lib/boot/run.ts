/**
 * Brings the whole server up, step by step, and down again in reverse. Called by server.ts with a configuration that was read without
 * a problem.
 */
import { createServer } from "node:net";
import path from "node:path";
import { type Config, exportConfig, getConfig, type RunningConfig } from "@/lib/config/config";
import { readKeyRing } from "@/lib/config/key-ring";
import { getDb } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { defaultMigrationsDir } from "@/lib/db/migration-state";
import { startDevelopmentIdentity } from "@/lib/dev-identity/provider";
import type { InternalAddress } from "@/lib/gateway/front";
import { startJobs } from "@/lib/jobs/start";
import { addMetricsSource } from "@/lib/metrics/registry";
import { authEndpoints } from "@/lib/paths";
import { startSimulatorThread } from "@/lib/simulator/thread";
import { bootstrap } from "./bootstrap";
import { waitForDatabase } from "./database";
import { findFreePort, startEmbeddedPostgres } from "./embedded-postgres";
import { startGatewayThread } from "./gateway-thread";
import { startNext } from "./next-listener";
import { startReloadingGateway } from "./reloading-gateway";
import { ensureSecrets, isMasterKeyUnseen, noteMasterKeyShown } from "./secrets";
import { StartError } from "./start-error";

export interface RunOptions {
  /** The repository, or wherever `prisma` and `.next` lie. */
  dir: string;
  isDev: boolean;
  /** NODE_ENV as the operator set it. */
  operatorNodeEnv: string | undefined;
}

export interface RunningServer {
  /** Resolves when a part of the server has ended by itself: without it the rest is of no use. */
  readonly failed: Promise<Error>;
  /** Lets calls in flight end, then stops everything that was started. */
  stop(): Promise<void>;
}

const databaseWaitMs = 15_000;

/** A line for whoever looks at the terminal; the log goes elsewhere. */
function say(label: string, text: string): void {
  process.stdout.write(`  ${label.padEnd(12)}${text}\n`);
}

class Boot {
  private readonly startedAt = performance.now();
  private readonly undo: (() => Promise<unknown>)[] = [];
  private readonly failures: Promise<Error>[] = [];
  private simulatorUrl: string | null = null;

  constructor(
    private readonly given: Config,
    private readonly options: RunOptions,
  ) {}

  async start(): Promise<RunningServer> {
    try {
      process.stdout.write(this.options.isDev ? "pLLM (development)\n" : "pLLM\n");
      const port = await this.choosePort();
      const config = await this.resolveConfig(port);
      await this.prepareDatabase(config);
      await this.startSimulator(config);
      await bootstrap(config, { simulatorUrl: this.simulatorUrl });
      const internal = await this.startNext(config);
      const jobs = await startJobs(config);
      this.undo.push(() => jobs.stop());
      await this.startGateway(config, internal);
      this.announce(config);
    } catch (error) {
      await this.stop();
      throw error;
    }
    return { failed: Promise.race(this.failures), stop: () => this.stop() };
  }

  private async stop(): Promise<void> {
    for (const undo of this.undo.splice(0).reverse()) await undo();
  }

  /** Told before anything slow is started, because it is the most common reason why a second start fails. */
  private async choosePort(): Promise<number> {
    const { host, port } = this.given;
    if (port === 0) return findFreePort();
    await new Promise<void>((resolve, reject) => {
      const probe = createServer();
      probe.once("error", (error: NodeJS.ErrnoException) =>
        reject(new StartError(describeListenError(error, host, port))),
      );
      probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()));
    });
    return port;
  }

  /** Fills in what the embedded mode brings, and writes all of it back so that every thread and bundle reads the same. */
  private async resolveConfig(port: number): Promise<RunningConfig> {
    const { given } = this;
    // The simulator is a provider on loopback, so it must be reachable whatever else is not.
    const privateTargets = given.simulator
      ? [...new Set([...given.privateTargets, "127.0.0.1"])]
      : given.privateTargets;
    const resolved = given.embedded ? await this.resolveEmbedded(port) : given;
    exportConfig({ ...resolved, port, privateTargets }, process.env);
    return getConfig();
  }

  private async resolveEmbedded(port: number): Promise<Config> {
    const { given } = this;
    const database = await startEmbeddedPostgres(given.home);
    this.undo.push(() => database.stop());
    this.failures.push(database.failed.then((reason) => new Error(`the embedded PostgreSQL is gone: ${reason}`)));
    say("database", `embedded PostgreSQL in ${given.home}`);
    const ask = <Name extends Parameters<typeof ensureSecrets>[1][number]>(name: Name) =>
      ensureSecrets(given.home, [name])[name];
    const resolved = {
      ...given,
      databaseUrl: database.url,
      masterKey: given.masterKey ?? ask("master_key"),
      nextAuthSecret: given.nextAuthSecret ?? ask("nextauth_secret"),
      encryptionKeys: given.encryptionKeys ?? readKeyRing(ask("encryption_keys")),
      publicUrl: given.publicUrl ?? `http://localhost:${port}`,
    };
    return given.developmentSignIn ? this.startDevelopmentSignIn(resolved) : resolved;
  }

  /** In the place of a Dex: from here on nobody but its own pages knows that it is none. */
  private async startDevelopmentSignIn<T extends Config & { publicUrl: string }>(config: T): Promise<T> {
    const { given } = this;
    const identity = await startDevelopmentIdentity({
      home: config.home,
      publicUrl: config.publicUrl,
      redirectUrl: config.dexRedirectUrl ?? `${config.publicUrl}${authEndpoints.dexCallback}`,
      facts: {
        embedded: given.embedded,
        dexIssuer: given.dexIssuer,
        isDexOff: false,
        nodeEnv: this.options.operatorNodeEnv,
        publicUrl: config.publicUrl,
      },
      findPort: findFreePort,
    });
    this.undo.push(() => identity.close());
    say("sign-in", "four example people, without passwords (development)");
    return {
      ...config,
      dexEnabled: true,
      dexIssuer: identity.issuer,
      dexInternalIssuer: identity.url,
      dexClientId: identity.clientId,
      dexClientSecret: identity.clientSecret,
    };
  }

  private async prepareDatabase(config: RunningConfig): Promise<void> {
    if (!config.embedded) {
      await waitForDatabase(config.databaseUrl, databaseWaitMs);
      const { hostname, pathname } = new URL(config.databaseUrl);
      say("database", `PostgreSQL at ${hostname || "a local socket"}${pathname}`);
    }
    const { applied } = await migrate(config.databaseUrl, path.join(this.options.dir, defaultMigrationsDir));
    say("migrations", applied.length === 0 ? "nothing to do" : `applied ${applied.join(", ")}`);
    this.undo.push(() => getDb().$disconnect());
  }

  private async startSimulator(config: RunningConfig): Promise<void> {
    if (config.simulator) {
      const simulator = await startSimulatorThread({ port: 0, host: "127.0.0.1" });
      this.undo.push(() => simulator.close());
      this.simulatorUrl = simulator.url;
    }
    say("simulator", config.simulator ? "on" : "off");
  }

  private async startNext(config: RunningConfig): Promise<InternalAddress> {
    const next = await startNext({ ...this.options, port: config.port });
    this.undo.push(() => next.stop());
    return next.address;
  }

  private async startGateway(config: RunningConfig, internal: InternalAddress): Promise<void> {
    const { isDev, dir } = this.options;
    const data = { host: config.host, port: config.port, internal, allowUpgrades: isDev };
    try {
      const gateway = await (isDev ? startReloadingGateway(dir, data) : startGatewayThread(data));
      const forgetFigures = addMetricsSource(() => gateway.readFigures());
      this.undo.push(() => gateway.drain(config.drainTimeoutMs).finally(forgetFigures));
      this.failures.push(gateway.failed);
    } catch (error) {
      if (isListenError(error)) throw new StartError(describeListenError(error, config.host, config.port));
      throw error;
    }
  }

  /** "ready" comes last, because whoever starts this from a script waits for it. */
  private announce(config: RunningConfig): void {
    if (config.embedded && this.given.masterKey === null) {
      const secrets = path.join(config.home, "secrets.json");
      if (isMasterKeyUnseen(config.home)) {
        say("master key", config.masterKey);
        say("", `shown only this once; kept in ${secrets}`);
        noteMasterKeyShown(config.home);
      } else say("master key", `in ${secrets}`);
    }
    // Behind a proxy browsers come by another address than the one that the proxy has to be told.
    if (new URL(config.publicUrl).port !== String(config.port)) say("listening", `${config.host}:${config.port}`);
    const seconds = ((performance.now() - this.startedAt) / 1000).toFixed(1);
    say("ready", `${config.publicUrl} (after ${seconds} s)`);
  }
}

function isListenError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && error.syscall === "listen";
}

function describeListenError(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === "EADDRINUSE") return `${host}:${port} is in use: stop what listens there, or set PORT`;
  if (error.code === "EACCES") return `this account may not listen on port ${port}: set PORT to one above 1023`;
  return `cannot listen on ${host}:${port} (${error.code ?? error.message}): check HOST and PORT`;
}

/** Starts the server. Whatever was started is stopped again where a later step fails. */
export function startServer(config: Config, options: RunOptions): Promise<RunningServer> {
  return new Boot(config, options).start();
}
