"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleUser } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { buttonLook } from "@/components/ui/button";
import { meQuery } from "@/lib/me/queries";
import { accountPath } from "@/lib/paths";

/** Who is signed in, in a word or two once that is known, and the way to one's own account. */
export function Identity() {
  const pathname = usePathname();
  const { data } = useQuery(meQuery());
  // The icon stands at the right end, so that it stays where it is when the name comes.
  return (
    <Link
      href={accountPath}
      aria-current={pathname === accountPath ? "page" : undefined}
      className={buttonLook({ tone: "ghost", className: "min-w-0 px-2 font-normal" })}
    >
      <span className="max-w-48 truncate max-md:sr-only">
        <span className="sr-only">{data ? "Signed in: " : "Your account"}</span>
        {data ? (data.user?.name ?? data.user?.email ?? data.name) : null}
      </span>
      <CircleUser aria-hidden="true" className="size-4 shrink-0" />
    </Link>
  );
}
