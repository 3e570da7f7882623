"use client";

import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { useView, Views } from "@/components/layout/views";
import { RequireRight } from "@/components/me/require-right";
import { DecidedTable } from "./decided-table";
import type { Place } from "./request-columns";
import { WaitingTable } from "./waiting-table";

const views = [
  { name: "waiting", label: "Waiting" },
  { name: "decided", label: "Decided" },
] as const;

/** What people ask for, for those who set the limits: what waits, and what was decided. */
export function ApprovalsView({ place }: { place: Place }) {
  const [shown, show] = useView(["waiting", "decided"]);
  return (
    <>
      <PageHeader
        title="Approvals"
        lead="Who asks for more, of what and why. What is granted goes back by itself. Times are UTC."
        action={<Freshness />}
      />
      <RequireRight action="budgets.write" reach={place === "admin" ? "all" : undefined} title="Approvals">
        <Views label="Approvals" views={views} shown={shown} onShow={show} />
        {shown === "waiting" ? <WaitingTable place={place} /> : <DecidedTable place={place} />}
      </RequireRight>
    </>
  );
}
