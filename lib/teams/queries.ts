/** Teams and their members as the browser reads and changes them. Views of components/teams and the pickers call this. */
import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import type { z } from "zod";
import type { TeamRole } from "@/lib/authz/permissions";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import type { BulkOutcome, Page } from "@/lib/client/page";
import { createKeys, useRefreshOf, useUpdate } from "@/lib/client/query-kit";
import type {
  bulkTeamsInput,
  createTeamInput,
  effectiveOutput,
  memberOutput,
  teamOutput,
  updateTeamInput,
} from "./schema";

export type Team = z.output<typeof teamOutput>;
export type EffectiveTeam = z.output<typeof effectiveOutput>;
export type Member = z.output<typeof memberOutput>;
export type NewTeam = z.input<typeof createTeamInput>;
export type TeamChange = z.input<typeof updateTeamInput>;
export type BulkTeams = z.input<typeof bulkTeamsInput>;

type Filter = Record<string, QueryValue>;

const teamKeys = createKeys("teams");

/** Every team that the visitor may see, with figures. */
export const teamsQuery = (filter: Filter) =>
  queryOptions({
    queryKey: teamKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Team>>("/teams", { query: { include: "figures", ...filter }, signal }),
    placeholderData: keepPreviousData,
  });

/** All of them at once, each before its children. */
export const teamTreeQuery = () =>
  queryOptions({
    queryKey: teamKeys.view("tree"),
    queryFn: ({ signal }) => getApi<Page<Team>>("/teams", { query: { include: "figures", tree: true }, signal }),
  });

/** What all of them are called, by id. */
export const teamNamesQuery = () =>
  queryOptions({
    queryKey: teamKeys.view("names"),
    queryFn: ({ signal }) => getApi<Page<Team>>("/teams", { query: { tree: true }, signal }),
    select: ({ data }): ReadonlyMap<string, string> => new Map(data.map(({ id, name }) => [id, name])),
  });

export const teamQuery = (id: string) =>
  queryOptions({
    queryKey: teamKeys.detail(id),
    queryFn: ({ signal }) => getApi<Team>(`/teams/${id}`, { query: { include: "figures" }, signal }),
  });

/** What a team inherits and from where: models, limits, budgets. */
export const effectiveTeamQuery = (id: string) =>
  queryOptions({
    queryKey: teamKeys.view("effective", { id }),
    queryFn: ({ signal }) => getApi<EffectiveTeam>(`/teams/${id}/effective`, { signal }),
  });

/** The people of a team, those of the teams above among them. */
export const membersQuery = (id: string, filter: Filter) =>
  queryOptions({
    queryKey: teamKeys.view("members", { id, ...filter }),
    queryFn: ({ signal }) =>
      getApi<Page<Member>>(`/teams/${id}/members`, { query: { inherited: true, ...filter }, signal }),
    placeholderData: keepPreviousData,
  });

/** What a change of teams makes stale: them, who is in them, what binds them, what is on record of them. */
function useRefresh() {
  return useRefreshOf("teams", "users", "keys", "budgets", "audit", "me", "picker");
}

export function useCreateTeam() {
  const refresh = useRefresh();
  return useMutation<Team, ApiError, NewTeam>({
    mutationFn: (body) => callApi("POST", "/teams", { body }),
    onSuccess: refresh,
  });
}

export function useUpdateTeam(id: string) {
  const refresh = useRefresh();
  return useUpdate<Team, TeamChange>(`/teams/${id}`, {
    queryKey: teamKeys.detail(id),
    onSuccess: refresh,
  });
}

export function useDeleteTeam(id: string) {
  const refresh = useRefresh();
  return useMutation<undefined, ApiError, void>({
    mutationFn: () => callApi("DELETE", `/teams/${id}`),
    onSuccess: refresh,
  });
}

export function useBulkTeams() {
  const refresh = useRefresh();
  return useMutation<BulkOutcome, ApiError, BulkTeams>({
    mutationFn: (body) => callApi("POST", "/teams/bulk", { body }),
    onSuccess: ({ dry_run }) => !dry_run && refresh(),
  });
}

/** Whose place it is, and where. */
interface Place {
  teamId: string;
  userId: string;
}

export type MemberDeed = Place & ({ deed: "add" | "change"; role: TeamRole } | { deed: "remove" });

/** Adds, changes or removes what is held by hand; the places that groups give follow the groups. */
export function useChangeMember() {
  const refresh = useRefresh();
  return useMutation<Member | undefined, ApiError, MemberDeed>({
    mutationFn: (order) => {
      const members = `/teams/${order.teamId}/members`;
      if (order.deed === "remove") return callApi("DELETE", `${members}/${order.userId}`);
      const { role } = order;
      if (order.deed === "change") return callApi("PATCH", `${members}/${order.userId}`, { body: { role } });
      return callApi("POST", members, { body: { user_id: order.userId, role } });
    },
    onSuccess: refresh,
  });
}
