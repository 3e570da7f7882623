/**
 * Everybody who could try to give somebody more than they have: people by role and place, and keys of theirs with scopes that narrow
 * them. Tests only.
 */
import { type Action, type Authority, actions, reachOf } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import type { Prisma, Team, User } from "@/lib/db/generated/client";
import { makeSessionCookie } from "./callers";
import { makeKey, makeMember, makeTeam, makeUser } from "./factories";

export interface Granter {
  name: string;
  headers: Record<string, string>;
  userId: string | null;
}

export interface GrantWorld {
  organisation: Team;
  /** Below the organisation. */
  team: Team;
  elsewhere: Team;
  granters: Granter[];
}

/** Scopes that each leave something to be taken: one resource, a few, or everything but what matters. */
const narrowings: readonly string[][] = [
  ["*"],
  ["users.*"],
  ["members.*"],
  ["keys.*"],
  ["invitations.*"],
  ["settings.*"],
  ["users.write", "members.write", "keys.write", "invitations.write", "settings.write"],
];

const origin = "http://127.0.0.1:3000";

export async function makeGranters(db: Db): Promise<GrantWorld> {
  const organisation = await makeTeam(db);
  const team = await makeTeam(db, { parent_id: organisation.id });
  const elsewhere = await makeTeam(db);
  const granters: Granter[] = [];

  const addKey = async (name: string, fields: Partial<Prisma.KeyUncheckedCreateInput>, userId: string | null) => {
    const { secret } = await makeKey(db, fields);
    granters.push({ name, headers: { authorization: `Bearer ${secret}` }, userId });
  };
  const addPerson = async (name: string, role: string, places: [{ id: string }, string][] = []): Promise<User> => {
    const user = await makeUser(db, { role });
    for (const [place, placeRole] of places) await makeMember(db, place, user, placeRole);
    const { cookie } = await makeSessionCookie(db, { user_id: user.id });
    granters.push({ name, headers: { cookie, origin }, userId: user.id });
    return user;
  };

  await addPerson("admin", "admin");
  const manager = await addPerson("manager", "manager");
  const owner = await addPerson("owner of the organisation", "user", [[organisation, "owner"]]);
  await addPerson("owner of the team", "user", [[team, "owner"]]);
  await addPerson("owner there, member here", "user", [
    [elsewhere, "owner"],
    [team, "member"],
  ]);
  await addPerson("member", "user", [[team, "member"]]);
  await addPerson("viewer who owns the team", "viewer", [[team, "owner"]]);
  await addPerson("viewer", "viewer", [[team, "viewer"]]);
  for (const scopes of narrowings) {
    const told = scopes.length > 1 ? "all that write" : scopes[0];
    await addKey(`admin key of nobody: ${told}`, { type: "admin", scopes }, null);
    await addKey(`the manager's key: ${told}`, { type: "user", user_id: manager.id, scopes }, manager.id);
    await addKey(`the owner's key: ${told}`, { type: "user", user_id: owner.id, scopes }, owner.id);
    await addKey(`the team's key: ${told}`, { type: "team", team_id: team.id, scopes }, null);
  }
  return { organisation, team, elsewhere, granters };
}

/**
 * The actions in which `result` reaches where neither `granter` nor `plain`, which anybody newly made has, does. An oracle: said another
 * way than the product says it. `plain` is null for a key, of which everything has to be the granter's.
 */
export function actionsBeyond(result: Authority, granter: Authority, plain: Authority | null): Action[] {
  return actions.filter((action) => {
    const got = reachOf(result, action);
    // Every key may read itself.
    if (!got || (action === "me.read" && plain === null)) return false;
    const given = plain && reachOf(plain, action);
    const own = reachOf(granter, action);
    if (own?.kind === "all" || given?.kind === "all") return false;
    if (got.kind === "all") return true;
    const reached = new Set([...(own?.teamIds ?? []), ...(given?.teamIds ?? [])]);
    // A person's own things are their own; a key's are somebody's, and have to be the granter's.
    const isTheirs = plain !== null || got.userId === null || got.userId === own?.userId;
    return !isTheirs || got.teamIds.some((id) => !reached.has(id));
  });
}
