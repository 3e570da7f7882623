/**
 * The clock. Leaf: anyone may import it. Code that needs "now" takes a Clock, so that tests can hold time still.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
