/**
 * The whole product in one process: configuration, database, Next, the gateway's thread. `node dist/server.js`, or
 * `tsx server.ts --dev`. Boot lines go to standard output, problems and the log to standard error.
 *
 * Exit codes: 0 stopped as asked, 78 (EX_CONFIG of sysexits.h) a bad configuration, 1 anything else.
 */

import type { RunningServer } from "@/lib/boot/run";
import { type Config, ConfigError, embeddedMark, loadConfig } from "@/lib/config/config";

/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const sameSignalMs = 500;
const parentPollMs = 300;

/** scripts/start.mjs sets NODE_ENV before this is loaded, and leaves here what the operator had set. */
const started = globalThis as { pllmOperatorNodeEnv?: string };
const operatorNodeEnv = (started.pllmOperatorNodeEnv ?? process.env.NODE_ENV) || undefined;
const isDev = process.argv.includes("--dev");
const dir = process.cwd();

function complain(line: string): void {
  process.stderr.write(`pLLM: ${line}\n`);
}

function readConfigOrExit(): Config {
  try {
    return loadConfig({ ...process.env, NODE_ENV: operatorNodeEnv }, { cwd: dir });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) complain(problem);
    return process.exit(78);
  }
}

/** Errors that were written for the operator need no stack. */
const plainErrors = ["StartError", "ConfigError", "MigrationError", "HomeInUseError"];

function complainAbout(error: unknown): void {
  if (error instanceof Error && plainErrors.includes(error.name)) complain(error.message);
  else complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

class Lifecycle {
  private stoppingSince: number | null = null;
  private server: RunningServer | null = null;
  /** A signal that comes while the server is starting; starting cannot be cut short without leaving something behind. */
  private exitCodeWanted: number | null = null;

  async run(config: Config): Promise<void> {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => this.receiveSignal());
    this.followParent();
    // Loaded after the configuration was found good: these modules read it, or the log level, as they load.
    const { startServer } = await import("@/lib/boot/run");
    this.server = await startServer(config, { dir, isDev, operatorNodeEnv });
    if (this.exitCodeWanted !== null) return this.stop(this.exitCodeWanted);
    const error = await this.server.failed;
    complainAbout(error);
    await this.stop(1);
  }

  /** Under npm the end of npm is the end of the server, also where npm or its shell was killed and could pass no signal on. */
  private followParent(): void {
    if (process.env.npm_lifecycle_event === undefined) return;
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      this.receiveSignal();
    }, parentPollMs);
    timer.unref();
  }

  private receiveSignal(): void {
    const now = performance.now();
    if (this.stoppingSince === null) {
      this.stoppingSince = now;
      if (this.server) void this.stop(0);
      else this.exitCodeWanted = 0;
    } else if (now - this.stoppingSince > sameSignalMs) {
      // The embedded database is told to end by its own exit hook, and needs nobody to wait for it.
      complain("stopped without waiting");
      process.exit(1);
    }
  }

  private async stop(exitCode: number): Promise<void> {
    this.stoppingSince ??= performance.now();
    const { server } = this;
    this.server = null;
    if (!server) return;
    try {
      await server.stop();
      process.exit(exitCode);
    } catch (error) {
      complainAbout(error);
      process.exit(1);
    }
  }
}

// Set by this process for its own threads; from outside it would weaken the rules for secrets.
delete process.env[embeddedMark];
Object.assign(process.env, { NODE_ENV: isDev ? "development" : "production", NEXT_TELEMETRY_DISABLED: "1" });
const config = readConfigOrExit();
for (const warning of config.warnings) complain(`warning: ${warning}`);
try {
  await new Lifecycle().run(config);
} catch (error) {
  complainAbout(error);
  process.exit(1);
}
