"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { type Me, meQuery } from "@/lib/me/queries";

function factsOf(me: Me): Fact[] {
  const teams = me.teams.map(({ name, role }) => `${name} (${role})`);
  return [
    { term: "Name", value: me.user?.name ?? me.name },
    ...(me.user ? [{ term: "E-mail", value: me.user.email }] : []),
    { term: "Role", value: me.role ?? "None" },
    ...(me.user ? [{ term: "Teams", value: teams.length > 0 ? teams.join(", ") : "None" }] : []),
  ];
}

/** Who one is here. */
export function ProfilePanel() {
  const query = useQuery(meQuery());
  return (
    <QueryPanel title="You" query={query} lines={3}>
      {(me) => <FactList facts={factsOf(me)} />}
    </QueryPanel>
  );
}
