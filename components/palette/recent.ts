/** What was last gone to by the palette: kept in this tab only, so that nobody else at this machine finds it. */
import type { Entry } from "./entries";

const place = "pllm.recent";
const keptAtMost = 5;

export function readRecent(): Entry[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(place) ?? "[]");
    return Array.isArray(kept) ? kept.filter((entry) => typeof entry?.path === "string").slice(0, keptAtMost) : [];
  } catch {
    return [];
  }
}

export function keepRecent(entry: Entry): void {
  const others = readRecent().filter(({ path }) => path !== entry.path);
  try {
    sessionStorage.setItem(place, JSON.stringify([entry, ...others].slice(0, keptAtMost)));
  } catch {
    // No room or not allowed: then nothing is kept.
  }
}
