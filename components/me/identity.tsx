"use client";

import { useQuery } from "@tanstack/react-query";
import { meQuery } from "@/lib/me/queries";

/** Who is signed in, in a word or two. Shows nothing until that is known. */
export function Identity() {
  const { data } = useQuery(meQuery());
  if (!data) return null;
  return (
    <p className="max-w-48 truncate pr-2 text-sm text-muted max-md:sr-only">
      <span className="sr-only">Signed in: </span>
      {data.user?.name ?? data.user?.email ?? data.name}
    </p>
  );
}
