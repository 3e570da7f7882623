"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Action } from "@/lib/authz/permissions";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";

/** A part of a page that only some may see; the others do not miss it. A whole page says so: RequireRight. */
export function IfRight({ action, children }: { action: Action; children: ReactNode }) {
  const { data: me } = useQuery(meQuery());
  return me && hasRight(me, action) ? children : null;
}
