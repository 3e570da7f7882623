"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ChoiceFilter } from "@/components/table/choice-filter";
import type { Column } from "@/components/table/columns";
import { DataTable } from "@/components/table/data-table";
import { useSelection } from "@/components/table/selection";
import { type ListState, useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Time } from "@/components/ui/time";
import { formatCount, formatInstant } from "@/lib/client/format";
import { deliveryPath } from "@/lib/paths";
import { type BulkDeliveries, type Delivery, deliveriesQuery, type Webhook } from "@/lib/webhooks/queries";
import { deliveryStates, testEventType } from "@/lib/webhooks/schema";
import { ReplayDialog, ReplaySelected } from "./replay-deliveries";
import { DeliveryBadge } from "./webhook-facts";
import { deliveryWords, eventTypes, outcomeOf } from "./words";

const filters = ["state", "type"] as const;
type Filter = (typeof filters)[number];

const columns: readonly Column<Delivery>[] = [
  {
    header: "Event",
    cell: ({ type }) => <span className="font-medium break-all">{type}</span>,
    note: ({ message_id }) => <span className="font-mono max-sm:break-all">{message_id}</span>,
  },
  { header: "State", cell: ({ state }) => <DeliveryBadge state={state} /> },
  {
    header: "Answer",
    cell: ({ last_attempt }) =>
      last_attempt ? (
        <span className="block tabular-nums sm:max-w-56 sm:truncate" title={last_attempt.error ?? undefined}>
          {outcomeOf(last_attempt)}
        </span>
      ) : (
        <span className="text-muted">–</span>
      ),
    note: ({ last_attempt }) => (last_attempt ? `${formatCount(last_attempt.duration_ms)} ms` : null),
  },
  {
    header: "Attempts",
    numeric: true,
    priority: "wide",
    cell: ({ attempt_count }) => formatCount(attempt_count),
  },
  {
    header: "Next attempt",
    priority: "widest",
    cell: ({ state, next_attempt_at }) =>
      state === "pending" && next_attempt_at ? (
        <Time value={next_attempt_at} isExact />
      ) : (
        <span className="text-muted">–</span>
      ),
  },
  {
    header: "Queued",
    sort: "created_at",
    sortsDown: true,
    cell: ({ created_at }) => <Time value={created_at} isExact />,
  },
];

function DeliveryFilters({ list }: { list: ListState<Filter> }) {
  return (
    <>
      <ChoiceFilter
        list={list}
        filter="state"
        label="State"
        any="Any state"
        choices={deliveryStates.map((state) => [state, deliveryWords[state]])}
      />
      <ChoiceFilter
        list={list}
        filter="type"
        label="Event"
        any="Any event"
        choices={[...eventTypes, testEventType]}
        className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-52"
      />
    </>
  );
}

interface DeliveriesTableProps {
  of: Webhook;
  mayWrite: boolean;
}

/** What was sent to a webhook, and the way to send it again: what is ticked, or all that the list is narrowed to. */
export function DeliveriesTable({ of: webhook, mayWrite }: DeliveriesTableProps) {
  const list = useListState(filters);
  const query = useQuery(deliveriesQuery(webhook.id, list.query));
  const selection = useSelection();
  const [isReplaying, setReplaying] = useState(false);
  const { sort: _sort, ...narrowing } = list.narrowing;
  // What the address says is checked by the server.
  const filter = { webhook_id: webhook.id, ...narrowing } as NonNullable<BulkDeliveries["filter"]>;
  const hasRows = (query.data?.data.length ?? 0) > 0;
  return (
    <>
      <DataTable
        title="Deliveries"
        hint="Kept for 90 days"
        columns={columns}
        query={query}
        list={list}
        idOf={({ id }) => id}
        nameOf={({ type, created_at }) => `${type} of ${formatInstant(created_at)}`}
        linkOf={({ id }) => deliveryPath(id)}
        searchLabel="Part of the event’s type, or a message’s id"
        filters={
          <>
            <DeliveryFilters list={list} />
            {mayWrite && list.isNarrowed && hasRows ? (
              <Button onClick={() => setReplaying(true)}>Replay all that match</Button>
            ) : null}
          </>
        }
        csvPath={`/webhooks/${webhook.id}/deliveries`}
        selection={mayWrite ? selection : undefined}
        bulk={<ReplaySelected selection={selection} />}
        empty={
          <Empty title="Nothing was sent yet">
            Events appear here as they happen. “Test” sends one at once, whatever the webhook listens to.
          </Empty>
        }
      />
      {isReplaying ? <ReplayDialog filter={filter} onClose={() => setReplaying(false)} /> : null}
    </>
  );
}
