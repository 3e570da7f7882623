/** Waits for what happens by itself, by asking again; for effects that have no event to wait for. Tests only. */
import { setTimeout as delay } from "node:timers/promises";

const pauseMs = 5;

/** The first defined answer of `ask`, within `timeoutMs`; rejects with the last state otherwise. */
export async function eventually<T>(ask: () => Promise<T | undefined | null>, timeoutMs = 10_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`did not happen within ${timeoutMs} ms`);
    await delay(pauseMs);
  }
}
