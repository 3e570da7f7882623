/**
 * Whose a new key is: the parent it is made from, the person it acts for, the team its spend rolls up to. Part of the keys
 * domain's service.
 */
import { covers, type Reach, reachOf } from "@/lib/authz/permissions";
import { type Context, requireCover, requireReach } from "@/lib/context";
import type { User } from "@/lib/db/generated/client";
import { AppError, invalidField } from "@/lib/errors";
import { findPerson, type UserTeam } from "@/lib/users/service";
import { keyStatus } from "./chain";
import type { CreateKeyInput, KeyType } from "./schema";
import * as store from "./store";

export interface Ownership {
  user: User | null;
  teamId: string | null;
}

interface Person {
  user: User;
  teams: UserTeam[];
}

const maxDepth = 3;

/** A child is never of a stronger kind than its parent. */
const childTypes: Record<KeyType, readonly KeyType[]> = {
  admin: ["admin", "virtual"],
  team: ["team", "user", "virtual"],
  user: ["user", "virtual"],
  virtual: ["virtual"],
};

/** Keys of type admin are for callers of role admin: neither made nor changed by anyone else. */
export function requireAdminFor(ctx: Context, type: string): void {
  if (type === "admin" && ctx.principal.authority.role !== "admin")
    throw new AppError("forbidden", "Only an administrator makes or changes admin keys.");
}

// A team's shared key is delegated, not disclosed: its members may make keys of their own from it, though they never see it.
function mayUseParent(ctx: Context, parent: store.KeyInChain): boolean {
  const { authority } = ctx.principal;
  if (covers(requireReach(ctx, "keys.write"), { userId: parent.user_id, teamId: parent.team_id })) return true;
  const role = parent.team_id ? authority.teamRoles.get(parent.team_id) : undefined;
  return parent.type === "team" && authority.userId !== null && (role === "owner" || role === "member");
}

/** The live key that a child of this type may be made from; 422 naming `parent_key_id` otherwise. */
export async function findParent(ctx: Context, input: CreateKeyInput): Promise<store.KeyInChain | null> {
  if (!input.parent_key_id) return null;
  const parent = await store.findKey({ kind: "all" }, ctx.db, input.parent_key_id);
  if (!parent || !mayUseParent(ctx, parent)) throw invalidField("parent_key_id", "there is no such key");
  requireAdminFor(ctx, parent.type);
  const allowed = childTypes[parent.type as KeyType];
  if (!allowed.includes(input.type))
    throw invalidField("type", `must be ${allowed.join(" or ")} for a child of a key of type ${parent.type}`);
  const chain = store.chainOf(parent);
  const status = keyStatus(chain, ctx.clock.now());
  if (status !== "active") throw invalidField("parent_key_id", `is ${status}: only a live key can have children`);
  if (chain.length >= maxDepth)
    throw invalidField("parent_key_id", `stands ${maxDepth} keys deep already and can have no children`);
  return parent;
}

function choosePerson(ctx: Context, input: CreateKeyInput, parent: store.KeyInChain | null): string | null {
  const caller = ctx.principal.authority.userId;
  if (input.type === "team") {
    if (input.user_id) throw invalidField("user_id", "a team key belongs to no person: leave it out");
    return null;
  }
  if (parent?.user_id) {
    if (input.user_id && input.user_id !== parent.user_id)
      throw invalidField("user_id", `must be ${parent.user_id}, the parent key's`);
    return parent.user_id;
  }
  if (input.user_id || input.type === "admin") return input.user_id ?? null;
  // A guest key may be the team's own; whoever may not write those makes it for themselves.
  const isTeams = parent
    ? covers(requireReach(ctx, "keys.write"), { teamId: parent.team_id })
    : typeof input.team_id === "string";
  if (input.type === "virtual" && isTeams) return null;
  if (!caller) throw invalidField("user_id", `is needed: say whose ${input.type} key this is`);
  return caller;
}

async function requirePerson(ctx: Context, id: string, reach: Reach): Promise<Person> {
  const person = await findPerson(ctx, id);
  const isVisible =
    reach.kind === "all" ||
    id === ctx.principal.authority.userId ||
    person?.teams.some((team) => reach.teamIds.includes(team.team_id));
  if (!person || !isVisible) throw invalidField("user_id", "there is no such user");
  if (person.user.disabled_at) throw invalidField("user_id", "is disabled: enable this user first");
  return person;
}

/** The one team that a person's key rolls up to where none is named. */
function defaultTeam(ctx: Context, person: Person, reach: Reach): string | null {
  const [first, ...others] = person.teams;
  if (others.length === 0) return first?.team_id ?? null;
  const isOwn = person.user.id === ctx.principal.authority.userId;
  const known = person.teams.filter((team) => isOwn || covers(reach, { teamId: team.team_id }));
  const names = known.map((team) => `${team.team_id} (${team.name})`).join(", ");
  throw invalidField("team_id", `is needed: this person is in several teams, say which: ${names}`);
}

function requireNoTeam(person: Person | null, parent: store.KeyInChain | null, reach: Reach): null {
  if (parent?.team_id) throw invalidField("team_id", `must be ${parent.team_id}, the parent key's, or a team below it`);
  if (person && person.teams.length > 0 && reach.kind !== "all")
    throw invalidField("team_id", "must name one of this person's teams");
  return null;
}

async function requireTeam(
  ctx: Context,
  id: string,
  person: Person | null,
  parent: store.KeyInChain | null,
): Promise<string> {
  const path = await store.findTeamPath(ctx.db, id);
  if (parent?.team_id && !path?.includes(parent.team_id))
    throw invalidField("team_id", `must be ${parent.team_id}, the parent key's, or a team below it`);
  if (person) {
    if (!path || !person.teams.some((team) => path.includes(team.team_id)))
      throw invalidField("team_id", "is not a team that this person is in");
    return id;
  }
  const visible = reachOf(ctx.principal.authority, "teams.read");
  const isKnown =
    covers(requireReach(ctx, "keys.write"), { teamId: id }) || (visible && covers(visible, { teamId: id }));
  if (!path || !isKnown) throw invalidField("team_id", "there is no such team");
  return id;
}

function chooseTeam(
  ctx: Context,
  input: CreateKeyInput,
  person: Person | null,
  parent: store.KeyInChain | null,
  reach: Reach,
): Promise<string> | string | null {
  if (input.team_id) return requireTeam(ctx, input.team_id, person, parent);
  if (input.team_id === undefined && parent?.team_id) return requireTeam(ctx, parent.team_id, person, parent);
  if (input.type === "team") throw invalidField("team_id", "is needed for a team key");
  if (input.team_id === null) return requireNoTeam(person, parent, reach);
  return person && input.type !== "admin" ? defaultTeam(ctx, person, reach) : null;
}

/** Decides whose the key will be. 422 names the field that is missing or not theirs; 403 where the caller may not write such keys. */
export async function chooseOwnership(
  ctx: Context,
  input: CreateKeyInput,
  parent: store.KeyInChain | null,
): Promise<Ownership> {
  const reach = requireReach(ctx, "keys.write");
  requireAdminFor(ctx, input.type);
  const personId = choosePerson(ctx, input, parent);
  const person = personId ? await requirePerson(ctx, personId, reach) : null;
  if (person && input.type === "admin" && person.user.role !== "admin")
    throw invalidField("user_id", "must be an administrator for an admin key");
  const teamId = await chooseTeam(ctx, input, person, parent, reach);
  requireCover(ctx, "keys.write", { userId: personId, teamId });
  return { user: person?.user ?? null, teamId };
}
