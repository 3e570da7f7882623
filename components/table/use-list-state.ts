"use client";

import { parseAsArrayOf, parseAsString, useQueryState, useQueryStates } from "nuqs";
import { useMemo } from "react";

const rowsPerPage = 25;
/** So many pages back one can go step by step; the address would get too long for more. */
const keptPages = 20;
/** The API takes no longer search; an address may hold one. */
export const searchedAtMost = 200;
/** The cursors of the pages that one came by; the last is the page that shows. */
const pages = parseAsArrayOf(parseAsString, "~").withDefault([]);

type Query = Record<string, string | number>;

export interface ListState<Filter extends string = string> {
  /** What is searched for; empty for nothing. */
  q: string;
  /** As the API takes it, `-` in front for descending; null for the list's own order. */
  sort: string | null;
  filters: Readonly<Record<Filter, string | null>>;
  /** Whether the list is narrowed at all. */
  isNarrowed: boolean;
  perPage: number;
  /** From 1 on, as far as one came by pages. */
  page: number;
  search: (q: string) => void;
  sortBy: (sort: string | null) => void;
  filterBy: (change: Partial<Record<Filter, string | null>>) => void;
  clear: () => void;
  next: (cursor: string) => void;
  previous: () => void;
  /** For the API: this page. */
  query: Query;
  /** For the API: all that the list holds, in this order; for CSV and for deeds on everything that matches. */
  narrowing: Query;
}

function given(values: Readonly<Record<string, string | null>>): Query {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/**
 * How a list is searched, sorted, filtered and paged, kept in the address so that it can be passed on and come back to. `filters`
 * names the API's own parameters and stays the same from one call to the next. Turning a page is a step in the browser's history.
 */
export function useListState<Filter extends string>(
  filters: readonly Filter[],
  limit = rowsPerPage,
): ListState<Filter> {
  const names = filters.join();
  const parsers = useMemo(
    () =>
      Object.fromEntries(
        ["q", "sort", ...names.split(",").filter(Boolean)].map((name) => [name, parseAsString] as const),
      ),
    [names],
  );
  const [values, set] = useQueryStates(parsers);
  const [after, setAfter] = useQueryState("after", pages);
  const { q = null, sort = null, ...chosen } = values;
  // Whatever narrows or turns the list starts it again from its first page.
  const change = (next: Record<string, string | null>) => {
    void set(next);
    void setAfter(null);
  };
  const turn = (cursors: string[]) => void setAfter(cursors.length > 0 ? cursors : null, { history: "push" });
  const narrowing = given({ q: q?.slice(0, searchedAtMost) ?? null, sort, ...chosen });
  const cursor = after.at(-1);
  return {
    q: q ?? "",
    sort,
    filters: chosen as Record<Filter, string | null>,
    isNarrowed: Object.keys(given({ q, ...chosen })).length > 0,
    perPage: limit,
    page: after.length + 1,
    search: (text) => change({ q: text || null }),
    sortBy: (next) => change({ sort: next }),
    filterBy: (next) => change(next as Record<string, string | null>),
    clear: () => change({ q: null, ...Object.fromEntries(filters.map((name) => [name, null])) }),
    next: (following) => turn([...after, following].slice(-keptPages)),
    previous: () => turn(after.slice(0, -1)),
    query: { limit, ...narrowing, ...(cursor ? { cursor } : {}) },
    narrowing,
  };
}
