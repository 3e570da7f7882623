"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { type AuditEntry, auditQuery } from "@/lib/audit/queries";

const shownAtMost = 20;

/** The fields that an entry says were changed. */
function changedIn({ action, before, after }: AuditEntry): string {
  if (!action.endsWith(".updated")) return "";
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  for (const column of ["updated_at", "version"]) names.delete(column);
  return [...names].join(", ");
}

interface ChangesPanelProps {
  /** What it is about: `key`. */
  what: string;
  /** The thing's id, and those of what belongs to it. */
  ids: readonly string[];
}

/** Who did what to a thing. */
export function ChangesPanel({ what, ids }: ChangesPanelProps) {
  const query = useQuery(auditQuery({ target_id: ids.join(","), limit: shownAtMost }));
  return (
    <QueryPanel
      title="Audit"
      hint={`The last ${shownAtMost} changes of this ${what}`}
      query={query}
      lines={4}
      isEmpty={({ data }) => data.length === 0}
      empty={<Empty title="Nothing on record">Whatever is changed from now on stands here.</Empty>}
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
                <span className="block text-xs break-words text-muted">{changedIn(entry)}</span>
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
