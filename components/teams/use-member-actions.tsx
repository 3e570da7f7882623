"use client";

import { type ReactNode, useState } from "react";
import { Menu } from "@/components/ui/menu";
import type { TeamRole } from "@/lib/authz/permissions";
import { type MemberPlace, MemberRoleDialog, RemoveMemberConfirm } from "./member-dialog";

interface PlaceWithSources extends MemberPlace {
  sources: readonly { source: string; role: TeamRole; inherited_from?: unknown }[];
}

interface MemberActions {
  menuOf: (place: PlaceWithSources) => ReactNode;
  /** The dialog of the deed that was chosen; stands once, beside the list. */
  dialog: ReactNode;
}

type Chosen = { deed: "role" | "remove"; place: MemberPlace; held: TeamRole | null };

/** What can be done with places in teams: what is held by hand is changed here, the rest where it comes from. */
export function useMemberActions(): MemberActions {
  const [chosen, choose] = useState<Chosen | null>(null);
  const close = () => choose(null);
  const menuOf = ({ person, team, sources }: PlaceWithSources) => {
    const held = sources.find(({ source, inherited_from }) => source === "manual" && !inherited_from)?.role ?? null;
    const place = { person, team };
    return (
      <Menu
        label={`Actions on ${person.name} in ${team.name}`}
        actions={[
          {
            label: held === null ? "Give a role by hand" : "Change role",
            onSelect: () => choose({ deed: "role", place, held }),
          },
          ...(held === null
            ? []
            : [
                {
                  label: "Remove",
                  onSelect: () => choose({ deed: "remove", place, held }),
                  isDangerous: true as const,
                },
              ]),
        ]}
      />
    );
  };
  return {
    menuOf,
    dialog:
      chosen === null ? null : chosen.deed === "role" ? (
        <MemberRoleDialog {...chosen.place} held={chosen.held} onClose={close} />
      ) : (
        <RemoveMemberConfirm {...chosen.place} held={chosen.held} onClose={close} />
      ),
  };
}
