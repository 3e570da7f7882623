/** Who is signed in, as the browser reads it. Views of components/me call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type { CallableModel } from "@/lib/models/schema";
import type { meOutput } from "./schema";

export type Me = z.output<typeof meOutput>;

const meKeys = createKeys("me");

export const meQuery = () =>
  queryOptions({ queryKey: meKeys.all, queryFn: ({ signal }) => getApi<Me>("/me", { signal }) });

export interface CallableFilter {
  /** With this key of the visitor's; absent: with one that nothing narrows. */
  key_id?: string | null;
  kind?: "chat" | "embedding";
  q?: string | null;
  limit?: number;
}

/** Models that the visitor may call, by name. */
export const myModelsQuery = (filter: CallableFilter) =>
  queryOptions({
    queryKey: meKeys.view("models", filter),
    queryFn: ({ signal }) => getApi<Page<CallableModel>>("/me/models", { query: { ...filter }, signal }),
  });
