/** Who is signed in, as the browser reads it. Views of components/me and components/teams call this. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi, type QueryValue } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type { CallableModel } from "@/lib/models/schema";
import type { meOutput, myTeamPage } from "./schema";

export type Me = z.output<typeof meOutput>;
export type MyTeam = z.output<typeof myTeamPage>["data"][number];

const meKeys = createKeys("me");

export const meQuery = () =>
  queryOptions({ queryKey: meKeys.all, queryFn: ({ signal }) => getApi<Me>("/me", { signal }) });

/** The teams that the visitor has a place in, with figures. */
export const myTeamsQuery = (filter: Record<string, QueryValue>) =>
  queryOptions({
    queryKey: meKeys.view("teams", filter),
    queryFn: ({ signal }) => getApi<Page<MyTeam>>("/me/teams", { query: { include: "figures", ...filter }, signal }),
    placeholderData: keepPreviousData,
  });

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
