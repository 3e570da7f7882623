"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { type AuditEntry, auditQuery } from "@/lib/audit/queries";
import type { Key } from "@/lib/keys/queries";

const shownAtMost = 20;

/** The fields that an entry says were changed. */
function changedIn({ before, after }: AuditEntry): string {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  for (const column of ["updated_at", "version"]) names.delete(column);
  return [...names].join(", ");
}

/** Who did what to this key. */
export function KeyAuditPanel({ of: key }: { of: Key }) {
  const query = useQuery(auditQuery({ target_id: key.id, limit: shownAtMost }));
  return (
    <QueryPanel
      title="Audit"
      hint={`The last ${shownAtMost} changes of this key`}
      query={query}
      lines={4}
      isEmpty={({ data }) => data.length === 0}
      empty={<Empty title="Nothing on record" />}
    >
      {({ data }) => (
        <Table
          label="Changes of this key"
          head={
            <>
              <HeadCell>What</HeadCell>
              <HeadCell>Who and when</HeadCell>
            </>
          }
        >
          {data.map((entry) => (
            <Row key={entry.id}>
              <Cell>
                <span className="font-mono text-xs">{entry.action}</span>
                {entry.action === "key.updated" ? (
                  <span className="block text-xs text-muted">{changedIn(entry)}</span>
                ) : null}
              </Cell>
              <Cell className="break-words">
                {entry.actor_name ?? entry.actor_id ?? entry.actor_type}
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
