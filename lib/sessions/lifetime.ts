/** How long a session counts. Pure: whoever reads or lists sessions asks here. */
import type { SettingsData } from "@/lib/settings/schema";

const hourMs = 3_600_000;
/** The master key stands for nobody in particular, so whoever signed in with it is asked for it again the same day. */
const masterKeyMaxHours = 12;

export type LifetimeSettings = Pick<SettingsData, "session_max_hours" | "session_idle_hours" | "master_key_sign_in">;

export interface Lifetime {
  /** From sign-in to the end, whatever happens between. */
  maxMs: number;
  /** From the last request to the end. */
  idleMs: number;
}

export function lifetimeOf(settings: LifetimeSettings, isMasterKey: boolean): Lifetime {
  const { session_max_hours, session_idle_hours } = settings;
  const maxHours = isMasterKey ? Math.min(session_max_hours, masterKeyMaxHours) : session_max_hours;
  return { maxMs: maxHours * hourMs, idleMs: Math.min(session_idle_hours, maxHours) * hourMs };
}

/** The times of a session of this lifetime that still counts at `nowMs`. Settings that became shorter bind those that are open. */
export function liveWhere({ maxMs, idleMs }: Lifetime, nowMs: number) {
  return {
    ended_at: null,
    expires_at: { gt: new Date(nowMs) },
    created_at: { gt: new Date(nowMs - maxMs) },
    last_seen_at: { gt: new Date(nowMs - idleMs) },
  };
}
