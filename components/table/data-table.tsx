"use client";

/**
 * The one table that lists stand in: search, filters, server-side order, pages, selection with a bulk bar, CSV, and the states of a
 * list that loads, is empty, failed or is hidden. A list gives columns, its query and its state in the address (use-list-state).
 */
import type { UseQueryResult } from "@tanstack/react-query";
import Link from "next/link";
import { type ReactNode, useId, useState } from "react";
import { NotAllowed } from "@/components/layout/not-allowed";
import { Failure, isCode, isWaiting, Stale } from "@/components/layout/query-states";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { classNames } from "@/components/ui/class-names";
import { DownloadLink } from "@/components/ui/download-link";
import { Empty } from "@/components/ui/empty";
import { namesWrap } from "@/components/ui/table";
import type { Page } from "@/lib/client/page";
import { type Column, hidingOf } from "./columns";
import { DetailRow, DetailToggle } from "./detail";
import { Pager } from "./pager";
import { SearchField } from "./search-field";
import { SelectAll, type Selection, SelectRow } from "./selection";
import { SkeletonRows } from "./skeleton-rows";
import { SortHead } from "./sort-head";
import { SortSelect } from "./sort-select";
import type { ListState } from "./use-list-state";

interface DataTableProps<Row> {
  title: string;
  hint?: ReactNode;
  /** Buttons that add to the list, at the right edge of its title. */
  action?: ReactNode;
  /** The first names the row; where `linkOf` is given, it is the link. */
  columns: readonly Column<Row>[];
  query: UseQueryResult<Page<Row>>;
  list: ListState;
  idOf: (row: Row) => string;
  /** What a row is called, for the buttons and boxes in it. */
  nameOf: (row: Row) => string;
  linkOf?: ((row: Row) => string) | undefined;
  /** What `q` searches; absent where the list takes none. */
  searchLabel?: string;
  /** Selects and pickers that narrow the list. */
  filters?: ReactNode;
  /** The list's address within the API, where it gives CSV. */
  csvPath?: string;
  csvQuery?: Record<string, string>;
  /** For a list that grows beyond one file of CSV: where all that matches comes as a stream, in an order of its own. */
  exportPath?: string;
  selection?: Selection | undefined;
  /** What can be done with the selected rows. */
  bulk?: ReactNode;
  /** What can be done with one row, at its right end. */
  rowMenu?: ((row: Row) => ReactNode) | undefined;
  /** What a row holds beyond its columns; it opens below the row, by a button. */
  detailOf?: (row: Row) => ReactNode;
  /** Rows of three lines instead of two: all of one height, so that nothing moves when they come. */
  isTall?: true;
  /** What stands there when nothing has been made yet. */
  empty: ReactNode;
}

const cardCell =
  "max-sm:flex max-sm:items-baseline max-sm:justify-between max-sm:gap-4 max-sm:px-4 max-sm:py-0.5 max-sm:text-right";

function cellLook<Row>(column: Column<Row>, isFirst: boolean): string {
  const { numeric, className } = column;
  return classNames(
    "px-3 py-2 align-top sm:first:pl-4 sm:last:pr-4",
    isFirst ? "max-sm:block max-sm:px-4 max-sm:py-0.5 max-sm:pr-12" : cardCell,
    numeric && "sm:text-right whitespace-nowrap tabular-nums",
    hidingOf(column),
    className,
  );
}

const endCell = "w-10 px-2 py-1 text-right align-top max-sm:absolute max-sm:top-1.5 max-sm:right-2";

/** The link covers its row, so that a click anywhere follows it; what else can be clicked lies above it. */
const rowLink = "font-medium hover:underline after:absolute after:inset-0 after:content-['']";

function DataRow<Row>({ row, table }: { row: Row; table: DataTableProps<Row> }) {
  const { columns, idOf, nameOf, linkOf, selection, rowMenu, detailOf } = table;
  const [isOpen, setOpen] = useState(false);
  const detailId = useId();
  const id = idOf(row);
  const isSelected = selection?.names.has(id) ?? false;
  const line = (
    <tr
      className={classNames(
        "relative border-b border-line last:border-b-0 max-sm:block max-sm:h-auto max-sm:py-2.5",
        table.isTall ? "h-17.5" : "h-13.5",
        linkOf && "hover:bg-sunken/60",
        isSelected && "bg-accent-soft/50",
      )}
    >
      {selection ? <SelectRow row={{ id, name: nameOf(row) }} selection={selection} /> : null}
      {columns.map((column, index) => (
        <td key={column.header} className={cellLook(column, index === 0)}>
          {index > 0 ? (
            <span aria-hidden="true" className="shrink-0 text-left text-xs text-muted sm:hidden">
              {column.header}
            </span>
          ) : null}
          <span className="block min-w-0">
            {index === 0 && linkOf ? (
              <Link href={linkOf(row)} className={rowLink}>
                {column.cell(row)}
              </Link>
            ) : (
              column.cell(row)
            )}
            {column.note ? <span className="block text-xs text-muted">{column.note(row)}</span> : null}
          </span>
        </td>
      ))}
      {rowMenu ? (
        <td className={endCell}>
          <span className="relative">{rowMenu(row)}</span>
        </td>
      ) : null}
      {detailOf ? (
        <td className={endCell}>
          <DetailToggle id={detailId} name={nameOf(row)} isOpen={isOpen} onToggle={() => setOpen(!isOpen)} />
        </td>
      ) : null}
    </tr>
  );
  if (!detailOf || !isOpen) return line;
  return (
    <>
      {line}
      <DetailRow id={detailId} span={columns.length + (selection ? 1 : 0) + (rowMenu ? 1 : 0) + 1}>
        {detailOf(row)}
      </DetailRow>
    </>
  );
}

