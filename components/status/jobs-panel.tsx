"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { Badge } from "@/components/ui/badge";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { Time } from "@/components/ui/time";
import { formatCount, formatQuantity } from "@/lib/client/format";
import { type ServerStatus, statusQuery } from "@/lib/status/queries";

// A job that is due is taken within a second; one that has waited for minutes says that nobody takes any.
const lateMs = 5 * 60_000;

function waiting({ due, oldest_due_at }: ServerStatus["jobs"]): Fact {
  const isLate = oldest_due_at !== null && Date.now() - Date.parse(oldest_due_at) > lateMs;
  return {
    term: "Waiting",
    value: isLate ? <Badge tone="warn">{formatQuantity(due, "job")} behind</Badge> : formatQuantity(due, "job"),
    note: oldest_due_at ? (
      <>
        oldest since <Time value={oldest_due_at} />
      </>
    ) : undefined,
  };
}

function givenUp({ failed }: ServerStatus["jobs"]): Fact {
  const total = failed.reduce((sum, { count }) => sum + count, 0);
  return {
    term: "Given up, 90 days",
    value: total === 0 ? <Badge tone="ok">None</Badge> : <Badge tone="danger">{formatQuantity(total, "job")}</Badge>,
    note:
      total === 0 ? undefined : (
        <ul className="space-y-1 pt-1">
          {failed.map(({ name, count, last_at }) => (
            <li key={name}>
              {formatCount(count)} × <span className="font-mono break-all">{name}</span>, last <Time value={last_at} />
            </li>
          ))}
        </ul>
      ),
  };
}

function factsOf({ jobs, mail }: ServerStatus): Fact[] {
  return [
    waiting(jobs),
    { term: "Running", value: formatQuantity(jobs.running, "job") },
    givenUp(jobs),
    {
      term: "Mail",
      value: mail.enabled ? "Set up" : "Not set up",
      note: mail.sender ? `from ${mail.sender}` : "SMTP_URL names the mail server.",
    },
  ];
}

/** Whether the work behind the scenes gets done: deliveries, mails, retention, refreshes. */
export function JobsPanel() {
  const query = useQuery(statusQuery());
  return (
    <QueryPanel title="Background work" query={query} lines={4}>
      {(status) => <FactList facts={factsOf(status)} />}
    </QueryPanel>
  );
}
