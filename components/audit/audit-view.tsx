"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import { DataTable } from "@/components/table/data-table";
import { useListState } from "@/components/table/use-list-state";
import { Empty } from "@/components/ui/empty";
import { auditQuery, useVerifyAudit } from "@/lib/audit/queries";
import { formatCount } from "@/lib/client/format";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { auditColumns } from "./audit-columns";
import { AuditFilters, auditFilters } from "./audit-filters";
import { EntryDetail } from "./entry-detail";
import { VerifyButton, VerifyResult } from "./verify-panel";
import { targetNameOf } from "./words";

function AuditTable() {
  const list = useListState(auditFilters);
  const query = useQuery({ ...auditQuery(list.query), placeholderData: keepPreviousData });
  const first = list.filters.target_id ? query.data?.data[0] : undefined;
  return (
    <DataTable
      title="Entries"
      hint="Times are UTC"
      columns={auditColumns}
      query={query}
      list={list}
      idOf={({ id }) => id}
      nameOf={({ action, seq }) => `no. ${formatCount(seq)}, ${action}`}
      searchLabel="Part of the action, the actor’s name, the target’s id or the address"
      filters={<AuditFilters list={list} targetName={first ? targetNameOf(first) : null} />}
      exportPath="/audit/export"
      detailOf={(entry) => <EntryDetail entry={entry} />}
      empty={<Empty title="Nothing on record yet">Whatever is changed here is told in this log.</Empty>}
    />
  );
}

/** Who did what to what, when and from where; and the proof that the log is whole. */
export function AuditView() {
  const { data: me } = useQuery(meQuery());
  const verify = useVerifyAudit();
  return (
    <>
      <PageHeader
        title="Audit"
        lead="Who changed what, when and from where. Each entry carries a hash over the one before it."
        action={
          <div className="flex flex-wrap items-center gap-3">
            <Freshness />
            {me && hasRight(me, "audit.read", "all") ? <VerifyButton verify={verify} /> : null}
          </div>
        }
      />
      <RequireRight action="audit.read" reach="all" title="Entries">
        <VerifyResult verify={verify} />
        <AuditTable />
      </RequireRight>
    </>
  );
}
