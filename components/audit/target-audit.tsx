"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { type AuditEntry, auditQuery } from "@/lib/audit/queries";

const shownAtMost = 20;

/** The fields that an entry says were changed. */
function changedIn({ before, after }: AuditEntry): string {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  for (const column of ["updated_at", "version"]) names.delete(column);
  return [...names].join(", ");
}

interface TargetAuditProps {
  /** What it is: `key`. */
  what: string;
  /** Whose entries: those about a thing, or those of whoever did something. */
  filter: { target_id: string } | { actor_id: string };
  hint?: string;
  action?: ReactNode;
}

/** Who did what to a thing, the last first. */
export function TargetAudit({ what, filter, hint, action }: TargetAuditProps) {
  const query = useQuery(auditQuery({ ...filter, limit: shownAtMost }));
  const isOfTarget = "target_id" in filter;
  return (
    <QueryPanel
      title="Audit"
      hint={hint ?? `The last ${shownAtMost} changes of this ${what}`}
      action={action}
      query={query}
      lines={4}
      isEmpty={({ data }) => data.length === 0}
      empty={<Empty title="Nothing on record" />}
    >
      {({ data }) => (
        <Table
          label={isOfTarget ? `Changes of this ${what}` : `What this ${what} did`}
          head={
            <>
              <HeadCell>What</HeadCell>
              <HeadCell>{isOfTarget ? "Who and when" : "To what and when"}</HeadCell>
            </>
          }
        >
          {data.map((entry) => (
            <Row key={entry.id}>
              <Cell>
                <span className="font-mono text-xs">{entry.action}</span>
                {entry.action.endsWith(".updated") ? (
                  <span className="block text-xs text-muted">{changedIn(entry)}</span>
                ) : null}
              </Cell>
              <Cell className="wrap-anywhere">
                {isOfTarget ? (
                  (entry.actor_name ?? entry.actor_id ?? entry.actor_type)
                ) : (
                  <span className="font-mono text-xs break-all">{entry.target_id ?? entry.target_type ?? "–"}</span>
                )}
                <span className="block text-xs text-muted">
                  <Time value={entry.created_at} />
                </span>
              </Cell>
            </Row>
          ))}
        </Table>
      )}
    </QueryPanel>
  );
}
