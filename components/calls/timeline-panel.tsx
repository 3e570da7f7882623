import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { formatMs } from "@/components/usage/labels";
import type { UsageCallDetail } from "@/lib/usage/queries";
import { timelineOf } from "@/lib/usage/timeline";
import { Track } from "./timeline";

/** When what happened, to scale: the whole call, and our own work once more, which is too short to be seen beside a provider's. */
export function TimelinePanel({ call }: { call: UsageCallDetail }) {
  const { trace, recorded_at, started_at, names } = call;
  if (!trace)
    return (
      <Card title="Timeline">
        <Empty title={call.status === "unknown" ? "Nobody was left to tell" : "No longer kept"}>
          {call.status === "unknown"
            ? "The process that carried this call died, and its notes with it."
            : "How each call went is kept for a limited time; what it cost is kept as long as usage is."}{" "}
          It took {formatMs(call.latency_ms)} in all
          {call.first_token_ms === null ? "" : `, ${formatMs(call.first_token_ms)} to its first token`}.
        </Empty>
      </Card>
    );
  const bookedMs = recorded_at === null ? null : Date.parse(recorded_at) - Date.parse(started_at);
  const all = timelineOf({ trace, bookedMs, names });
  const own = all.filter(({ kind }) => kind === "own");
  const ownEnd = own.at(-1)?.toMs ?? 0;
  const end = Math.max(...all.map(({ toMs }) => toMs));
  return (
    <Card title="Timeline" hint="Milliseconds since the call arrived">
      <div className="space-y-5 px-4 py-4">
        <Track label="The whole call, to scale" stretches={all} fromMs={0} toMs={end} />
        <Track label="Our own work before the provider, enlarged" stretches={own} fromMs={0} toMs={ownEnd} />
        <p className="text-xs text-muted">
          The caller had the whole answer after {formatMs(trace.steps.ended_ms)}
          {call.first_token_ms === null ? "" : `, its first token after ${formatMs(call.first_token_ms)}`}. Booking
          comes after that and holds nobody up.
        </p>
      </div>
    </Card>
  );
}
