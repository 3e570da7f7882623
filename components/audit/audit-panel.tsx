"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { QueryPanel } from "@/components/layout/query-panel";
import { IfRight } from "@/components/me/if-right";
import { Empty } from "@/components/ui/empty";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { auditQuery } from "@/lib/audit/queries";
import { changedIn } from "./changes";
import { actorNameOf, auditOf, targetNameOf } from "./words";

const shownAtMost = 20;

interface AuditPanelProps {
  /** What it is about: `key`. */
  what: string;
  /** Whose entries: those about a thing (and, between commas, about what belongs to it), or those of whoever did something. */
  filter: { target_id: string } | { actor_id: string };
  hint?: string;
  /** Beside the way to all of them. */
  action?: ReactNode;
}

/** Who did what to one thing, or what one did, the last first; nothing for whoever may not read the log. */
export function AuditPanel(props: AuditPanelProps) {
  return (
    <IfRight action="audit.read">
      <Entries {...props} />
    </IfRight>
  );
}

function Entries({ what, filter, hint, action }: AuditPanelProps) {
  const query = useQuery(auditQuery({ ...filter, limit: shownAtMost }));
  const isOfTarget = "target_id" in filter;
  return (
    <QueryPanel
      title="Audit"
      hint={hint ?? `The last ${shownAtMost} changes of this ${what}`}
      action={
        <span className="flex flex-wrap items-center gap-3">
          {action}
          {query.data ? (
            <Link href={auditOf(filter)} className="text-sm text-accent underline">
              All, with details
            </Link>
          ) : null}
        </span>
      }
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
                <span className="block text-xs break-words text-muted">{changedIn(entry)}</span>
              </Cell>
              <Cell className="wrap-anywhere">
                {isOfTarget ? actorNameOf(entry) : targetNameOf(entry)}
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
