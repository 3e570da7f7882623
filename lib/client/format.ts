/**
 * Values of the API as people read them. Pure. Times are shown in UTC and say so: the same on every machine, and the zone that
 * reports are kept in.
 */
import { parseUsd } from "@/lib/money";

const counts = new Intl.NumberFormat("en-US");

export function formatCount(count: number): string {
  return counts.format(count);
}

/** `1 key`, `2 keys`. */
export function formatQuantity(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * `"1234.5"` → `$1,234.50`. An amount below one dollar keeps six decimals, because a call costs a fraction of a cent;
 * it is rounded half up, and one too small for that reads `<$0.000001`, never zero.
 */
export function formatMoney(usd: string): string {
  const nano = parseUsd(usd);
  const decimals = nano === 0n || nano >= 1_000_000_000n ? 2 : 6;
  const unit = 10n ** BigInt(9 - decimals);
  const rounded = (nano + unit / 2n) / unit;
  if (rounded === 0n && nano > 0n) return "<$0.000001";
  const text = rounded.toString().padStart(decimals + 1, "0");
  const fraction = text.slice(-decimals);
  const kept = decimals === 6 ? fraction.replace(/0{1,4}$/, "") : fraction;
  return `$${group(text.slice(0, -decimals))}.${kept}`;
}

/** `"2026-01-31T12:00:05Z"` → `2026-01-31 12:00 UTC`. */
export function formatTime(iso: string): string {
  const text = new Date(iso).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

/** The same to the second: `2026-01-31 12:00:05 UTC`. */
export function formatInstant(iso: string): string {
  const text = new Date(iso).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}

/** The time of day of an instant (milliseconds since the epoch): `12:00:05 UTC`. */
export function formatClock(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(11, 19)} UTC`;
}

const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** The two largest units of a length of time in seconds: `3 d 4 h`, `59 s`. */
export function formatDuration(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || (name === "s" && parts.length === 0)) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(" ");
}
