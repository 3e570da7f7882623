/** How urgently a budget needs a look. Pure. */

const soonPercent = 75;
const urgentPercent = 90;

export function toneOf(percent: number): "accent" | "warn" | "danger" {
  if (percent >= urgentPercent) return "danger";
  return percent >= soonPercent ? "warn" : "accent";
}

/** The first instant at which one of these budgets will be used up; null where none is going to be. */
export function firstRunOut(
  budgets: readonly { current: { projected_exhaustion_at: string | null; percent: number } }[],
): string | null {
  const times = budgets.flatMap(({ current }) =>
    current.projected_exhaustion_at && current.percent < 100 ? [current.projected_exhaustion_at] : [],
  );
  return times.sort()[0] ?? null;
}
