/** How a provider and its keys are, in words and tones. Pure. */
import { percent } from "@/components/usage/labels";
import { formatClock, formatQuantity } from "@/lib/client/format";
import type { Credential, Provider, ProviderTraffic } from "@/lib/providers/queries";

export type Tone = "ok" | "warn" | "danger" | "neutral";
export interface State {
  tone: Tone;
  text: string;
}

type Figures = NonNullable<Provider["figures"]>;

/** Whether calls can be served there now. */
export function stateOf({ enabled, figures }: Pick<Provider, "enabled" | "figures">): State {
  if (!enabled) return { tone: "neutral", text: "off" };
  if (!figures) return { tone: "neutral", text: "on" };
  const { usable, resting } = figures.credentials;
  if (usable === 0) return { tone: "warn", text: "no key" };
  if (resting === 0) return { tone: "ok", text: "ready" };
  return resting === usable ? { tone: "danger", text: "resting" } : { tone: "warn", text: "partly resting" };
}

/** `2 of 3 usable`. */
export function keysText({ stored, usable }: Figures["credentials"]): string {
  if (stored === 0) return "None stored";
  return stored === usable ? formatQuantity(stored, "key") : `${usable} of ${formatQuantity(stored, "key")} in use`;
}

const causes: Record<string, string> = {
  no_answer: "no answer",
  http_401: "key refused, 401",
  http_402: "account empty, 402",
  http_403: "not allowed, 403",
  http_408: "too slow, 408",
  http_429: "too many calls, 429",
};

/** Why a key rests: `http_429` → `too many calls, 429`. */
export function causeText(cause: string | null): string {
  if (cause === null) return "refused";
  return causes[cause] ?? cause.replace(/^http_(\d+)$/, "failed with $1");
}

/** `1 rests until 12:00:05 UTC: too many calls, 429`; null where none does. */
export function restText({ resting, usable, next_rested_at, cause }: Figures["credentials"]): string | null {
  if (resting === 0 || next_rested_at === null) return null;
  const until = `until ${formatClock(Date.parse(next_rested_at))}`;
  if (resting === 1) return `${usable === 1 ? "rests" : "1 rests"} ${until}: ${causeText(cause)}`;
  return `${resting} rest, the first ${until}: ${causeText(cause)}`;
}

export function credentialState(credential: Credential): State {
  if (!credential.enabled) return { tone: "neutral", text: "off" };
  if (credential.weight === 0) return { tone: "neutral", text: "never chosen" };
  return credential.cooldown_until ? { tone: "warn", text: "resting" } : { tone: "ok", text: "in use" };
}

/** What part of the calls a credential gets among those in use, in whole percent; null for one that gets none. */
export function shareOf(credential: Credential, all: readonly Credential[]): number | null {
  const weightOf = ({ enabled, weight }: Credential) => (enabled ? weight : 0);
  const total = all.reduce((sum, one) => sum + weightOf(one), 0);
  return weightOf(credential) === 0 ? null : Math.round((weightOf(credential) / total) * 100);
}

const warnAtPercent = 2;
const dangerAtPercent = 20;

/** The share of calls that failed; null without calls. */
export function failedOf({ requests, errors }: Pick<ProviderTraffic, "requests" | "errors">): State | null {
  if (requests === 0) return null;
  const share = (errors / requests) * 100;
  const tone = share >= dangerAtPercent ? "danger" : share >= warnAtPercent ? "warn" : "neutral";
  return { tone, text: percent(share) };
}
