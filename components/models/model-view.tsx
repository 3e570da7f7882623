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
import { formatCount } from "@/lib/client/format";
import { type Model, modelQuery } from "@/lib/models/queries";
import { modelsPath } from "@/lib/paths";
import { useModelActions } from "./model-actions";
import { ModelState, PriceAge, PriceOrigin, ProviderLink } from "./model-facts";
import { ModelPricesPanel } from "./model-prices-panel";

const none = <span className="text-muted">No limit</span>;

function factsOf(model: Model): Fact[] {
  const tokens = (count: number | null) => (count === null ? none : formatCount(count));
  return [
    { term: "State", value: <ModelState {...model} /> },
    { term: "Provider", value: <ProviderLink {...model} /> },
    { term: "Price", value: <PriceOrigin {...model} />, note: <PriceAge {...model} /> },
    { term: "Kind", value: model.kind },
    ...(model.display_name ? [{ term: "Display name", value: model.display_name }] : []),
    { term: "Max prompt tokens", value: tokens(model.max_input_tokens) },
    { term: "Max completion tokens", value: tokens(model.max_output_tokens) },
    { term: "Name at the provider", value: <span className="break-all">{model.upstream_name}</span> },
    { term: "Comes from", value: model.builtin ? "The catalogue" : "Added by hand" },
    { term: "Made", value: <Time value={model.created_at} /> },
    { term: "Id", value: <code className="font-mono text-xs break-all">{model.id}</code>, isWide: true },
  ];
}

function Head({ shown }: { shown: Model | undefined }) {
  const router = useRouter();
  const actions = useModelActions(() => router.push(modelsPath));
  return (
    <>
      <Crumbs steps={[{ label: "Models", path: modelsPath }]} />
      <PageHeader
        title={shown?.name ?? "Model"}
        lead={
          <span className="font-mono break-all">{shown ? `${shown.provider}/${shown.name}` : "provider/name"}</span>
        }
        action={<Freshness />}
      />
      <div className="mb-4 flex min-h-8 flex-wrap gap-2">{shown ? actions.buttonsOf(shown) : null}</div>
      {actions.dialog}
    </>
  );
}

/** One model: what it costs and cost before, what it can take, how its calls go, and who changed it. */
export function ModelView({ id }: { id: string }) {
  const query = useQuery(modelQuery(id));
  return (
    <RequireRight action="models.write" title="Model">
      <Head shown={query.data} />
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <QueryPanel title="Facts" query={query} lines={10}>
          {(model) => <FactList facts={factsOf(model)} />}
        </QueryPanel>
        <div className="grid min-w-0 gap-4 lg:col-span-2">
          {query.data ? (
            <>
              <ModelPricesPanel of={query.data} />
              <RecentUsage filter={{ model: query.data.id }} what="model" stackedBy="team" />
              <AuditPanel what="model" filter={{ target_id: query.data.id }} />
            </>
          ) : null}
        </div>
      </div>
    </RequireRight>
  );
}
