/** Past sign-ins as the browser reads them. Views of components/sign-ins call this. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type { listSignInsQuery, signInOutput } from "./schema";

export type SignIn = z.output<typeof signInOutput>;
export type SignInFilter = Partial<z.output<typeof listSignInsQuery>>;

const signInKeys = createKeys("sign-ins");

export const signInsQuery = (filter: SignInFilter = {}) =>
  queryOptions({
    queryKey: signInKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<SignIn>>("/sign-ins", { query: { ...filter }, signal }),
    // The next page takes the place of this one without the list collapsing in between.
    placeholderData: keepPreviousData,
  });
