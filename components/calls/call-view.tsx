"use client";

import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { Crumbs } from "@/components/layout/crumbs";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { QueryPanel } from "@/components/layout/query-panel";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { formatMs } from "@/components/usage/labels";
import type { Place } from "@/components/usage/usage-state";
import { formatCount, formatInstant, formatMoney } from "@/lib/client/format";
import { adminKeyPath, callsPath, ownCallsPath, usagePath } from "@/lib/paths";
import { type UsageCallDetail, usageCallQuery } from "@/lib/usage/queries";
import { CostPanel } from "./cost-panel";
import { TimelinePanel } from "./timeline-panel";
import { WhyPanel } from "./why-panel";
import { callerOf, keyNameOf, statusSentences, statusTones, statusWords } from "./words";

function Way({ to, children }: { to: string | null; children: ReactNode }) {
  return to === null ? (
    children
  ) : (
    <Link href={to} className="text-accent hover:underline">
      {children}
    </Link>
  );
}

function firstTokenOf({ first_token_ms, is_stream }: UsageCallDetail): string {
  if (first_token_ms !== null) return `first token after ${formatMs(first_token_ms)}`;
  return is_stream ? "no token came" : "not streamed";
}

function factsOf(call: UsageCallDetail, place: Place): Fact[] {
  const { prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens } = call;
  const teams = call.team_path.map((id) => call.names[id] ?? `${id} (gone)`);
  const calls = place === "admin" ? callsPath : ownCallsPath;
  const only = (filter: string, value: string | null) =>
    value === null ? null : `${calls}?${new URLSearchParams({ [filter]: value })}`;
  return [
    {
      term: "Who",
      value: <Way to={only("user_id", call.user_id)}>{callerOf(call)}</Way>,
      ...(call.user_id ? { note: "leads to their calls" } : {}),
    },
    {
      term: "Key",
      value: (
        <Way to={place === "admin" && call.key_name !== null && call.key_id ? adminKeyPath(call.key_id) : null}>
          {keyNameOf(call)}
        </Way>
      ),
    },
    {
      term: "Team at the time",
      value: teams.length > 0 ? <Way to={only("team_id", call.team_id)}>{teams.join(" / ")}</Way> : "None",
    },
    {
      term: "Model served",
      value: <Way to={only("model", call.model_id)}>{call.model}</Way>,
      note: `at ${call.provider}${call.trace ? `, asked for as ${call.trace.asked_model}` : ""}`,
    },
    { term: "Cost", value: formatMoney(call.cost_usd), note: `${call.cost_usd} USD` },
    {
      term: "Tokens",
      value: `${formatCount(prompt_tokens)} + ${formatCount(completion_tokens)}`,
      note: `prompt (${formatCount(cached_tokens)} cached) + completion (${formatCount(reasoning_tokens)} reasoning)`,
    },
    {
      term: "Latency",
      value: formatMs(call.latency_ms),
      note: firstTokenOf(call),
    },
    { term: "Attempts", value: formatCount(call.attempts), note: call.is_stream ? "streamed" : "in one piece" },
    { term: "Endpoint", value: call.endpoint },
    { term: "Client", value: call.client ?? "Not told" },
    {
      term: "Tags",
      value:
        call.tags.length > 0
          ? call.tags.map((tag) => (
              <Badge key={tag} className="mr-1 first-letter:normal-case">
                {tag}
              </Badge>
            ))
          : "None",
    },
  ];
}

function CopyId({ label, id }: { label: string; id: string }) {
  return (
    <div className="flex min-w-0 items-center justify-between gap-3 px-4 py-1.5">
      <div className="min-w-0">
        <p className="text-xs text-muted">{label}</p>
        <p className="font-mono text-xs break-all">{id}</p>
      </div>
      <CopyButton text={id} label={label} />
    </div>
  );
}

function Parts({ call, place }: { call: UsageCallDetail; place: Place }) {
  return (
    <div className="grid gap-4">
      {call.status === "ok" ? null : (
        <Alert tone={call.status === "aborted" ? "info" : call.status === "unknown" ? "warn" : "danger"}>
          {statusSentences[call.status]}
          {call.error_code ? ` ${call.error_code}${call.http_status ? `, status ${call.http_status}` : ""}.` : ""}
        </Alert>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <Card
          title="Call"
          hint={formatInstant(call.started_at)}
          className="lg:col-span-2"
          action={<Badge tone={statusTones[call.status]}>{statusWords[call.status]}</Badge>}
        >
          <FactList facts={factsOf(call, place)} className="sm:grid-cols-3" />
        </Card>
        <Card title="Ids">
          <div className="divide-y divide-line py-1">
            <CopyId label="Call id" id={call.id} />
            <CopyId label="Request id" id={call.request_id} />
            {call.key_id ? <CopyId label="Key id" id={call.key_id} /> : null}
          </div>
        </Card>
      </div>
      <TimelinePanel call={call} />
      <WhyPanel call={call} />
      <CostPanel call={call} />
    </div>
  );
}

function leadOf({ data, error }: UseQueryResult<UsageCallDetail>): string {
  if (data) return `${data.model}, ${formatInstant(data.started_at)}`;
  return error ? "There is no such call, or it is not yours to see." : "Loading…";
}

function Waiting({ query }: { query: UseQueryResult<UsageCallDetail> }) {
  return (
    <QueryPanel title="Call" query={query} lines={9} className="min-h-96">
      {() => null}
    </QueryPanel>
  );
}

const above = {
  admin: [{ label: "Requests", path: callsPath }],
  portal: [
    { label: "My usage", path: usagePath },
    { label: "Calls", path: ownCallsPath },
  ],
} as const;

/** One call: what it was, when what happened, what every rule said, what it cost. */
export function CallView({ id, place }: { id: string; place: Place }) {
  const query = useQuery(usageCallQuery(id));
  return (
    <>
      <Crumbs steps={above[place]} />
      <PageHeader title="Call" lead={leadOf(query)} action={<Freshness />} />
      {query.data ? <Parts call={query.data} place={place} /> : <Waiting query={query} />}
    </>
  );
}
