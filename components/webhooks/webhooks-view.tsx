"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import { ChoiceFilter } from "@/components/table/choice-filter";
import { DataTable } from "@/components/table/data-table";
import { type ListState, useListState } from "@/components/table/use-list-state";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { useHydrated } from "@/components/ui/use-hydrated";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { webhookPath } from "@/lib/paths";
import { webhooksQuery } from "@/lib/webhooks/queries";
import { webhookStates } from "@/lib/webhooks/schema";
import { CreateWebhookDialog } from "./create-webhook-dialog";
import { useWebhookActions } from "./webhook-actions";
import { webhookColumns } from "./webhook-columns";
import { nameOf, webhookWords } from "./words";

const filters = ["state"] as const;

function StateFilter({ list }: { list: ListState<"state"> }) {
  return (
    <ChoiceFilter
      list={list}
      filter="state"
      label="State"
      any="Any state"
      choices={webhookStates.map((state) => [state, webhookWords[state]])}
      className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-36"
    />
  );
}

function WebhooksTable({ mayWrite }: { mayWrite: boolean }) {
  const list = useListState(filters);
  const query = useQuery(webhooksQuery(list.query));
  const actions = useWebhookActions();
  return (
    <>
      <DataTable
        title="All webhooks"
        columns={webhookColumns}
        query={query}
        list={list}
        idOf={({ id }) => id}
        nameOf={nameOf}
        linkOf={({ id }) => webhookPath(id)}
        searchLabel="Part of the URL or the description"
        filters={<StateFilter list={list} />}
        csvPath="/webhooks"
        csvQuery={{ include: "figures" }}
        rowMenu={mayWrite ? actions.menuOf : undefined}
        empty={
          <Empty title="No webhooks yet">
            A webhook tells another program of what happens here: a budget that is used up, a key that is revoked.
            {mayWrite ? " Add one with “Add webhook”." : ""}
          </Empty>
        }
      />
      {actions.dialog}
    </>
  );
}

/** Every receiver of events: whether it works, what it listens to, and what can be done with it. */
export function WebhooksView() {
  const { data: me } = useQuery(meQuery());
  const [isCreating, setCreating] = useState(false);
  const isReady = useHydrated();
  const mayWrite = me !== undefined && hasRight(me, "webhooks.write", "all");
  return (
    <>
      <PageHeader
        title="Webhooks"
        lead="Other programs that are told of what happens here, and whether they hear it."
        action={
          <div className="flex flex-wrap items-center gap-3">
            <Freshness />
            {mayWrite ? (
              <Button tone="primary" onClick={() => setCreating(true)} disabled={!isReady}>
                <Plus aria-hidden="true" className="size-4" />
                Add webhook
              </Button>
            ) : null}
          </div>
        }
      />
      <RequireRight action="webhooks.read" reach="all" title="All webhooks">
        <WebhooksTable mayWrite={mayWrite} />
      </RequireRight>
      {mayWrite && isCreating ? <CreateWebhookDialog onClose={() => setCreating(false)} /> : null}
    </>
  );
}
