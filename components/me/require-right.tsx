"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { NotAllowed } from "@/components/layout/not-allowed";
import { QueryPanel } from "@/components/layout/query-panel";
import { Card } from "@/components/ui/card";
import type { Action } from "@/lib/authz/permissions";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";

interface RequireRightProps {
  action: Action;
  /** `all`: for those who may do it to everything, as on the administrators' pages. */
  reach?: "all";
  /** What the page is, for whoever waits for it or may not see it. */
  title: string;
  children: ReactNode;
}

/** Shows a page to those who may see it, and says so to the others. It hides nothing: the API decides on what each call gives. */
export function RequireRight({ action, reach, title, children }: RequireRightProps) {
  const query = useQuery(meQuery());
  if (query.data && hasRight(query.data, action, reach)) return children;
  if (query.data)
    return (
      <Card title={title}>
        <NotAllowed />
      </Card>
    );
  return (
    <QueryPanel title={title} query={query} lines={6}>
      {() => null}
    </QueryPanel>
  );
}
