/**
 * Requests and tokens per minute, and calls at once, on every level of the scope chain; all or nothing. Kept in this
 * process: with several processes each enforces its own share of the traffic.
 *
 * The rates are token buckets (a full minute's worth, refilled steadily). A call's tokens are taken by estimate and corrected
 * when its usage is known, so a bucket may go below zero and refuses until it has recovered.
 */
import type { Level } from "../directory/types";

interface Bucket {
  available: number;
  updatedMs: number;
}

interface LevelState {
  requests: Bucket | null;
  tokens: Bucket | null;
  running: number;
}

export type LimitKind = "requests" | "tokens" | "parallel";

/** One bucket's state after an admission, as the headers tell it. */
export interface LimitFigures {
  limit: number;
  remaining: number;
  /** Until the bucket is full again. */
  resetMs: number;
}

export interface Admission {
  ok: true;
  /** The tightest level's figures; null where no level has such a limit. */
  requests: LimitFigures | null;
  tokens: LimitFigures | null;
  /** Ends the call: frees its place and replaces the estimated tokens by the actual ones. */
  release(actualTokens: number): void;
}

export interface LimitRefusal {
  ok: false;
  kind: LimitKind;
  level: Level;
  limit: number;
  retryAfterMs: number;
}

const minuteMs = 60_000;
/** How long waiting for a place among parallel calls is suggested to take: about one call. */
const parallelRetryMs = 1_000;
const idleKeptMs = 5 * minuteMs;
const cleanupEvery = 10_000;

function refill(bucket: Bucket, limit: number, nowMs: number): Bucket {
  const gained = ((nowMs - bucket.updatedMs) * limit) / minuteMs;
  bucket.available = Math.min(limit, bucket.available + Math.max(0, gained));
  bucket.updatedMs = nowMs;
  return bucket;
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

export class Limiter {
  readonly #states = new Map<string, LevelState>();
  #admissions = 0;

  /** Admits one call of about `tokens` tokens at `nowMs`, or names the first level that refuses. */
  admit(levels: readonly Level[], tokens: number, nowMs: number): Admission | LimitRefusal {
    if (++this.#admissions % cleanupEvery === 0) this.#forgetIdle(nowMs);
    const limited = levels.filter(({ rpm, tpm, parallel }) => rpm !== null || tpm !== null || parallel !== null);
    const states = limited.map((level) => this.#stateOf(level, nowMs));
    for (const [index, level] of limited.entries()) {
      const refusal = this.#refusalOf(level, states[index] as LevelState, tokens);
      if (refusal) return refusal;
    }
    return this.#take(limited, states, tokens);
  }

  #refusalOf(level: Level, state: LevelState, tokens: number): LimitRefusal | null {
    const { rpm, tpm, parallel } = level;
    if (parallel !== null && state.running >= parallel)
      return { ok: false, kind: "parallel", level, limit: parallel, retryAfterMs: parallelRetryMs };
    if (rpm !== null && state.requests && state.requests.available < 1) {
      return {
        ok: false,
        kind: "requests",
        level,
        limit: rpm,
        retryAfterMs: ((1 - state.requests.available) * minuteMs) / rpm,
      };
    }
    if (tpm !== null && state.tokens) {
      // A call larger than the whole bucket passes when the bucket is full, or it never could.
      const needed = Math.min(tokens, tpm);
      if (state.tokens.available < needed)
        return {
          ok: false,
          kind: "tokens",
          level,
          limit: tpm,
          retryAfterMs: ((needed - state.tokens.available) * minuteMs) / tpm,
        };
    }
    return null;
  }

  #take(levels: readonly Level[], states: readonly LevelState[], tokens: number): Admission {
    let requests: LimitFigures | null = null;
    let tokenFigures: LimitFigures | null = null;
    for (const [index, { rpm, tpm }] of levels.entries()) {
      const state = states[index] as LevelState;
      state.running += 1;
      if (rpm !== null && state.requests) {
        state.requests.available -= 1;
        requests = tighter(requests, figuresOf(state.requests, rpm));
      }
      if (tpm !== null && state.tokens) {
        state.tokens.available -= tokens;
        tokenFigures = tighter(tokenFigures, figuresOf(state.tokens, tpm));
      }
    }
    let isReleased = false;
    const release = (actualTokens: number) => {
      if (isReleased) return;
      isReleased = true;
      for (const state of states) {
        state.running -= 1;
        if (state.tokens) state.tokens.available += tokens - actualTokens;
      }
    };
    return { ok: true, requests, tokens: tokenFigures, release };
  }

  #stateOf(level: Level, nowMs: number): LevelState {
    const key = `${level.kind} ${level.id}`;
    let state = this.#states.get(key);
    if (!state) {
      state = { requests: null, tokens: null, running: 0 };
      this.#states.set(key, state);
    }
    state.requests =
      level.rpm === null
        ? null
        : refill(state.requests ?? { available: level.rpm, updatedMs: nowMs }, level.rpm, nowMs);
    state.tokens =
      level.tpm === null ? null : refill(state.tokens ?? { available: level.tpm, updatedMs: nowMs }, level.tpm, nowMs);
    return state;
  }

  #forgetIdle(nowMs: number): void {
    for (const [key, state] of this.#states) {
      const lastUsedMs = Math.max(state.requests?.updatedMs ?? 0, state.tokens?.updatedMs ?? 0);
      if (state.running === 0 && nowMs - lastUsedMs > idleKeptMs) this.#states.delete(key);
    }
  }
}
