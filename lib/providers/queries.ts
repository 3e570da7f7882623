/** Providers as the browser reads them. Views of components/providers call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type { providerOutput } from "./schema";

export type Provider = z.output<typeof providerOutput>;

const providerKeys = createKeys("providers");

export interface ProviderFilter {
  limit?: number;
  sort?: string;
  q?: string;
  enabled?: boolean;
}

export const providersQuery = (filter: ProviderFilter = {}) =>
  queryOptions({
    queryKey: providerKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Provider>>("/providers", { query: { ...filter }, signal }),
  });
