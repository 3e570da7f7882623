/** People as the browser reads them. Views of components/users and the pickers call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import { createKeys } from "@/lib/client/query-kit";
import type { userDetailOutput, userOutput } from "./schema";

export type User = z.output<typeof userOutput>;
export type UserDetail = z.output<typeof userDetailOutput>;

const userKeys = createKeys("users");

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: userKeys.detail(id),
    queryFn: ({ signal }) => getApi<UserDetail>(`/users/${id}`, { signal }),
  });
