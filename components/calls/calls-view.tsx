"use client";

import { Crumbs } from "@/components/layout/crumbs";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { useView, Views } from "@/components/layout/views";
import { RequireRight } from "@/components/me/require-right";
import type { Place } from "@/components/usage/usage-state";
import { usagePath } from "@/lib/paths";
import { CallsTable } from "./calls-table";
import { RefusalsTable } from "./refusals-table";

const views = [
  { name: "calls", label: "Finished" },
  { name: "refused", label: "Refused" },
] as const;

/** The calls that one may see: those that ran, and those that were refused. */
export function CallsView({ place }: { place: Place }) {
  const [shown, show] = useView(["calls", "refused"]);
  const title = place === "admin" ? "Requests" : "Calls";
  return (
    <>
      {place === "portal" ? <Crumbs steps={[{ label: "My usage", path: usagePath }]} /> : null}
      <PageHeader
        title={title}
        lead="Calls through /v1, each with its cost, its timeline and its reasons. Times are UTC."
        action={<Freshness />}
      />
      <RequireRight action="usage.read" reach={place === "admin" ? "all" : undefined} title={title}>
        <Views label="Calls" views={views} shown={shown} onShow={show} />
        {shown === "calls" ? <CallsTable place={place} /> : <RefusalsTable />}
      </RequireRight>
    </>
  );
}
