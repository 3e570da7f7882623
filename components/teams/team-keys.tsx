"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { CreateKeyDialog } from "@/components/keys/create-key-dialog";
import { teamKeyColumns } from "@/components/keys/key-columns";
import { KeysOf } from "@/components/keys/keys-of";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import type { Key } from "@/lib/keys/queries";
import type { Me } from "@/lib/me/queries";
import { hasRight, hasTeamRight } from "@/lib/me/rights";
import type { Team } from "@/lib/teams/queries";

interface TeamKeysProps {
  of: Team;
  me: Me;
  linkOf?: ((key: Key) => string) | undefined;
}

/** The keys whose spend rolls up to a team: all of them for who runs it, one's own for the others. */
export function TeamKeys({ of: team, me, linkOf }: TeamKeysProps) {
  const [isCreating, setCreating] = useState(false);
  const mayCreate = hasTeamRight(me, "keys.write", team.path);
  return (
    <>
      <KeysOf
        title={hasTeamRight(me, "keys.read", team.path) ? "Keys of this team" : "Your keys in this team"}
        action={
          mayCreate ? (
            <Button onClick={() => setCreating(true)}>
              <Plus aria-hidden="true" className="size-4" />
              Create key
            </Button>
          ) : null
        }
        owner={{ team_id: team.id }}
        columns={teamKeyColumns}
        linkOf={linkOf}
        mayWrite={hasRight(me, "keys.write")}
        empty={
          <Empty title="No keys yet">
            {mayCreate
              ? "A team key is shared by the team; make one with “Create key”."
              : "Keys that you make for this team, on the page “My keys”, stand here."}
          </Empty>
        }
      />
      {isCreating ? (
        <CreateKeyDialog
          isOpen
          me={me}
          start={{ type: "team", team: { id: team.id, label: team.name } }}
          onClose={() => setCreating(false)}
        />
      ) : null}
    </>
  );
}
