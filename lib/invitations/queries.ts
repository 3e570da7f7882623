/** Invitations as the browser reads and sends them, and what their links promise. Views of components/invitations call this. */
import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi, getApi, type QueryValue } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys, useRefreshOf } from "@/lib/client/query-kit";
import type { createInvitationInput, invitationOutput, invitationWithLink, openedInvitationOutput } from "./schema";

export type OpenedInvitation = z.output<typeof openedInvitationOutput>;
export type Invitation = z.output<typeof invitationOutput>;
export type InvitationWithLink = z.output<typeof invitationWithLink>;
export type NewInvitation = z.input<typeof createInvitationInput>;

const invitationKeys = createKeys("invitations");

export const invitationsQuery = (filter: Record<string, QueryValue>) =>
  queryOptions({
    queryKey: invitationKeys.list(filter),
    queryFn: ({ signal }) => getApi<Page<Invitation>>("/invitations", { query: filter, signal }),
    placeholderData: keepPreviousData,
  });

/** The secret travels in the body: in an address it would reach a log. */
export const openedInvitationQuery = (secret: string) =>
  queryOptions({
    queryKey: invitationKeys.view("opened", { secret }),
    queryFn: ({ signal }) => callApi<OpenedInvitation>("POST", "/invitations/open", { body: { secret }, signal }),
  });

/** What a change of invitations makes stale: them, the accounts that wait, what is on record. */
function useRefresh() {
  return useRefreshOf("invitations", "users", "audit");
}

// A link is in the answer and must not outlive whoever shows it: the cache lets go of it with the view.
const keepNothing = { gcTime: 0 };

export function useInvite() {
  const refresh = useRefresh();
  return useMutation<InvitationWithLink, ApiError, NewInvitation>({
    ...keepNothing,
    mutationFn: (body) => callApi("POST", "/invitations", { body }),
    onSuccess: refresh,
  });
}

export function useResendInvitation(id: string) {
  const refresh = useRefresh();
  return useMutation<InvitationWithLink, ApiError, string>({
    ...keepNothing,
    mutationFn: (expires_in) => callApi("POST", `/invitations/${id}/resend`, { body: { expires_in } }),
    onSuccess: refresh,
  });
}

export function useRevokeInvitation(id: string) {
  const refresh = useRefresh();
  return useMutation<undefined, ApiError, void>({
    mutationFn: () => callApi("DELETE", `/invitations/${id}`),
    onSuccess: refresh,
  });
}
