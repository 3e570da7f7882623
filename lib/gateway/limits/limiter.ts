/**
 * Requests and tokens per minute, and calls at once, on every level of the scope chain; all or nothing. Kept in this
 * process: with several processes each enforces its own share of the traffic.
 *
 * The rates are token buckets (a full minute's worth, refilled steadily). A call's tokens are taken by estimate and corrected
 * when its usage is known, so a bucket may go below zero and refuses until it has recovered.
 */
import type { Level } from "../directory/types";

interface Bucket {
  limit: number;
  available: number;
  updatedMs: number;
}

interface LevelState {
  requests: Bucket | null;
  tokens: Bucket | null;
  running: number;
}

export type LimitKind = "requests" | "tokens" | "parallel";

/** One bucket's state, as the headers tell it. */
export interface LimitFigures {
  limit: number;
  remaining: number;
  /** Until the bucket is full again. */
  resetMs: number;
}

/** The tightest level's figures once the call is decided on; null where no level has such a limit. */
export interface LimitStatus {
  requests: LimitFigures | null;
  tokens: LimitFigures | null;
}

/** One limit of one level, and what it had free before the call. */
export interface LimitSeen {
  level: Level;
  kind: LimitKind;
  limit: number;
  free: number;
}

export interface Admission extends LimitStatus {
  ok: true;
  /** Every limit that the call was measured by, nearest level first. */
  seen: readonly LimitSeen[];
  /** Ends the call: frees its place and replaces the estimated tokens by the actual ones. */
  release(actualTokens: number): void;
  /** The call was refused after all: everything is given back, as if it had not been asked for. */
  cancel(): void;
}

export interface LimitRefusal extends LimitStatus {
  ok: false;
  kind: LimitKind;
  level: Level;
  limit: number;
  retryAfterMs: number;
}

const minuteMs = 60_000;
/** How long waiting for a place among parallel calls is suggested to take: about one call. */
const parallelRetryMs = 1_000;
const cleanupEvery = 10_000;
/** Refills are fractions and do not add up exactly; whoever waited as long as told must not be told to wait for the rest. */
const slack = 1e-6;

/** A bucket at `nowMs`, full where it is new. A limit that was raised gives at once what it adds. */
function refill(known: Bucket | null, limit: number, nowMs: number): Bucket {
  const bucket = known ?? { limit, available: limit, updatedMs: nowMs };
  const gained = ((nowMs - bucket.updatedMs) * limit) / minuteMs + Math.max(0, limit - bucket.limit);
  bucket.available = Math.min(limit, bucket.available + Math.max(0, gained));
  bucket.updatedMs = nowMs;
  bucket.limit = limit;
  return bucket;
}

/** Whether nothing is lost by forgetting a bucket: a new one would be as full. */
function isFull(bucket: Bucket | null, nowMs: number): boolean {
  return bucket === null || bucket.available + ((nowMs - bucket.updatedMs) * bucket.limit) / minuteMs >= bucket.limit;
}

function figuresOf(bucket: Bucket, limit: number): LimitFigures {
  return {
    limit,
    remaining: Math.max(0, Math.floor(bucket.available)),
    resetMs: Math.ceil(((limit - bucket.available) * minuteMs) / limit),
  };
}

function tighter(a: LimitFigures | null, b: LimitFigures): LimitFigures {
  return a && a.remaining <= b.remaining ? a : b;
}

type Denial = Pick<LimitRefusal, "kind" | "limit" | "retryAfterMs">;

function denialOf({ rpm, tpm, parallel }: Level, state: LevelState, tokens: number): Denial | null {
  if (parallel !== null && state.running >= parallel)
    return { kind: "parallel", limit: parallel, retryAfterMs: parallelRetryMs };
  if (rpm !== null && state.requests && state.requests.available < 1 - slack) {
    return { kind: "requests", limit: rpm, retryAfterMs: ((1 - state.requests.available) * minuteMs) / rpm };
  }
  if (tpm !== null && state.tokens) {
    // A call larger than the whole bucket passes when the bucket is full, or it never could.
    const missing = Math.min(tokens, tpm) - state.tokens.available;
    if (missing > slack) return { kind: "tokens", limit: tpm, retryAfterMs: (missing * minuteMs) / tpm };
  }
  return null;
}