interface Download {
  label: string;
  href: string;
}

/** Files of all that the list holds, as it is narrowed. */
function downloadsOf<Row>({ list, csvPath, csvQuery, exportPath }: DataTableProps<Row>): Download[] {
  const { sort, ...filters } = list.narrowing;
  const given = Object.entries(filters).map(([name, value]) => [name, String(value)]);
  const to = (path: string, query: Record<string, string>) =>
    `/api/v1${path}?${new URLSearchParams({ ...query, ...Object.fromEntries(given) })}`;
  const order: Record<string, string> = sort === undefined ? {} : { sort: String(sort) };
  return [
    ...(csvPath ? [{ label: "CSV", href: to(csvPath, { format: "csv", ...csvQuery, ...order }) }] : []),
    ...(exportPath
      ? [
          { label: "CSV", href: to(exportPath, { format: "csv" }) },
          { label: "NDJSON", href: to(exportPath, { format: "ndjson" }) },
        ]
      : []),
  ];
}

function Toolbar<Row>({ table }: { table: DataTableProps<Row> }) {
  const { columns, list, searchLabel, filters } = table;
  const downloads = downloadsOf(table);
  const isSortable = columns.some(({ sort }) => sort !== undefined);
  const isPhonesOnly = !searchLabel && !filters && downloads.length === 0;
  if (isPhonesOnly && !isSortable) return null;
  return (
    <search
      className={classNames(
        "flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5",
        isPhonesOnly && "sm:hidden",
      )}
    >
      {searchLabel ? <SearchField label={searchLabel} value={list.q} onSearch={list.search} /> : null}
      {filters}
      {isSortable ? <SortSelect columns={columns} list={list} /> : null}
      {list.isNarrowed ? (
        <Button tone="ghost" onClick={list.clear}>
          Clear
        </Button>
      ) : null}
      {downloads.map(({ label, href }, index) => (
        <DownloadLink key={label} href={href} label={label} className={index === 0 ? "sm:ml-auto" : undefined} />
      ))}
    </search>
  );
}

function NothingHere<Row>({ table }: { table: DataTableProps<Row> }) {
  const { list, empty } = table;
  if (list.page > 1)
    return (
      <Empty title="Nothing on this page any more">
        <Button onClick={list.previous}>Back</Button>
      </Empty>
    );
  if (list.isNarrowed)
    return (
      <Empty title="Nothing matches">
        Search for less, or{" "}
        <button type="button" onClick={list.clear} className="text-accent underline">
          show all
        </button>
        .
      </Empty>
    );
  return empty;
}

export function DataTable<Row>(table: DataTableProps<Row>) {
  const { title, hint, action, columns, query, list, idOf, nameOf, selection, bulk, rowMenu } = table;
  const { data, error } = query;
  const waits = isWaiting(query);
  const isHidden = data === undefined && isCode(error, "forbidden");
  const rows = data?.data ?? [];
  const isEmpty = data !== undefined && rows.length === 0;
  return (
    <Card title={title} hint={hint} action={action} aria-busy={waits || query.isPlaceholderData}>
      {isHidden ? <NotAllowed /> : <Toolbar table={table} />}
      {selection && selection.names.size > 0 ? bulk : null}
      {data === undefined && error && !waits && !isHidden ? (
        <Failure error={error} onRetry={() => query.refetch()} />
      ) : null}
      {data !== undefined && error ? <Stale readAt={query.dataUpdatedAt} /> : null}
      {isEmpty ? <NothingHere table={table} /> : null}
      {waits || rows.length > 0 ? (
        <div className="relative overflow-x-auto">
          <table className={classNames("w-full border-collapse text-left text-sm max-sm:block", namesWrap)}>
            <caption className="sr-only">{waits ? `Loading: ${title}` : title}</caption>
            <thead className="text-xs text-muted max-sm:sr-only">
              <tr className="border-b border-line">
                {selection ? (
                  <SelectAll rows={rows.map((row) => ({ id: idOf(row), name: nameOf(row) }))} selection={selection} />
                ) : null}
                {columns.map((column) => (
                  <SortHead key={column.header} column={column} list={list} />
                ))}
                {rowMenu ? (
                  <th scope="col">
                    <span className="sr-only">Actions</span>
                  </th>
                ) : null}
                {table.detailOf ? (
                  <th scope="col">
                    <span className="sr-only">Details</span>
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody className="max-sm:block">
              {waits ? (
                <SkeletonRows
                  columns={columns}
                  rows={list.perPage}
                  isSelectable={selection !== undefined}
                  isTall={table.isTall === true}
                />
              ) : null}
              {rows.map((row) => (
                <DataRow key={idOf(row)} row={row} table={table} />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      <Pager list={list} next={data?.next_cursor ?? null} isTurning={query.isPlaceholderData} />
    </Card>
  );
}
