"use client";

import { useQuery } from "@tanstack/react-query";
import { type Acts, useActs } from "@/components/table/use-acts";
import { meQuery } from "@/lib/me/queries";
import type { User } from "@/lib/users/queries";
import { ConfirmUserDeed } from "./confirm-user-deed";
import { EditUserDialog } from "./edit-user-dialog";
import { actLabels, actsOn, type UserAct } from "./user-deeds";
import { nameOf } from "./user-words";

/** What can be done with people's accounts, for whoever may change them. */
export function useUserActions(onDeleted?: () => void): Acts<User> {
  const { data: me } = useQuery(meQuery());
  const ownId = me?.user?.id ?? null;
  return useActs<User, UserAct>({
    labels: actLabels,
    actsOn: (user) => actsOn(user, ownId),
    nameOf,
    danger: "delete",
    dialogOf: ({ act, ...rest }) =>
      act === "edit" ? (
        <EditUserDialog isOneself={rest.target.id === ownId} {...rest} />
      ) : (
        <ConfirmUserDeed deed={act} onDeleted={onDeleted} {...rest} />
      ),
  });
}
