/** What an invitation's link promises, as the page behind it reads it. Views of components/invitations call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { callApi } from "@/lib/client/fetch";
import { createKeys } from "@/lib/client/query-kit";
import type { openedInvitationOutput } from "./schema";

export type OpenedInvitation = z.output<typeof openedInvitationOutput>;

const invitationKeys = createKeys("invitations");

/** The secret travels in the body: in an address it would reach a log. */
export const openedInvitationQuery = (secret: string) =>
  queryOptions({
    queryKey: invitationKeys.view("opened", { secret }),
    queryFn: ({ signal }) => callApi<OpenedInvitation>("POST", "/invitations/open", { body: { secret }, signal }),
  });
