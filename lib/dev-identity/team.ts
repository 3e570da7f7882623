/**
 * The team owner's place: groups make members and never owners, so the development sign-in brings one account that waits for its person,
 * in charge of one team, as an admin would have made them. Called at the start by lib/boot/bootstrap.
 */
import { type Context, withTransaction } from "@/lib/context";
import { createTeam, listTeamsNamed } from "@/lib/teams/service";
import { findByEmail } from "@/lib/users/identities";
import { createUser } from "@/lib/users/service";
import { developmentOwner, developmentTeam } from "./people";

/** Makes the account and, where it is missing, its team; nothing where the account is there, whatever became of it. */
export function ensureDevelopmentTeam(ctx: Context): Promise<void> {
  return withTransaction(ctx, async (tx) => {
    const { email, name } = developmentOwner;
    if (await findByEmail(tx, email)) return;
    const roots = (await listTeamsNamed(tx, [developmentTeam])).filter((team) => team.parent_id === null);
    const team = roots[0] ?? (await createTeam(tx, { name: developmentTeam }));
    await createUser(tx, { email, name, teams: [{ team_id: team.id, role: "owner" }] });
  });
}
