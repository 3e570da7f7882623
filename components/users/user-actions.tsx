"use client";

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { meQuery } from "@/lib/me/queries";
import type { User } from "@/lib/users/queries";
import { ConfirmUserDeed } from "./confirm-user-deed";
import { EditUserDialog } from "./edit-user-dialog";
import { actLabels, actsOn, type UserAct } from "./user-deeds";
import { nameOf } from "./user-words";

interface UserActions {
  /** The deeds on one person of a list. */
  menuOf: (user: User) => ReactNode;
  /** The same as buttons, for the person's own page. */
  buttonsOf: (user: User) => ReactNode;
  /** The dialog of the deed that was chosen; stands once, beside the list. */
  dialog: ReactNode;
}

/** What can be done with people's accounts, for whoever may change them. */
export function useUserActions(onDeleted?: () => void): UserActions {
  const { data: me } = useQuery(meQuery());
  const [chosen, choose] = useState<{ act: UserAct; target: User } | null>(null);
  const ownId = me?.user?.id ?? null;
  const close = () => choose(null);
  return {
    menuOf: (user) => (
      <Menu
        label={`Actions on ${nameOf(user)}`}
        actions={actsOn(user, ownId).map((act) => ({
          label: actLabels[act],
          onSelect: () => choose({ act, target: user }),
          ...(act === "delete" ? { isDangerous: true as const } : {}),
        }))}
      />
    ),
    buttonsOf: (user) =>
      actsOn(user, ownId).map((act) => (
        <Button key={act} onClick={() => choose({ act, target: user })}>
          {actLabels[act]}
        </Button>
      )),
    dialog:
      chosen === null ? null : chosen.act === "edit" ? (
        <EditUserDialog target={chosen.target} isOneself={chosen.target.id === ownId} onClose={close} />
      ) : (
        <ConfirmUserDeed deed={chosen.act} target={chosen.target} onClose={close} onDeleted={onDeleted} />
      ),
  };
}
