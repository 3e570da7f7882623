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
import { formatQuantity } from "@/lib/client/format";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { webhooksPath } from "@/lib/paths";
import { type Webhook, webhookQuery } from "@/lib/webhooks/queries";
import { DeliveriesTable } from "./deliveries-table";
import { useWebhookActions } from "./webhook-actions";
import { Delivered, LastDelivery, WebhookState } from "./webhook-facts";
import { nameOf } from "./words";

function factsOf(webhook: Webhook): Fact[] {
  const { previous_expires_at } = webhook;
  // An overlap that is over is no news.
  const isOverlap = previous_expires_at !== null && Date.parse(previous_expires_at) > Date.now();
  return [
    { term: "State", value: <WebhookState of={webhook} /> },
    { term: "Delivered, 7 days", value: <Delivered {...webhook} /> },
    { term: "Last delivery", value: <LastDelivery {...webhook} /> },
    {
      term: "Events",
      value: webhook.events.length === 0 ? "All" : formatQuantity(webhook.events.length, "type"),
      note: webhook.events.length === 0 ? "also those of later versions" : webhook.events.join(", "),
    },
    {
      term: "Secret",
      value: isOverlap ? "Two are valid" : "One is valid",
      note: isOverlap ? (
        <>
          the old one until <Time value={previous_expires_at} />
        </>
      ) : undefined,
    },
    {
      term: "Comes from",
      value: webhook.source === "environment" ? "BUDGET_ALERT_WEBHOOK" : "This console or the API",
      note: webhook.source === "environment" ? "It is changed there, and nowhere else." : undefined,
    },
    { term: "Made", value: <Time value={webhook.created_at} /> },
    { term: "Changed", value: <Time value={webhook.updated_at} /> },
    { term: "Id", value: <code className="font-mono text-xs break-all">{webhook.id}</code>, isWide: true },
  ];
}

function Head({ shown, mayWrite }: { shown: Webhook | undefined; mayWrite: boolean }) {
  const router = useRouter();
  const actions = useWebhookActions(() => router.push(webhooksPath));
  return (
    <>
      <Crumbs steps={[{ label: "Webhooks", path: webhooksPath }]} />
      <PageHeader
        title={shown ? nameOf(shown) : "Webhook"}
        lead={<span className="font-mono break-all">{shown?.url ?? "https://…"}</span>}
        action={<Freshness />}
      />
      <div className="mb-4 flex min-h-8 flex-wrap gap-2">{shown && mayWrite ? actions.buttonsOf(shown) : null}</div>
      {actions.dialog}
    </>
  );
}

/** One webhook: whether it works, what was sent to it, and who did what to it. */
export function WebhookView({ id }: { id: string }) {
  const query = useQuery(webhookQuery(id));
  const { data: me } = useQuery(meQuery());
  const mayWrite = me !== undefined && hasRight(me, "webhooks.write", "all");
  return (
    <RequireRight action="webhooks.read" reach="all" title="Webhook">
      <Head shown={query.data} mayWrite={mayWrite} />
      <div className="grid min-w-0 gap-4">
        <QueryPanel title="Facts" query={query} lines={6}>
          {(webhook) => <FactList facts={factsOf(webhook)} className="sm:grid-cols-3 xl:grid-cols-5" />}
        </QueryPanel>
        {query.data ? (
          <>
            <DeliveriesTable of={query.data} mayWrite={mayWrite} />
            <AuditPanel what="webhook" filter={{ target_id: query.data.id }} />
          </>
        ) : null}
      </div>
    </RequireRight>
  );
}
