/** How urgently a budget needs a look. Pure. */

const soonPercent = 75;
const urgentPercent = 90;

export function toneOf(percent: number): "accent" | "warn" | "danger" {
  if (percent >= urgentPercent) return "danger";
  return percent >= soonPercent ? "warn" : "accent";
}
