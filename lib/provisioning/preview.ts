/**
 * What a sign-in with some claims would do, without doing it: the same pure decisions as the sign-in's, on what is there. It only
 * reads, and takes no lock. Part of provisioning's service.
 */
import { strongestUserRole, type UserRole } from "@/lib/authz/permissions";
import { type Context, requireReach, systemContext } from "@/lib/context";
import type { User } from "@/lib/db/generated/client";
import { invalidField } from "@/lib/errors";
import { listInvitations } from "@/lib/invitations/service";
import type { SettingsData } from "@/lib/settings/schema";
import { readSettings } from "@/lib/settings/service";
import { signInProblems } from "@/lib/sign-ins/codes";
import { findClaims } from "@/lib/sign-ins/service";
import { listTeamsNamed } from "@/lib/teams/service";
import { findByEmail, findByIdentity } from "@/lib/users/identities";
import { findPerson } from "@/lib/users/service";
import { type Decision, decideAccount, type KnownAccounts } from "./account";
import { listWantedNames, type Mapping, mapClaims, pathOf } from "./mapping";
import type { PreviewInput, PreviewOutput, SignInClaims } from "./schema";

type AskedClaims = PreviewOutput["claims"];

/** What an open invitation would give. */
interface Waiting {
  id: string;
  role: UserRole | null;
}

async function readClaims(ctx: Context, input: PreviewInput): Promise<AskedClaims> {
  if (input.claims) return input.claims;
  const found = input.sign_in_id ? await findClaims(ctx, input.sign_in_id) : null;
  if (!found) throw invalidField("sign_in_id", "there is no such sign-in, or its claims were not read");
  return { ...found, name: null };
}

/** The person's invitations that would be accepted; listed as the system, since a sign-in asks for no right either. */
async function listWaiting(ctx: Context, user: User): Promise<Waiting[]> {
  const system = systemContext(ctx.db, "preview", ctx.clock);
  const page = await listInvitations(system, { q: user.email, state: "open", limit: 200 });
  return page.data.filter((row) => row.user_id === user.id && row.is_granted);
}

interface Found {
  known: KnownAccounts;
  /** The account that a sign-in would lead to, or be refused for. */
  user: User | null;
  /** Whether somebody has the claims' e-mail address. */
  isEmailHeld: boolean;
  waiting: Waiting[];
}

async function findAccounts(ctx: Context, claims: AskedClaims): Promise<Found> {
  const { issuer, subject, email } = claims;
  const linked = issuer && subject ? await findByIdentity(ctx, { issuer, subject }) : null;
  const holder = email ? await findByEmail(ctx, email) : null;
  const waiting = holder && !linked ? await listWaiting(ctx, holder.user) : [];
  return {
    known: {
      linked: linked?.user ?? null,
      holder: holder && { ...holder.user, isLinked: holder.isLinked, hasOpenInvitation: waiting.length > 0 },
    },
    user: linked?.user ?? holder?.user ?? null,
    isEmailHeld: holder !== null,
    waiting,
  };
}

function presentDecision(decision: Decision): PreviewOutput["decision"] {
  if (decision.kind !== "refused")
    return { would_sign_in: true, account: decision.kind, code: null, title: null, cause: null, remedy: null };
  return { would_sign_in: false, account: null, code: decision.code, ...signInProblems[decision.code] };
}

type RoleShown = Pick<PreviewOutput, "role" | "role_because">;

/** The role that would count, and the source that gives it: of equal ones the groups first. */
function decideRole(mapping: Mapping, user: User | null, waiting: readonly Waiting[], rules: SettingsData): RoleShown {
  const sources = [
    ["groups", mapping.role],
    ["manual", (user?.manual_role ?? null) as UserRole | null],
    ["invitation", strongestUserRole(waiting.flatMap(({ role }) => role ?? [])) ?? null],
  ] as const;
  const role = strongestUserRole(sources.flatMap(([, given]) => given ?? [])) ?? rules.default_role;
  const source = sources.find(([, given]) => given === role)?.[0] ?? "default";
  return { role, role_because: { source, groups: source === "groups" ? mapping.role_because : [] } };
}

function presentTeams(mapping: Mapping, { auto_create_teams }: SettingsData): PreviewOutput["teams"] {
  return mapping.teams.map(({ path, team_id, because }) => ({
    path,
    team_id,
    exists: team_id !== null,
    created: team_id === null && auto_create_teams,
    because,
  }));
}

interface Held {
  team_id: string;
  path: string;
}

/** Where the person is a member by their groups. */
async function listHeld(ctx: Context, user: User | null): Promise<Held[]> {
  const person = user ? await findPerson(ctx, user.id) : null;
  const held = (person?.teams ?? []).filter(({ sources }) => sources.some(({ source }) => source === "oidc"));
  const tree = await listTeamsNamed(
    ctx,
    held.map(({ name }) => name),
  );
  return held.flatMap(({ team_id }) => {
    const team = tree.find(({ id }) => id === team_id);
    return team ? [{ team_id, path: pathOf(tree, team) }] : [];
  });
}

interface Planned extends RoleShown {
  claims: AskedClaims;
  mapping: Mapping;
  rules: SettingsData;
}

async function listChanges(ctx: Context, found: Found, planned: Planned): Promise<PreviewOutput["changes"]> {
  const { user, waiting, isEmailHeld } = found;
  const { role, mapping, rules, claims } = planned;
  const before = user ? (user.role as UserRole) : null;
  const held = await listHeld(ctx, user);
  const joined = mapping.teams.filter(({ team_id }) =>
    team_id === null ? rules.auto_create_teams : !held.some((team) => team.team_id === team_id),
  );
  const isRenamed = claims.email !== null && claims.email_verified && !isEmailHeld && claims.email !== user?.email;
  return {
    role: before === role ? null : { before, after: role },
    email: claims.email !== null && (isRenamed || !user) ? { before: user?.email ?? null, after: claims.email } : null,
    teams_joined: joined.map(({ team_id, path }) => ({ team_id, path })),
    teams_left: held.filter((team) => !mapping.teams.some(({ team_id }) => team_id === team.team_id)),
    invitations_accepted: waiting.map(({ id }) => id),
  };
}

/** Claims that need not say whom they are about, as a sign-in would have them. No identity has an empty issuer. */
function asSignIn(claims: AskedClaims): SignInClaims {
  return { ...claims, issuer: claims.issuer ?? "", subject: claims.subject ?? "" };
}

/**
 * What a sign-in with these claims would do, under the settings or under `rules` that are not saved yet: whether it would be let in,
 * the role and the teams with the groups that give them, and what would change. Needs the right to read the settings. Changes nothing.
 */
export async function previewMapping(ctx: Context, input: PreviewInput): Promise<PreviewOutput> {
  requireReach(ctx, "settings.read");
  const claims = await readClaims(ctx, input);
  const rules: SettingsData = { ...(await readSettings(ctx.db)), ...input.rules };
  const found = await findAccounts(ctx, claims);
  const decision = decideAccount(asSignIn(claims), rules, found.known);
  const mapping = mapClaims(claims, rules, await listTeamsNamed(ctx, listWantedNames(claims, rules)));
  const planned = { claims, mapping, rules, ...decideRole(mapping, found.user, found.waiting, rules) };
  const { user } = found;
  return {
    claims,
    decision: presentDecision(decision),
    role: planned.role,
    role_because: planned.role_because,
    teams: presentTeams(mapping, rules),
    unmapped_groups: mapping.unmapped_groups,
    user: user && { id: user.id, email: user.email, name: user.name },
    changes: decision.kind === "refused" ? null : await listChanges(ctx, found, planned),
  };
}
