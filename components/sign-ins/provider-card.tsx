"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { Badge } from "@/components/ui/badge";
import { Empty } from "@/components/ui/empty";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { type ServerStatus, statusQuery } from "@/lib/status/queries";

type SignInStatus = ServerStatus["sign_in"];

function factsOf(status: SignInStatus): Fact[] {
  const { issuer, internal_issuer, client_id, redirect_url, discovery, development } = status;
  return [
    {
      term: "State",
      value: discovery.state === "ok" ? <Badge tone="ok">Answers</Badge> : <Badge tone="danger">Does not answer</Badge>,
      note: discovery.reason ?? "Its discovery document is as it has to be.",
    },
    {
      term: development ? "Issuer, the development sign-in" : "Issuer",
      value: issuer,
      note: internal_issuer ? `Reached from here as ${internal_issuer}` : null,
    },
    { term: "Client id", value: client_id },
    { term: "Callback address", value: redirect_url, note: "The client has to allow it." },
  ];
}

/** The identity provider: what is configured, and whether it answers this server now. */
export function ProviderCard() {
  const query = useQuery(statusQuery());
  return (
    <QueryPanel
      title="Identity provider"
      className="max-sm:min-h-84"
      query={query}
      lines={5}
      isEmpty={({ sign_in }) => !sign_in.enabled}
      empty={
        <Empty title="Not set up">
          People sign in with the master key alone. Set <code className="font-mono">DEX_ISSUER</code>,{" "}
          <code className="font-mono">DEX_CLIENT_ID</code> and <code className="font-mono">DEX_CLIENT_SECRET</code>, or{" "}
          <code className="font-mono">auth.dex</code> in the configuration file, and start the server again.
        </Empty>
      }
    >
      {({ sign_in }) => (
        <FactList facts={factsOf(sign_in)} className="max-sm:grid-cols-1 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]" />
      )}
    </QueryPanel>
  );
}
