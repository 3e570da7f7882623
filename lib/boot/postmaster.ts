/**
 * Who runs on a data directory: tells a crashed predecessor's leftovers from a living pLLM. Called by lib/boot/embedded-postgres only.
 *
 * The server is started with `-c pllm.owner_pid=<pid of its pLLM>` as that pLLM's child. A process whose parent died is given to another
 * one at once, so parent = owner means that the owner lives: no lock file that a crash could leave behind, no guess about reused ids.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const fastShutdownMs = 30_000;
const pollMs = 50;

/** Another pLLM works on this home; the message is fit for an operator. */
export class HomeInUseError extends Error {
  override readonly name = "HomeInUseError";
}

interface ProcessFacts {
  parentPid: number;
  command: string;
}

/** Null where there is no such process, or where this system does not tell. */
function inspect(pid: number): ProcessFacts | null {
  try {
    if (existsSync("/proc/self/stat")) {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name in parentheses may hold anything; the state and the parent follow the last one.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z") return null;
      return { parentPid: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") };
    }
    const line = execFileSync("ps", ["-ww", "-o", "ppid=,command=", "-p", String(pid)], { encoding: "utf8" }).trim();
    const [, parent, command] = /^(\d+)\s+(.*)$/s.exec(line) ?? [];
    return parent && command ? { parentPid: Number(parent), command } : null;
  } catch {
    return null;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** False for a process that is gone, and for one that ended and only waits for its parent to notice. */
export function isAlive(pid: number): boolean {
  return exists(pid) && (inspect(pid) !== null || !existsSync("/proc/self/stat"));
}

/**
 * Makes the lock file name a process that cannot exist, so that PostgreSQL takes it for stale. Removing it would also remove what the
 * file knows of the shared memory, by which PostgreSQL refuses to start beside leftover backends.
 */
function disownLockFile(lockFile: string): void {
  const [, ...rest] = readFileSync(lockFile, "utf8").split("\n");
  writeFileSync(lockFile, ["2147483646", ...rest].join("\n"));
}

async function waitForEnd(pid: number, withinMs: number): Promise<boolean> {
  for (let waited = 0; waited < withinMs; waited += pollMs) {
    if (!isAlive(pid)) return true;
    await delay(pollMs);
  }
  return !isAlive(pid);
}

async function stopOrphan(pid: number, dataDir: string): Promise<void> {
  process.kill(pid, "SIGINT");
  if (await waitForEnd(pid, fastShutdownMs)) return;
  process.kill(pid, "SIGQUIT");
  if (await waitForEnd(pid, fastShutdownMs)) return;
  throw new Error(
    `a PostgreSQL of an earlier run (process ${pid}) still holds ${dataDir} and does not end: stop it by hand`,
  );
}

/**
 * Leaves `dataDir` free for a new server: stops one that a crashed pLLM left behind, disowns a lock file whose process id belongs to
 * something else by now. Throws a HomeInUseError where the owner of a running one lives.
 */
export async function clearPredecessor(dataDir: string): Promise<void> {
  const lockFile = path.join(dataDir, "postmaster.pid");
  if (!existsSync(lockFile)) return;
  const pid = Number.parseInt(readFileSync(lockFile, "utf8"), 10);
  // Of a process that is gone PostgreSQL clears the file itself.
  if (!(pid > 0) || !exists(pid)) return;
  const facts = inspect(pid);
  if (!facts?.command.includes(dataDir)) {
    disownLockFile(lockFile);
    return;
  }
  const owner = Number(/pllm\.owner_pid=(\d+)/.exec(facts.command)?.[1]);
  if (facts.parentPid === owner) {
    throw new HomeInUseError(
      `another pLLM (process ${owner}) runs on ${path.dirname(dataDir)}: stop it, or give this one another PLLM_HOME`,
    );
  }
  await stopOrphan(pid, dataDir);
}
