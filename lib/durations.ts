/**
 * Durations as people write them: `30s`, `15m`, `12h`, `30d`. Leaf: anyone may import it.
 */
const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What a duration looks like on the wire: a whole number above zero and one unit. */
const durationPattern = /^([1-9]\d{0,8})([smhd])$/;

function isUnit(text: string | undefined): text is keyof typeof unitMs {
  return text !== undefined && text in unitMs;
}

/** `"15m"` → `900_000` milliseconds. Throws a RangeError for anything that `durationPattern` does not match or that exceeds 100 years. */
export function parseDuration(text: string): number {
  const [, amount, unit] = durationPattern.exec(text) ?? [];
  const durationMs = isUnit(unit) ? Number(amount) * unitMs[unit] : Number.NaN;
  if (!(durationMs <= 36_525 * unitMs.d)) {
    throw new RangeError(`"${text.slice(0, 40)}" is not a duration such as 30s, 15m, 12h or 30d`);
  }
  return durationMs;
}

/** Whether `parseDuration` reads it. */
export function isDuration(text: string): boolean {
  try {
    return parseDuration(text) > 0;
  } catch {
    return false;
  }
}
