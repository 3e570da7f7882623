/** Teams as the browser reads them. Views of components/teams and the pickers call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import { createKeys } from "@/lib/client/query-kit";
import type { effectiveOutput, teamOutput } from "./schema";

export type Team = z.output<typeof teamOutput>;
export type EffectiveTeam = z.output<typeof effectiveOutput>;

const teamKeys = createKeys("teams");

export const teamQuery = (id: string) =>
  queryOptions({
    queryKey: teamKeys.detail(id),
    queryFn: ({ signal }) => getApi<Team>(`/teams/${id}`, { signal }),
  });

/** What a team inherits and from where: models, limits, budgets. */
export const effectiveTeamQuery = (id: string) =>
  queryOptions({
    queryKey: teamKeys.view("effective", { id }),
    queryFn: ({ signal }) => getApi<EffectiveTeam>(`/teams/${id}/effective`, { signal }),
  });
