/** People as the browser reads and changes them. Views of components/users and the pickers call this. */
import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import type { BulkOutcome, Page } from "@/lib/client/page";
import { createKeys, useRefreshOf, useUpdate } from "@/lib/client/query-kit";
import type { bulkUsersInput, createUserInput, updateUserInput, userDetailOutput, userOutput } from "./schema";

export type User = z.output<typeof userOutput>;
export type UserDetail = z.output<typeof userDetailOutput>;
export type NewUser = z.input<typeof createUserInput>;
export type UserChange = z.input<typeof updateUserInput>;
export type BulkUsers = z.input<typeof bulkUsersInput>;

const userKeys = createKeys("users");

/** Everybody whom the visitor may see, with figures. */
export const usersQuery = (filter: Record<string, QueryValue>) =>
  queryOptions({
    queryKey: userKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<User>>("/users", { query: { include: "figures", ...filter }, signal }),
    placeholderData: keepPreviousData,
  });

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: userKeys.detail(id),
    queryFn: ({ signal }) => getApi<UserDetail>(`/users/${id}`, { query: { include: "figures" }, signal }),
  });

/** What a change of people makes stale: them, their places and keys, what binds them, what is on record of them. */
function useRefresh() {
  return useRefreshOf("users", "teams", "keys", "budgets", "audit", "me", "picker");
}

export function useCreateUser() {
  const refresh = useRefresh();
  return useMutation<User, ApiError, NewUser>({
    mutationFn: (body) => callApi("POST", "/users", { body }),
    onSuccess: refresh,
  });
}

export function useUpdateUser(id: string) {
  const refresh = useRefresh();
  return useUpdate<User, UserChange>(`/users/${id}`, {
    queryKey: userKeys.detail(id),
    onSuccess: refresh,
  });
}

export type UserDeed = { deed: "enable" | "sign-out" | "delete" } | { deed: "disable"; reason?: string };

export function useChangeUser(id: string) {
  const refresh = useRefresh();
  return useMutation<User | undefined, ApiError, UserDeed>({
    mutationFn: ({ deed, ...body }) =>
      deed === "delete"
        ? callApi("DELETE", `/users/${id}`)
        : callApi("POST", `/users/${id}/${deed}`, deed === "disable" ? { body } : {}),
    onSuccess: refresh,
  });
}

export function useBulkUsers() {
  const refresh = useRefresh();
  return useMutation<BulkOutcome, ApiError, BulkUsers>({
    mutationFn: (body) => callApi("POST", "/users/bulk", { body }),
    onSuccess: ({ dry_run }) => !dry_run && refresh(),
  });
}
