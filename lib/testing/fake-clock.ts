/** A clock that stands still until a test moves it. Tests only. */
import type { Clock } from "@/lib/clock";

export interface FakeClock extends Clock {
  set(time: number | string): void;
  advance(ms: number): void;
}

export function createFakeClock(start: number | string = "2026-11-20T12:00:00Z"): FakeClock {
  const parse = (time: number | string) => (typeof time === "string" ? Date.parse(time) : time);
  let now = parse(start);
  return {
    now: () => now,
    set: (time) => {
      now = parse(time);
    },
    advance: (ms) => {
      now += ms;
    },
  };
}
