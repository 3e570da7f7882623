"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { AuditPanel } from "@/components/audit/audit-panel";
import { SpendThisMonth } from "@/components/figures/figure-cells";
import { Crumbs } from "@/components/layout/crumbs";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { QueryPanel } from "@/components/layout/query-panel";
import { RequireRight } from "@/components/me/require-right";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { Time } from "@/components/ui/time";
import { SpendOf } from "@/components/usage/spend-of";
import { type Key, keyQuery } from "@/lib/keys/queries";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminKeyPath, adminKeysPath } from "@/lib/paths";
import { useKeyActions } from "./key-actions";
import { KeyBudgetsPanel } from "./key-budgets-panel";
import { Expiry, LastUse, Owner, StatusBadge, typeLabels } from "./key-facts";
import { KeyLimitsPanel } from "./key-limits-panel";

function factsOf(key: Key): Fact[] {
  return [
    { term: "State", value: <StatusBadge status={key.status} />, note: key.revoked_reason ?? undefined },
    { term: "Type", value: typeLabels[key.type] },
    { term: "Owner", value: <Owner {...key} />, isWide: true },
    { term: "Team", value: key.team_name ?? key.team_id ?? "None" },
    { term: "Spend this month (UTC)", value: <SpendThisMonth figures={key.figures} /> },
    { term: "Last used", value: <LastUse {...key} /> },
    { term: "Expires", value: <Expiry {...key} /> },
    { term: "Made", value: <Time value={key.created_at} /> },
    ...(key.parent_key_id
      ? [
          {
            term: "Made from",
            value: (
              <Link href={adminKeyPath(key.parent_key_id)} className="text-accent underline">
                {key.parent_key_id}
              </Link>
            ),
          },
        ]
      : []),
    ...(key.tags.length > 0 ? [{ term: "Tags", value: key.tags.join(", ") }] : []),
    ...(key.scopes.length > 0 ? [{ term: "Rights on this API", value: key.scopes.join(", ") }] : []),
    { term: "Id", value: <code className="font-mono text-xs break-all">{key.id}</code>, isWide: true },
  ];
}

function Head({ shown }: { shown: Key | undefined }) {
  const { data: me } = useQuery(meQuery());
  const actions = useKeyActions();
  const mayWrite = me !== undefined && hasRight(me, "keys.write", "all");
  return (
    <>
      <Crumbs steps={[{ label: "Keys", path: adminKeysPath }]} />
      <PageHeader
        title={shown?.name ?? "Key"}
        lead={<span className="font-mono">{shown?.masked ?? "sk-…"}</span>}
        action={<Freshness />}
      />
      <div className="mb-4 flex min-h-8 flex-wrap gap-2">{shown && mayWrite ? actions.buttonsOf(shown) : null}</div>
      {actions.dialog}
    </>
  );
}

/** One key: whose it is, what it may do and where that comes from, what it is charged to, and who did what to it. */
export function KeyView({ id }: { id: string }) {
  const query = useQuery(keyQuery(id));
  return (
    <RequireRight action="keys.read" reach="all" title="Key">
      <Head shown={query.data} />
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <QueryPanel title="Facts" query={query} lines={10}>
          {(key) => <FactList facts={factsOf(key)} />}
        </QueryPanel>
        <div className="grid min-w-0 gap-4 lg:col-span-2">
          {query.data ? (
            <>
              <KeyBudgetsPanel of={query.data} />
              <SpendOf what="key" filter="key_id" id={id} />
              <KeyLimitsPanel of={query.data} />
              <AuditPanel what="key" filter={{ target_id: id }} />
            </>
          ) : null}
        </div>
      </div>
    </RequireRight>
  );
}
