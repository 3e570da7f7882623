"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { auditQuery } from "@/lib/audit/queries";
import { changedIn } from "./changes";
import { actorNameOf, auditOf } from "./words";

const shownAtMost = 20;

interface AuditPanelProps {
  /** What it is about: `key`. */
  what: string;
  /** The thing's id, and those of what belongs to it. */
  ids: readonly string[];
}

/** Who did what to one thing. */
export function AuditPanel({ what, ids }: AuditPanelProps) {
  const target = ids.join(",");
  const query = useQuery(auditQuery({ target_id: target, limit: shownAtMost }));
  return (
    <QueryPanel
      title="Audit"
      hint={`The last ${shownAtMost} changes of this ${what}`}
      action={
        query.data ? (
          <Link href={auditOf(target)} className="text-sm text-accent hover:underline">
            All, with details
          </Link>
        ) : null
      }
      query={query}
      lines={4}
      isEmpty={({ data }) => data.length === 0}
      empty={<Empty title="Nothing on record">Nobody has changed it.</Empty>}
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
                {actorNameOf(entry)}
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
