/** The built product as a process of its own, for tests that start, kill and restart it. Tests only. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

export interface ServerProcess {
  readonly child: ChildProcess;
  /** Base URL, from the line that says that it is ready. */
  readonly url: string;
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly exited: Promise<number | string>;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  /** What to run instead of `node scripts/start.mjs`. */
  command?: readonly [string, ...string[]];
  /** Start it as the leader of a process group, as a shell does. */
  detached?: boolean;
  /** Where it runs, instead of the repository. */
  cwd?: string;
}

/** Nothing of the test's own environment, in which secrets and a database may stand. */
function makeEnvironment(env: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, NODE_ENV: "production", NO_COLOR: "1", PORT: "0", ...env };
}

/** Starts a process without waiting for more than its existence. */
export function spawnServer(
  env: Record<string, string>,
  options: ServerProcessOptions = {},
): Omit<ServerProcess, "url"> {
  const [file, ...args] = options.command ?? [process.execPath, "scripts/start.mjs"];
  const child = spawn(file, args, {
    env: makeEnvironment(env),
    stdio: ["ignore", "pipe", "pipe"],
    detached: options.detached ?? false,
    cwd: options.cwd,
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk: Buffer) => {
      output[name] += chunk.toString();
    });
  }
  const exited = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    exited,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Starts the server and waits until it says that it is ready; rejects with what it said instead. */
export async function startServerProcess(
  env: Record<string, string>,
  options: ServerProcessOptions = {},
): Promise<ServerProcess> {
  const server = spawnServer(env, options);
  const url = await new Promise<string>((resolve, reject) => {
    server.child.stdout?.on("data", () => {
      const ready = /^ {2}ready +(\S+)/m.exec(server.stdout());
      if (ready?.[1]) resolve(ready[1]);
    });
    void server.exited.then((code) =>
      reject(new Error(`the server ended with ${code}: ${server.stdout()}${server.stderr()}`)),
    );
  });
  return { ...server, url };
}

/**
 * Makes `directory` a place where the built product runs as if it had been built without `middleware.ts`: all of it is the repository's
 * own, but that Next's list of what to run before pages is empty. Start `dist/server.js` there.
 */
export function layOutWithoutMiddleware(directory: string): void {
  const list = path.join(".next", "server", "functions-config-manifest.json");
  cpSync(".next", path.join(directory, ".next"), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => file !== path.join(".next", "cache"),
  });
  const { functions, ...rest } = JSON.parse(readFileSync(list, "utf8"));
  const { "/_middleware": middleware, ...others } = functions;
  if (!middleware) throw new Error(`${list} names no middleware: this no longer takes it away`);
  writeFileSync(path.join(directory, list), JSON.stringify({ ...rest, functions: others }));
  for (const name of ["dist", "node_modules", "prisma", "public", "package.json", "next.config.ts", "tsconfig.json"])
    symlinkSync(path.resolve(name), path.join(directory, name));
}

/** Builds the product unless it was built from exactly these sources. Takes a minute at worst; give `beforeAll` three. */
export async function ensureBuilt(): Promise<void> {
  const build = spawnServer({}, { command: [process.execPath, "scripts/build.mjs", "--if-stale"] });
  const code = await build.exited;
  if (code !== 0) throw new Error(`the build failed: ${build.stdout()}${build.stderr()}`);
}
