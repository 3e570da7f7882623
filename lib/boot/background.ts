/** Work that goes on beside requests, in the main thread. Started by lib/boot/run once the server listens, stopped before it ends. */
import type { RunningConfig } from "@/lib/config/config";

/** Starts one kind of work; the function it gives stops it and resolves when nothing of it is left running. */
type BackgroundWork = (config: RunningConfig) => () => Promise<void>;

const works: readonly BackgroundWork[] = [];

/** Starts all of it; the answer stops all of it. */
export function startBackground(config: RunningConfig): () => Promise<void> {
  const stops = works.map((start) => start(config));
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}
