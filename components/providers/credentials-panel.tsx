"use client";

import { useQuery } from "@tanstack/react-query";
import { PlugZap, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { QueryPanel } from "@/components/layout/query-panel";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { StackedTable } from "@/components/ui/stacked-table";
import { Time } from "@/components/ui/time";
import { useHydrated } from "@/components/ui/use-hydrated";
import { formatClock } from "@/lib/client/format";
import { type Credential, credentialsQuery, type Provider, useTestProvider } from "@/lib/providers/queries";
import { ConnectionResult } from "./connection-result";
import { useCredentialActions } from "./credential-actions";
import { CreateCredentialDialog } from "./credential-dialog";
import { causeText, credentialState, shareOf } from "./provider-words";

const refreshMs = 15_000;

const columns = [
  { header: "Key" },
  { header: "State" },
  { header: "Weight", numeric: true as const },
  { header: "Changed" },
];
const withActions = [...columns, { header: "Actions", numeric: true as const }];

function State({ credential }: { credential: Credential }) {
  const { tone, text } = credentialState(credential);
  const { cooldown_until, cooldown_cause } = credential;
  return (
    <span className="block max-sm:text-right">
      <Badge tone={tone}>{text}</Badge>
      {cooldown_until ? (
        <span className="block text-xs text-muted">
          until <span className="whitespace-nowrap">{formatClock(Date.parse(cooldown_until))}</span>:{" "}
          {causeText(cooldown_cause)}
        </span>
      ) : null}
    </span>
  );
}

function cellsOf(credential: Credential, all: readonly Credential[]): ReactNode[] {
  const share = shareOf(credential, all);
  return [
    <span key="name" className="break-words">
      {credential.name}
      <span className="block font-mono text-xs font-normal text-muted">
        {credential.last_four ? `…${credential.last_four}` : "too short to show any of it"}
      </span>
    </span>,
    <State key="state" credential={credential} />,
    <span key="weight" className="block max-sm:text-right">
      {credential.weight}
      {share === null ? null : <span className="block text-xs text-muted">{share} % of calls</span>}
    </span>,
    <Time key="time" value={credential.updated_at} />,
  ];
}

/** Tries a stored key, or the one that calls would use first; remembers which it was. */
function useTest(provider: Provider) {
  const [by, setBy] = useState("");
  const test = useTestProvider(provider.id);
  const run = (credential: Credential | null) => {
    setBy(credential ? `the key ${credential.name}` : "the key that calls use first");
    test.mutate(credential ? { credential_id: credential.id } : {});
  };
  return { test, by, run };
}

/** The keys of a provider: written and never read, which of them rest, and whether the provider takes them. */
export function CredentialsPanel({ of: provider, mayWrite }: { of: Provider; mayWrite: boolean }) {
  const query = useQuery({ ...credentialsQuery(provider.id), refetchInterval: refreshMs });
  const [isAdding, setAdding] = useState(false);
  const isReady = useHydrated();
  const { test, by, run } = useTest(provider);
  const { menuOf, dialog } = useCredentialActions(run);
  const buttons = (
    <span className="flex flex-wrap gap-2">
      <Button disabled={!isReady || test.isPending} onClick={() => run(null)}>
        <PlugZap aria-hidden="true" className="size-4" />
        {test.isPending ? "Testing…" : "Test the connection"}
      </Button>
      <Button disabled={!isReady} onClick={() => setAdding(true)}>
        <Plus aria-hidden="true" className="size-4" />
        Add key
      </Button>
    </span>
  );
  return (
    <>
      <QueryPanel
        title="Keys"
        hint="A refused one rests for a while"
        query={query}
        lines={4}
        action={mayWrite ? buttons : undefined}
      >
        {({ data }) => (
          <>
            {test.data || test.error ? (
              <div className="border-b border-line p-4">
                <ConnectionResult report={test.data} error={test.error} by={data.length > 0 ? by : "no key"} />
              </div>
            ) : null}
            {data.length === 0 ? (
              <Empty title="No keys">
                Calls go out without one, as some servers of one’s own allow. Others refuse them.
              </Empty>
            ) : (
              <StackedTable
                label="Keys of this provider"
                columns={mayWrite ? withActions : columns}
                rows={data.map((credential) => ({
                  key: credential.id,
                  cells: [...cellsOf(credential, data), menuOf(credential)],
                }))}
              />
            )}
          </>
        )}
      </QueryPanel>
      {dialog}
      {isAdding ? <CreateCredentialDialog providerId={provider.id} onClose={() => setAdding(false)} /> : null}
    </>
  );
}
