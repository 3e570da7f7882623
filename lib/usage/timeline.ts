/** A call's timeline: what happened when, in milliseconds since it arrived. Pure; views of components/calls call this. */
import type { CallTrace } from "./schema";

export interface Stretch {
  key: string;
  name: string;
  /** What came of it, e.g. the provider's status. */
  note?: string;
  fromMs: number;
  toMs: number;
  /** Our own work, a provider's time, or what comes after the caller was answered. */
  kind: "own" | "provider" | "after";
  isFailed?: boolean;
}

interface TimelineOf {
  trace: CallTrace;
  /** Since arrival, by the clock of the database; null once that is gone. */
  bookedMs: number | null;
  names: Readonly<Record<string, string>>;
}

/** Every stretch of a call, in the order in which they began. */
export function timelineOf({ trace, bookedMs, names }: TimelineOf): Stretch[] {
  const { authenticated_ms, read_ms, limited_ms, held_ms, ended_ms } = trace.steps;
  const own = (key: string, name: string, fromMs: number, toMs: number): Stretch => ({
    key,
    name,
    fromMs,
    toMs: Math.max(fromMs, toMs),
    kind: "own",
  });
  const attempts = trace.attempts.flatMap((attempt, index): Stretch[] => {
    const next = trace.attempts[index + 1];
    const endMs = attempt.answered_ms ?? next?.sent_ms ?? ended_ms;
    const key = attempt.credential_id && (names[attempt.credential_id] ?? attempt.credential_id);
    const isFailed = attempt.error !== null || (attempt.http_status !== null && attempt.http_status >= 400);
    return [
      {
        key: `attempt ${index}`,
        name: `Attempt ${index + 1}${key ? ` with the key "${key}"` : ""}`,
        note: attempt.error ?? (attempt.http_status === null ? "no answer" : `answered ${attempt.http_status}`),
        fromMs: attempt.sent_ms,
        toMs: Math.max(attempt.sent_ms, endMs),
        kind: "provider",
        isFailed,
      },
    ];
  });
  const last = trace.attempts.at(-1);
  const relayed: Stretch[] =
    last?.answered_ms == null
      ? []
      : [
          {
            key: "relayed",
            name: "Answer passed on",
            fromMs: last.answered_ms,
            toMs: Math.max(last.answered_ms, ended_ms),
            kind: "provider",
          },
        ];
  const booked: Stretch[] =
    bookedMs === null
      ? []
      : [{ key: "booked", name: "Booked", fromMs: ended_ms, toMs: Math.max(ended_ms, bookedMs), kind: "after" }];
  return [
    own("authenticated", "Authenticated", 0, authenticated_ms),
    own("read", "Body read", authenticated_ms, read_ms),
    own("limited", "Limits checked", read_ms, limited_ms),
    own("held", "Budgets held", limited_ms, held_ms),
    ...attempts,
    ...relayed,
    ...booked,
  ];
}
