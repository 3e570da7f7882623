/** Starts one of our own modules as a worker thread, from the bundles as well as from the source tree. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

export interface ThreadEntry {
  /** The thread's name in debuggers. */
  name: string;
  /** Its bundle, beside that of the caller. */
  bundle: string;
  /** Its source, relative to the repository. */
  source: string;
}

/**
 * From the source tree the thread first registers the TypeScript loader itself, because Node 20 does not carry the parent's loader
 * into a thread. `dir` is the repository.
 */
export function startThread(entry: ThreadEntry, dir: string, workerData: unknown): Worker {
  const { name } = entry;
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL(`./${entry.bundle}`, import.meta.url), { workerData, name });
  }
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm/api")).href;
  const source = new URL(entry.source, pathToFileURL(`${dir}/`)).href;
  const code = `import(${JSON.stringify(loader)}).then((tsx) => { tsx.register(); return import(${JSON.stringify(source)}); });`;
  return new Worker(code, { eval: true, workerData, name, execArgv: [] });
}
