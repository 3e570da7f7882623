"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { AuditPanel } from "@/components/audit/audit-panel";
import { Crumbs } from "@/components/layout/crumbs";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { QueryPanel } from "@/components/layout/query-panel";
import { RequireRight } from "@/components/me/require-right";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { Time } from "@/components/ui/time";
import { RecentUsage } from "@/components/usage/recent-usage";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { providersPath } from "@/lib/paths";
import { credentialsQuery, type Provider, providerQuery } from "@/lib/providers/queries";
import { CredentialsPanel } from "./credentials-panel";
import { useProviderActions } from "./provider-actions";
import { type FigureName, Keys, Models, OfDay, OfHour, ProviderState, Rest, Unpriced } from "./provider-facts";
import { ProviderModelsPanel } from "./provider-models-panel";

const refreshMs = 15_000;

function factsOf(provider: Provider): Fact[] {
  const traffic = (term: string, figure: FigureName): Fact => ({
    term,
    value: <OfDay of={provider} figure={figure} />,
    note: <OfHour of={provider} figure={figure} />,
  });
  return [
    { term: "State", value: <ProviderState {...provider} /> },
    { term: "Keys", value: <Keys {...provider} />, note: <Rest {...provider} /> },
    traffic("Calls, 24 h", "calls"),
    traffic("Failed, 24 h", "failed"),
    traffic("Latency p50 / p95", "latency"),
    traffic("First token p50 / p95", "first_token"),
    { term: "Models", value: <Models {...provider} />, note: <Unpriced {...provider} /> },
    { term: "Speaks", value: provider.kind === "openai" ? "OpenAI’s language" : provider.kind },
    { term: "Comes from", value: provider.builtin ? "The catalogue" : "Added by hand" },
    { term: "Made", value: <Time value={provider.created_at} /> },
    { term: "Name", value: <span className="break-all">{provider.name}</span> },
    { term: "Id", value: <code className="font-mono text-xs break-all">{provider.id}</code>, isWide: true },
  ];
}

function Head({ shown, mayWrite }: { shown: Provider | undefined; mayWrite: boolean }) {
  const router = useRouter();
  const actions = useProviderActions(() => router.push(providersPath));
  return (
    <>
      <Crumbs steps={[{ label: "Providers", path: providersPath }]} />
      <PageHeader
        title={shown ? (shown.display_name ?? shown.name) : "Provider"}
        lead={<span className="font-mono break-all">{shown?.base_url ?? "https://…"}</span>}
        action={<Freshness />}
      />
      <div className="mb-4 flex min-h-8 flex-wrap gap-2">{shown && mayWrite ? actions.buttonsOf(shown) : null}</div>
      {actions.dialog}
    </>
  );
}

/** What was done to the provider and to the keys that it has now. */
function Changes({ of: provider }: { of: Provider }) {
  const { data } = useQuery(credentialsQuery(provider.id));
  return data ? (
    <AuditPanel what="provider" filter={{ target_id: [provider.id, ...data.data.map(({ id }) => id)].join() }} />
  ) : null;
}

/** One provider: whether it works, with which keys, what it serves, how its calls go, and who changed it. */
export function ProviderView({ id }: { id: string }) {
  const { data: me } = useQuery(meQuery());
  const query = useQuery({ ...providerQuery(id), refetchInterval: refreshMs });
  const may = (action: "providers.write" | "models.write") => me !== undefined && hasRight(me, action);
  return (
    <RequireRight action="providers.read" title="Provider">
      <Head shown={query.data} mayWrite={may("providers.write")} />
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <QueryPanel title="Facts" query={query} lines={12}>
          {(provider) => <FactList facts={factsOf(provider)} />}
        </QueryPanel>
        <div className="grid min-w-0 gap-4 lg:col-span-2">
          {query.data ? (
            <>
              <CredentialsPanel of={query.data} mayWrite={may("providers.write")} />
              <ProviderModelsPanel of={query.data} mayWrite={may("models.write")} />
              <RecentUsage filter={{ provider_id: query.data.id }} what="provider" stackedBy="model" />
              <Changes of={query.data} />
            </>
          ) : null}
        </div>
      </div>
    </RequireRight>
  );
}
