/**
 * What a chain of budgets must decide, said a second time and as plainly as can be: no accounts, no batches, no order of locks.
 * Tests only.
 */

export interface OracleLevel {
  limit: bigint;
  spent: bigint;
  held: bigint;
  isHard: boolean;
}

export type Verdict =
  | { ok: true; remaining: bigint | null }
  | { ok: false; code: "budget_exceeded" | "request_too_large" | "budget_busy"; level: number };

/** The levels are nearest first. `level` is the index of the one that binds. */
export function judge(levels: readonly OracleLevel[], estimate: bigint): Verdict {
  const full = levels.map(({ isHard, limit, spent, held }) => isHard && spent + held + estimate > limit);
  if (!full.includes(true)) {
    const left = levels.filter(({ isHard }) => isHard).map(({ limit, spent, held }) => limit - spent - held - estimate);
    return { ok: true, remaining: left.sort((a, b) => (a < b ? -1 : 1))[0] ?? null };
  }
  // Nothing that happens before the period ends makes room: spent already, or what is left of it is too little.
  const isOver = ({ limit, spent }: OracleLevel) => spent >= limit || (estimate <= limit && spent + estimate > limit);
  const over = levels.findIndex((level, index) => full[index] && isOver(level));
  if (over !== -1) return { ok: false, code: "budget_exceeded", level: over };
  const tooSmall = levels.findIndex(({ limit }, index) => full[index] && estimate > limit);
  if (tooSmall !== -1) return { ok: false, code: "request_too_large", level: tooSmall };
  return { ok: false, code: "budget_busy", level: full.indexOf(true) };
}

export type CapState = "absent" | "open" | "spent";

/** Every combination of cap states over `depth` levels. */
export function capStates(depth: number): CapState[][] {
  if (depth === 0) return [[]];
  const states: CapState[] = ["absent", "open", "spent"];
  return capStates(depth - 1).flatMap((rest) => states.map((state) => [...rest, state]));
}

/** The cap of a level in a state; limits differ by level, so that an estimate may fit one and not the next. */
export function capOf(state: CapState, level: number): OracleLevel | null {
  if (state === "absent") return null;
  const limit = 100n * BigInt(5 - level);
  return { limit, spent: state === "spent" ? limit : limit / 10n, held: 0n, isHard: true };
}
