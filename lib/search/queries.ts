/** The search over everything, as the browser asks it. The palette calls this. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getApi } from "@/lib/client/fetch";
import { createKeys } from "@/lib/client/query-kit";
import type { Found } from "./schema";

const searchKeys = createKeys("search");

export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: searchKeys.list({ q }),
    queryFn: ({ signal }) => getApi<{ data: Found[] }>("/search", { query: { q }, signal }),
    placeholderData: keepPreviousData,
    enabled: q !== "",
  });
