/** Models as the browser reads them. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type { ModelKind, modelOutput } from "./schema";

export type Model = z.output<typeof modelOutput>;

const modelKeys = createKeys("models");

export interface ModelFilter {
  limit?: number;
  sort?: string;
  q?: string;
  kind?: ModelKind;
  enabled?: boolean;
  provider_id?: string;
}

export const modelsQuery = (filter: ModelFilter = {}) =>
  queryOptions({
    queryKey: modelKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Model>>("/models", { query: { ...filter }, signal }),
  });
