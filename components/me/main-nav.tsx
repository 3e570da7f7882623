"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { classNames } from "@/components/ui/class-names";
import type { Action } from "@/lib/authz/permissions";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { docsPath, homePath, signInAdminPath } from "@/lib/paths";

interface Way {
  label: string;
  path: string;
  /** Who sees it; everybody if absent. These stand last, so that nothing moves when it is known who asks. */
  needs?: Action;
  /** Answered by the server itself, not a page of the app. */
  isPlain?: true;
}

const ways: readonly Way[] = [
  { label: "Overview", path: homePath },
  { label: "API", path: docsPath, isPlain: true },
  { label: "Sign-in", path: signInAdminPath, needs: "settings.read" },
];

const look = "rounded-sm px-2 py-1 text-sm whitespace-nowrap";

/** The pages that the visitor may see. */
export function MainNav() {
  const pathname = usePathname();
  const { data: me } = useQuery(meQuery());
  const shown = ways.filter(({ needs }) => needs === undefined || (me !== undefined && hasRight(me, needs)));
  return (
    <nav aria-label="Main" className="-mx-4 flex items-center gap-1 overflow-x-auto px-2 py-1 sm:mx-0">
      {shown.map(({ label, path, isPlain }) => {
        if (isPlain)
          return (
            <a key={path} href={path} className={classNames(look, "text-muted hover:text-ink")}>
              {label}
            </a>
          );
        const isHere = pathname === path;
        return (
          <Link
            key={path}
            href={path}
            aria-current={isHere ? "page" : undefined}
            className={classNames(look, isHere ? "bg-sunken font-medium" : "text-muted hover:text-ink")}
          >
            {label}
          </Link>
        );
      })}
    </nav>
  );
}
