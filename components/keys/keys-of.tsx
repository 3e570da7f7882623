"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ChoiceFilter } from "@/components/table/choice-filter";
import type { Column } from "@/components/table/columns";
import { DataTable } from "@/components/table/data-table";
import { type ListState, useListState } from "@/components/table/use-list-state";
import { keyStatuses } from "@/lib/keys/chain";
import { type Key, keysQuery } from "@/lib/keys/queries";
import { useKeyActions } from "./key-actions";

const filters = ["status"] as const;

/** Narrows keys by their state. */
export function StateFilter({ list }: { list: ListState<"status"> }) {
  return <ChoiceFilter list={list} filter="status" label="State" any="Any state" choices={keyStatuses} />;
}

interface KeysOfProps {
  title: string;
  action?: ReactNode;
  owner: { user_id: string } | { team_id: string };
  columns: readonly Column<Key>[];
  linkOf?: (key: Key) => string;
  mayWrite: boolean;
  empty: ReactNode;
}

/** The keys of one person or team. */
export function KeysOf({ title, action, owner, columns, linkOf, mayWrite, empty }: KeysOfProps) {
  const list = useListState(filters);
  const query = useQuery(keysQuery({ ...list.query, ...owner }));
  const actions = useKeyActions();
  return (
    <>
      <DataTable
        title={title}
        action={action}
        hint="Spend since the start of the month, UTC"
        columns={columns}
        query={query}
        list={list}
        isTall
        idOf={(key) => key.id}
        nameOf={(key) => key.name}
        linkOf={linkOf}
        searchLabel="Name, last four characters or id"
        filters={<StateFilter list={list} />}
        csvPath="/keys"
        csvQuery={{ include: "figures", ...owner }}
        rowMenu={mayWrite ? actions.menuOf : undefined}
        empty={empty}
      />
      {actions.dialog}
    </>
  );
}
