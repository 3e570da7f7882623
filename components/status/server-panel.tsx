"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { QueryPanel } from "@/components/layout/query-panel";
import { Badge } from "@/components/ui/badge";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { formatCount, formatDuration, formatQuantity } from "@/lib/client/format";
import { type ServerStatus, statusQuery } from "@/lib/status/queries";

const refreshMs = 30_000;

function factsOf(status: ServerStatus): Fact[] {
  const { migrations, counts } = status;
  return [
    { term: "Version", value: status.version },
    { term: "Running for", value: formatDuration(status.uptime_seconds) },
    { term: "Database", value: status.embedded ? "Embedded PostgreSQL" : "PostgreSQL" },
    {
      term: "Schema",
      value:
        migrations.pending === 0 ? (
          <Badge tone="ok">Up to date</Badge>
        ) : (
          <Badge tone="danger">{formatQuantity(migrations.pending, "migration")} missing</Badge>
        ),
      note: `${formatQuantity(migrations.applied, "migration")} applied`,
    },
    { term: "Simulator", value: status.simulator.enabled ? "On" : "Off" },
    { term: "Keys in use", value: formatCount(counts.keys), note: "Neither revoked nor expired" },
    { term: "Teams", value: formatCount(counts.teams) },
    { term: "Users", value: formatCount(counts.users) },
    { term: "Models", value: formatCount(counts.models) },
    { term: "Providers", value: formatCount(counts.providers) },
  ];
}

/** What this server is and how it is; `action` is the way on, where there is one. */
export function ServerPanel({ action }: { action?: ReactNode }) {
  const query = useQuery({ ...statusQuery(), refetchInterval: refreshMs });
  return (
    <QueryPanel title="Server" action={action} query={query} lines={6}>
      {(status) => <FactList facts={factsOf(status)} />}
    </QueryPanel>
  );
}