function statusOf(levels: readonly Level[], states: readonly LevelState[]): LimitStatus {
  const status: LimitStatus = { requests: null, tokens: null };
  for (const [index, { rpm, tpm }] of levels.entries()) {
    const state = states[index];
    if (rpm !== null && state?.requests) status.requests = tighter(status.requests, figuresOf(state.requests, rpm));
    if (tpm !== null && state?.tokens) status.tokens = tighter(status.tokens, figuresOf(state.tokens, tpm));
  }
  return status;
}

function limitsSeen(levels: readonly Level[], states: readonly LevelState[]): LimitSeen[] {
  const seen: LimitSeen[] = [];
  for (const [index, level] of levels.entries()) {
    const { requests, tokens, running } = states[index] as LevelState;
    const { rpm, tpm, parallel } = level;
    if (rpm !== null && requests)
      seen.push({ level, kind: "requests", limit: rpm, free: Math.floor(requests.available) });
    if (tpm !== null && tokens) seen.push({ level, kind: "tokens", limit: tpm, free: Math.floor(tokens.available) });
    if (parallel !== null) seen.push({ level, kind: "parallel", limit: parallel, free: parallel - running });
  }
  return seen;
}

export class Limiter {
  readonly #states = new Map<string, LevelState>();
  #admissions = 0;

  /** Admits one call of about `tokens` tokens at `nowMs`, or names the first level that refuses. */
  admit(levels: readonly Level[], tokens: number, nowMs: number): Admission | LimitRefusal {
    if (++this.#admissions % cleanupEvery === 0) this.#forgetIdle(nowMs);
    const limited = levels.filter(({ rpm, tpm, parallel }) => rpm !== null || tpm !== null || parallel !== null);
    const states = limited.map((level) => this.#stateOf(level, nowMs));
    for (const [index, level] of limited.entries()) {
      const denial = denialOf(level, states[index] as LevelState, tokens);
      if (denial) return { ok: false, level, ...denial, ...statusOf(limited, states) };
    }
    const seen = limitsSeen(limited, states);
    // What is given back goes where it was taken from: a limit may come or go while the call runs.
    const requestBuckets = states.flatMap((state) => state.requests ?? []);
    const tokenBuckets = states.flatMap((state) => state.tokens ?? []);
    const take = (requests: number, ofTokens: number, running: number) => {
      for (const bucket of requestBuckets) bucket.available -= requests;
      for (const bucket of tokenBuckets) bucket.available -= ofTokens;
      for (const state of states) state.running += running;
    };
    take(1, tokens, 1);
    let isOver = false;
    const giveBack = (requests: number, unusedTokens: number) => {
      if (!isOver) take(-requests, -unusedTokens, -1);
      isOver = true;
    };
    return {
      ok: true,
      seen,
      ...statusOf(limited, states),
      release: (actualTokens) => giveBack(0, tokens - actualTokens),
      cancel: () => giveBack(1, tokens),
    };
  }

  #stateOf(level: Level, nowMs: number): LevelState {
    const key = `${level.kind} ${level.id}`;
    let state = this.#states.get(key);
    if (!state) {
      state = { requests: null, tokens: null, running: 0 };
      this.#states.set(key, state);
    }
    state.requests = level.rpm === null ? null : refill(state.requests, level.rpm, nowMs);
    state.tokens = level.tpm === null ? null : refill(state.tokens, level.tpm, nowMs);
    return state;
  }

  #forgetIdle(nowMs: number): void {
    for (const [key, state] of this.#states) {
      if (state.running === 0 && isFull(state.requests, nowMs) && isFull(state.tokens, nowMs)) this.#states.delete(key);
    }
  }
}
