"use client";

import { useQuery } from "@tanstack/react-query";
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

interface ChangesPanelProps {
  /** The id of the thing. */
  of: string;
  /** What kind of thing it is, as in “this key”. */
  what: string;
}

/** Who did what to one thing. */
export function ChangesPanel({ of, what }: ChangesPanelProps) {
  const query = useQuery(auditQuery({ target_id: of, limit: shownAtMost }));
  return (
    <QueryPanel
      title="Audit"
      hint={`The last ${shownAtMost} changes of this ${what}`}
      query={query}
      lines={4}
      isEmpty={({ data }) => data.length === 0}
      empty={<Empty title="Nothing on record" />}
    >
      {({ data }) => (
        <Table
          label={`Changes of this ${what}`}
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
                {entry.action.endsWith(".updated") ? (
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
