"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { WaitingCount } from "@/components/requests/waiting-count";
import { classNames } from "@/components/ui/class-names";
import { meQuery } from "@/lib/me/queries";
import { isAt, type Way, waysOf } from "./ways";

const look = "flex items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm whitespace-nowrap";

function WayLink({ way, isHere, onFollow }: { way: Way; isHere: boolean; onFollow?: () => void }) {
  const { label, path, icon: Icon, isPlain, counts } = way;
  const content = (
    <>
      <Icon aria-hidden="true" className="size-4 shrink-0" />
      {label}
      {counts === "waiting" ? <WaitingCount /> : null}
    </>
  );
  if (isPlain)
    return (
      <a href={path} className={classNames(look, "text-muted hover:bg-sunken hover:text-ink")}>
        {content}
      </a>
    );
  return (
    <Link
      href={path}
      aria-current={isHere ? "page" : undefined}
      onClick={onFollow}
      className={classNames(
        look,
        isHere ? "bg-accent-soft font-medium text-accent" : "text-muted hover:bg-sunken hover:text-ink",
      )}
    >
      {content}
    </Link>
  );
}

/** The pages that the visitor may see, by whom they are for. `onFollow` hears that one was chosen. */
export function MainNav({ onFollow }: { onFollow?: () => void }) {
  const pathname = usePathname();
  const { data: me } = useQuery(meQuery());
  return (
    <nav aria-label="Main" className="space-y-5">
      {waysOf(me).map((group) => (
        <div key={group.label}>
          <p id={`ways-${group.label}`} className="mb-1 px-2.5 text-xs font-medium text-muted">
            {group.label}
          </p>
          <ul aria-labelledby={`ways-${group.label}`} className="space-y-0.5">
            {group.ways.map((way) => (
              <li key={way.path}>
                <WayLink way={way} isHere={isAt(way.path, pathname)} onFollow={onFollow} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
