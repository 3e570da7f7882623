import Link from "next/link";
import type { Column } from "@/components/table/columns";
import { Time } from "@/components/ui/time";
import type { AuditEntry } from "@/lib/audit/queries";
import { formatCount } from "@/lib/client/format";
import { changedIn } from "./changes";
import { actorNameOf, actorPathOf, actorWords, kindWords, targetNameOf, targetPathOf } from "./words";

const narrow = "block max-w-56 truncate max-sm:ml-auto";

function Named({ name, path }: { name: string; path: string | null }) {
  if (!path)
    return (
      <span title={name} className={narrow}>
        {name}
      </span>
    );
  return (
    <Link href={path} title={name} className={`${narrow} text-accent hover:underline`}>
      {name}
    </Link>
  );
}

export const auditColumns: readonly Column<AuditEntry>[] = [
  {
    header: "When",
    sort: "seq",
    sortsDown: true,
    cell: ({ created_at }) => <Time value={created_at} isExact />,
    note: ({ seq }) => `No. ${formatCount(seq)}`,
  },
  {
    header: "Who",
    cell: (entry) => <Named name={actorNameOf(entry)} path={actorPathOf(entry)} />,
    note: ({ actor_type }) => actorWords[actor_type],
  },
  {
    header: "What",
    cell: ({ action }) => <span className="font-mono text-xs leading-5">{action}</span>,
    note: (entry) => <span className={narrow}>{changedIn(entry)}</span>,
  },
  {
    header: "On",
    cell: (entry) => {
      const name = targetNameOf(entry) ?? kindWords[entry.target_type ?? ""];
      return name ? <Named name={name} path={targetPathOf(entry)} /> : <span className="text-muted">–</span>;
    },
    note: ({ target_type, target_id }) => (target_type && target_id ? (kindWords[target_type] ?? target_type) : null),
  },
  {
    header: "From",
    priority: "wide",
    cell: ({ address }) =>
      address ? <span className="font-mono text-xs leading-5">{address}</span> : <span className="text-muted">–</span>,
  },
];
