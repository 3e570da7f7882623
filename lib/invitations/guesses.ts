/**
 * Slows down whoever tries secrets of invitations. There are too many to find one by trying, so what this spares is work, and it may
 * forget: counts are this process's own and last a minute.
 */
import type { Context } from "@/lib/context";
import { AppError } from "@/lib/errors";

const windowMs = 60_000;
const allowed = 20;
const mostAddresses = 10_000;

let windowEnd = 0;
const misses = new Map<string, number>();

/** 429 for an address that has asked for too many links that do not exist; `note` counts one more. */
export function refuseGuessing({ address, clock }: Context): { note: () => void } {
  const now = clock.now();
  if (now >= windowEnd || misses.size >= mostAddresses) {
    misses.clear();
    windowEnd = now + windowMs;
  }
  const key = address ?? "unknown";
  const count = misses.get(key) ?? 0;
  if (count >= allowed)
    throw new AppError("rate_limited", "Too many links from this address that do not exist. Wait a minute.", {
      retryAfterSeconds: (windowEnd - now) / 1000,
    });
  return { note: () => misses.set(key, count + 1) };
}
