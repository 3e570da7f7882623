import { Badge } from "@/components/ui/badge";
import { CodeBlock } from "@/components/ui/code-block";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/client/format";
import type { DeliveryDetail } from "@/lib/webhooks/queries";

type Attempt = DeliveryDetail["attempts"][number];

function Line({ attempt, number }: { attempt: Attempt; number: number }) {
  const { status_code, error, duration_ms, response_snippet, created_at } = attempt;
  return (
    <li className="px-4 py-3 text-sm">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="w-6 text-muted tabular-nums">{number}</span>
        <Badge tone={error === null ? "ok" : "danger"}>{status_code ?? "No answer"}</Badge>
        <span className="tabular-nums">{formatCount(duration_ms)} ms</span>
        <span className="text-muted">
          <Time value={created_at} isExact />
        </span>
      </div>
      {error ? <p className="mt-1 break-words sm:pl-9">{error}</p> : null}
      {response_snippet ? (
        <div className="mt-2 sm:pl-9">
          <CodeBlock title="The beginning of its answer" text={response_snippet} label="the answer" />
        </div>
      ) : null}
    </li>
  );
}

/** Each attempt at a delivery, the newest first. */
export function AttemptsPanel({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <ol reversed className="divide-y divide-line">
      {[...attempts].reverse().map((attempt, index) => (
        <Line key={attempt.id} attempt={attempt} number={attempts.length - index} />
      ))}
    </ol>
  );
}
