import Link from "next/link";
import { StackedTable } from "@/components/ui/stacked-table";
import type { AuditEntry } from "@/lib/audit/queries";
import { type Change, changesOf, detailsOf } from "./changes";
import { auditOf } from "./words";

const nothing = <span className="text-muted">–</span>;

function Was({ text }: { text: string | null }) {
  if (text === null) return nothing;
  return <del className="rounded-sm bg-danger-soft px-1 text-danger no-underline break-words">{text}</del>;
}

function Is({ text }: { text: string | null }) {
  if (text === null) return nothing;
  return <ins className="rounded-sm bg-ok-soft px-1 text-ok no-underline break-words">{text}</ins>;
}

function fieldOf({ field }: { field: string }) {
  return <span className="font-mono text-xs break-all">{field}</span>;
}

/** The changed fields as they were and as they became; one side only where something was made or deleted. */
function Changes({ changes, entry }: { changes: readonly Change[]; entry: AuditEntry }) {
  const [hasBefore, hasAfter] = [entry.before != null, entry.after != null];
  return (
    <StackedTable
      label="What changed"
      columns={[
        { header: "Field" },
        ...(hasBefore ? [{ header: "Before" }] : []),
        ...(hasAfter ? [{ header: "After" }] : []),
      ]}
      rows={changes.map((change) => ({
        key: change.field,
        cells: [
          fieldOf(change),
          ...(hasBefore ? [<Was key="before" text={change.before} />] : []),
          ...(hasAfter ? [<Is key="after" text={change.after} />] : []),
        ],
      }))}
    />
  );
}

function Told({ terms }: { terms: readonly { field: string; value: string }[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-1 text-xs sm:grid-cols-[max-content_minmax(0,1fr)]">
      {terms.map(({ field, value }) => (
        <div key={field} className="contents">
          <dt className="text-muted max-sm:mt-1">{field}</dt>
          <dd className="font-mono break-all">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** All that one entry says: what changed, what it tells besides, and what proves it. */
export function EntryDetail({ entry }: { entry: AuditEntry }) {
  const changes = changesOf(entry.before, entry.after);
  const terms = [
    ...detailsOf(entry.details),
    ...(entry.target_id ? [{ field: "target_id", value: entry.target_id }] : []),
    ...(entry.request_id ? [{ field: "request_id", value: entry.request_id }] : []),
    ...(entry.address ? [{ field: "address", value: entry.address }] : []),
    { field: "hash", value: entry.hash },
  ];
  return (
    <div className="space-y-4 text-sm">
      {changes.length > 0 ? (
        <div className="rounded-md border border-line bg-surface">
          <Changes changes={changes} entry={entry} />
        </div>
      ) : (
        <p className="text-muted">No field of it was changed.</p>
      )}
      <Told terms={terms} />
      {entry.target_id ? (
        <Link href={auditOf({ target_id: entry.target_id })} className="text-accent underline">
          All that happened to it
        </Link>
      ) : null}
    </div>
  );
}
