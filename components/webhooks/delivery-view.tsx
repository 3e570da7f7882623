"use client";

import { useQuery } from "@tanstack/react-query";
import { Crumbs } from "@/components/layout/crumbs";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { QueryPanel } from "@/components/layout/query-panel";
import { RequireRight } from "@/components/me/require-right";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Empty } from "@/components/ui/empty";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { Time } from "@/components/ui/time";
import { useToast } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/client/format";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { webhookPath, webhooksPath } from "@/lib/paths";
import { type DeliveryDetail, deliveryQuery, useReplayDelivery, webhookQuery } from "@/lib/webhooks/queries";
import { AttemptsPanel } from "./attempts-panel";
import { DeliveryBadge } from "./webhook-facts";
import { nameOf } from "./words";

// One that waits is looked at again until it is known what has become of it.
const refreshMs = 2_000;

function factsOf(delivery: DeliveryDetail): Fact[] {
  const { state, next_attempt_at } = delivery;
  return [
    {
      term: "State",
      value: <DeliveryBadge state={state} />,
      note:
        state === "pending" && next_attempt_at ? (
          <>
            next attempt <Time value={next_attempt_at} isExact />
          </>
        ) : undefined,
    },
    { term: "Attempts", value: formatQuantity(delivery.attempt_count, "attempt") },
    { term: "Queued", value: <Time value={delivery.created_at} isExact /> },
    { term: "Changed", value: <Time value={delivery.updated_at} isExact /> },
    { term: "Message", value: <code className="font-mono text-xs break-all">{delivery.message_id}</code> },
    { term: "Delivery", value: <code className="font-mono text-xs break-all">{delivery.id}</code> },
  ];
}

/** The headers as they go out; what is made anew for each attempt is named, not shown. */
function headersOf({ headers }: DeliveryDetail): string {
  return [
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "webhook-timestamp: (seconds since 1970, of each attempt)",
    "webhook-signature: v1,… (of each attempt, not kept)",
  ].join("\n");
}

function Head({ shown }: { shown: DeliveryDetail | undefined }) {
  const { data: me } = useQuery(meQuery());
  const webhook = useQuery({ ...webhookQuery(shown?.webhook_id ?? ""), enabled: shown !== undefined }).data;
  return (
    <>
      <Crumbs
        steps={[
          { label: "Webhooks", path: webhooksPath },
          ...(shown
            ? [{ label: webhook ? nameOf(webhook) : shown.webhook_id, path: webhookPath(shown.webhook_id) }]
            : []),
        ]}
      />
      <PageHeader
        title={shown?.type ?? "Delivery"}
        lead="One event on its way to one webhook."
        action={<Freshness />}
      />
      <div className="mb-4 min-h-8">
        {shown && me && hasRight(me, "webhooks.write", "all") ? <Replay of={shown} /> : null}
      </div>
    </>
  );
}

function Replay({ of: delivery }: { of: DeliveryDetail }) {
  const [replay, tell] = [useReplayDelivery(delivery.id), useToast()];
  const send = () =>
    replay.mutate(undefined, { onSuccess: () => tell("Queued", "It is sent again under the same id.") });
  return (
    <div className="space-y-2">
      <Button onClick={send} disabled={replay.isPending}>
        Replay
      </Button>
      {replay.error ? <Alert tone="danger">{replay.error.message}</Alert> : null}
    </div>
  );
}

/** One delivery: what was sent, and what came of each attempt. */
export function DeliveryView({ id }: { id: string }) {
  const query = useQuery({
    ...deliveryQuery(id),
    refetchInterval: ({ state }) => (state.data?.state === "pending" ? refreshMs : false),
  });
  const { data } = query;
  return (
    <RequireRight action="webhooks.read" reach="all" title="Delivery">
      <Head shown={data} />
      <div className="grid min-w-0 gap-4">
        <QueryPanel title="Facts" query={query} lines={3}>
          {(delivery) => <FactList facts={factsOf(delivery)} className="sm:grid-cols-3" />}
        </QueryPanel>
        {data ? (
          <div className="grid min-w-0 items-start gap-4 lg:grid-cols-2">
            <Card title="Attempts" hint="The newest first">
              {data.attempts.length > 0 ? (
                <AttemptsPanel attempts={data.attempts} />
              ) : (
                <Empty title="Not tried yet">It is sent as soon as a runner gets to it.</Empty>
              )}
            </Card>
            <Card title="What is sent" hint="The same at every attempt">
              <div className="space-y-4 px-4 py-4">
                <CodeBlock title="Headers" text={headersOf(data)} label="the headers" />
                <CodeBlock title="Body" text={JSON.stringify(data.payload, null, 2)} label="the body" isLong />
              </div>
            </Card>
          </div>
        ) : null}
      </div>
    </RequireRight>
  );
}
