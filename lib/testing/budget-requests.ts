/** Somebody who is short of money, and everybody who might help: teams, people and budgets for requests. Tests only. */
import type { Db } from "@/lib/db/client";
import type { Budget, Key, Team, User } from "@/lib/db/generated/client";
import type { Answer, Api } from "./api";
import { makeKey, makeMember, makePerson, makeTeam } from "./factories";
import { makeBudget } from "./ledger-rows";

export interface Person {
  user: User;
  api: Api;
}

export interface RequestWorld {
  root: Team;
  team: Team;
  asker: Person;
  colleague: Person;
  teamOwner: Person;
  rootOwner: Person;
  outsider: Person;
  manager: Person;
  admin: Person;
  viewer: Person;
  /** The asker's, in the team. */
  key: Key;
  /** Of 10 USD a month each, on every kind of scope that binds the asker. */
  budgets: Record<"key" | "member" | "user" | "team" | "root", Budget>;
}

const ten = { limit_nano: 10_000_000_000n };

/** `root` with `team` below it; the asker is a member of the team, the outsider an owner elsewhere. */
export async function makeRequestWorld(db: Db, api: Api): Promise<RequestWorld> {
  const root = await makeTeam(db);
  const team = await makeTeam(db, { parent_id: root.id });
  const stranger = await makeTeam(db);
  const person = async (in_: Team | null, teamRole = "member", role = "user"): Promise<Person> => {
    const { user, bearer } = await makePerson(db, { role });
    if (in_) await makeMember(db, in_, user, teamRole);
    return { user, api: api.as(bearer) };
  };
  const asker = await person(team);
  const { key } = await makeKey(db, { user_id: asker.user.id, team_id: team.id });
  const on = (type: string, id: string) => makeBudget(db, { type, id }, ten);
  return {
    root,
    team,
    asker,
    key,
    colleague: await person(team),
    teamOwner: await person(team, "owner"),
    rootOwner: await person(root, "owner"),
    outsider: await person(stranger, "owner"),
    manager: await person(null, "", "manager"),
    admin: await person(null, "", "admin"),
    viewer: await person(team, "member", "viewer"),
    budgets: {
      key: await on("key", key.id),
      member: await on("member", `${team.id}/${asker.user.id}`),
      user: await on("user", asker.user.id),
      team: await on("team", team.id),
      root: await on("team", root.id),
    },
  };
}

/** Asks for 5 USD more, and for whatever `fields` say instead. */
export function askForMore(who: Person, budget: Budget, fields: Record<string, unknown> = {}): Promise<Answer> {
  return who.api.post("/requests", {
    budget_id: budget.id,
    amount_usd: "5",
    reason: "the evaluation runs until Friday",
    ...fields,
  });
}
