/**
 * What becomes of somebody whom an issuer vouches for: whose account it is, and the role and teams that the groups give. A sign-in
 * and every refresh of its groups call `provision`; the settings' preview is beside it, in ./preview.
 *
 * All of it is one transaction with its audit entries and events, and the same claims again change nothing. Locks are taken in one
 * order (subject, person, tree of teams, audit log), so that sign-ins wait for each other instead of failing.
 */
import { type AuditChange, changedFields, recordAudit } from "@/lib/audit/record";
import { type Context, withTransaction } from "@/lib/context";
import type { Identity, User } from "@/lib/db/generated/client";
import { acceptInvitation } from "@/lib/invitations/service";
import { emitEvent } from "@/lib/outbox/emit";
import type { SettingsData } from "@/lib/settings/schema";
import { readSettings } from "@/lib/settings/service";
import { SignInError } from "@/lib/sign-ins/codes";
import { splitTeamPath } from "@/lib/team-paths";
import { syncMemberships } from "@/lib/teams/members";
import { ensureTeamPath, listTeamsNamed } from "@/lib/teams/service";
import {
  applyToUser,
  createByClaims,
  holdByEmail,
  holdByIdentity,
  type LinkedUser,
  linkIdentity,
  refreshIdentity,
  takeEmail,
} from "@/lib/users/identities";
import { findPerson } from "@/lib/users/service";
import { decideAccount, type KnownAccounts } from "./account";
import { listWantedNames, type Mapping, mapClaims } from "./mapping";
import type { SignInClaims } from "./schema";

export interface Provisioned {
  user: User;
  identity: Identity;
  /** Whether this made the account. */
  isNew: boolean;
  /** For the record of the sign-in: what the mapping could not do. Empty where there is nothing to say. */
  details: { missing_teams?: string[]; email_not_followed?: string };
}

interface Settled extends LinkedUser {
  isNew: boolean;
  isLinkedNow: boolean;
}

/** What a transaction will tell the audit log: all of it at the end, because the log's head stays locked from the first entry on. */
class Notes {
  private readonly entries: AuditChange[] = [];
  constructor(private readonly cause: string) {}

  add(identityId: string, change: AuditChange): void {
    this.entries.push({ ...change, details: { ...change.details, ...this.detailsOf(identityId) } });
  }

  detailsOf(identityId: string): Record<string, unknown> {
    return { cause: this.cause, identity: identityId };
  }

  async write(tx: Context): Promise<void> {
    for (const entry of this.entries) await recordAudit(tx, entry);
  }
}

const shownOf = ({ issuer, subject, email, email_verified }: Identity) => ({ issuer, subject, email, email_verified });

/** Who it is: found, linked or made, and held until the transaction ends. Throws a SignInError where it is nobody. */
async function settleAccount(tx: Context, claims: SignInClaims, settings: SettingsData): Promise<Settled> {
  const linked = await holdByIdentity(tx, claims);
  const holder = linked || claims.email === null ? null : await holdByEmail(tx, claims.email);
  const known: KnownAccounts = {
    linked: linked?.user ?? null,
    // Whether there is an open one is known once it was accepted, at the end of the same transaction.
    holder: holder && { ...holder.user, isLinked: holder.isLinked, hasOpenInvitation: true },
  };
  const decision = decideAccount(claims, settings, known);
  if (decision.kind === "refused") throw new SignInError(decision.code, decision.details);
  if (linked) return { ...linked, isNew: false, isLinkedNow: false };
  const user = holder?.user ?? (await createAccount(tx, claims, settings));
  // Somebody else's transaction made an account of this address first: decide again, on that one.
  if (!user) return settleAccount(tx, claims, settings);
  return { user, identity: await linkIdentity(tx, user.id, claims), isNew: !holder, isLinkedNow: holder !== null };
}

async function createAccount(tx: Context, { email, name }: SignInClaims, settings: SettingsData): Promise<User | null> {
  if (email === null) throw new SignInError("email_missing");
  return createByClaims(tx, { email, name }, settings.default_role);
}

/** The name stays where somebody here chose one: it follows the issuer only as long as it is the issuer's. */
function nameAfter(user: User, before: Identity, claims: SignInClaims): string | null {
  const isIssued = user.name === null || user.name === before.name;
  return isIssued ? (claims.name ?? user.name) : user.name;
}

interface Followed {
  user: User;
  identity: Identity;
  emailNotFollowed: string | null;
}

/** Takes over what the issuer says now. The account's e-mail address follows a verified one that nobody else has. */
async function followIssuer(tx: Context, { user, identity }: LinkedUser, claims: SignInClaims): Promise<Followed> {
  const refreshed = await refreshIdentity(tx, identity.id, claims);
  const { email } = claims;
  if (email === null || !claims.email_verified || email === user.email)
    return { user, identity: refreshed, emailNotFollowed: null };
  const renamed = await takeEmail(tx, user.id, email);
  return { user: renamed ?? user, identity: refreshed, emailNotFollowed: renamed ? null : email };
}

interface PlacedTeams {
  teamIds: string[];
  missing: string[];
  /** The groups that lead to each team, by its id. */
  because: Map<string, string[]>;
}

/** The ids of the mapped teams; those that do not exist are made, where that is switched on. */
async function resolveTeams(
  tx: Context,
  mapping: Mapping,
  settings: SettingsData,
  note: (change: AuditChange) => void,
): Promise<PlacedTeams> {
  const placed: PlacedTeams = { teamIds: [], missing: [], because: new Map() };
  for (const { path, team_id, because } of mapping.teams) {
    let id = team_id;
    if (!id && settings.auto_create_teams) {
      const made = await ensureTeamPath(tx, splitTeamPath(path));
      for (const team of made.created)
        note({
          action: "team.created",
          target_type: "team",
          target_id: team.id,
          after: team,
          details: { groups: because },
        });
      id = made.id;
    }
    if (!id) placed.missing.push(path);
    else if (!placed.teamIds.includes(id)) placed.teamIds.push(id);
    if (id) placed.because.set(id, [...new Set([...(placed.because.get(id) ?? []), ...because])]);
  }
  return placed;
}

async function placeInTeams(
  tx: Context,
  userId: string,
  { teamIds, because }: PlacedTeams,
  note: (change: AuditChange) => void,
): Promise<void> {
  const { added, removed } = await syncMemberships(tx, userId, "oidc", teamIds);
  const membership = { user_id: userId, role: "member", source: "oidc" };
  for (const id of removed) note({ action: "member.removed", target_type: "team", target_id: id, before: membership });
  for (const id of added) {
    const details = { groups: because.get(id) ?? [] };
    note({ action: "member.added", target_type: "team", target_id: id, after: membership, details });
  }
}

/**
 * Applies what an issuer says about a person, at a sign-in or at a refresh (`cause`): finds, links or makes the account, takes over
 * e-mail address and name, and makes the `oidc` role and memberships what the groups give. Other sources stay as they are.
 *
 * Throws a SignInError where they may not come in; nothing has changed then. `ctx.principal` is the system: nobody is known yet.
 */
export function provision(
  ctx: Context,
  claims: SignInClaims,
  { cause }: { cause: "sign_in" | "refresh" },
): Promise<Provisioned> {
  return withTransaction(ctx, async (tx) => {
    const settings = await readSettings(tx.db);
    const settled = await settleAccount(tx, claims, settings);
    const notes = new Notes(cause);
    const note = (change: AuditChange) => notes.add(settled.identity.id, change);
    const { user, identity, emailNotFollowed } = await followIssuer(tx, settled, claims);

    const teams = await listTeamsNamed(tx, listWantedNames(claims, settings));
    const mapping = mapClaims(claims, settings, teams);
    const placed = await resolveTeams(tx, mapping, settings, note);
    const fields = { name: nameAfter(settled.user, settled.identity, claims), oidc_role: mapping.role };
    const applied = await applyToUser(tx, user, fields, settings.default_role);
    await announce(tx, settled, { user: applied, identity }, mapping, note);
    await placeInTeams(tx, user.id, placed, note);
    await notes.write(tx);
    const final = await welcome(tx, settled, applied, notes.detailsOf(identity.id));
    return {
      user: final,
      identity,
      isNew: settled.isNew,
      details: {
        ...(placed.missing.length > 0 ? { missing_teams: placed.missing } : {}),
        ...(emailNotFollowed ? { email_not_followed: emailNotFollowed } : {}),
      },
    };
  });
}

/** Notes what became of the account itself, and announces a new one. */
async function announce(
  tx: Context,
  before: Settled,
  { user, identity }: LinkedUser,
  mapping: Mapping,
  note: (change: AuditChange) => void,
): Promise<void> {
  const target = { target_type: "user", target_id: user.id };
  const groups = mapping.role_because.length > 0 ? { groups: mapping.role_because } : {};
  if (before.isNew) {
    const { id, email, role, created_via } = user;
    await emitEvent(tx, "user.provisioned", { id, email, role, created_via });
    note({ ...target, action: "user.created", after: user, details: groups });
    return;
  }
  if (before.isLinkedNow) note({ ...target, action: "user.linked", after: shownOf(identity) });
  const issued = changedFields(shownOf(before.identity), shownOf(identity));
  if (Object.keys(issued.after ?? {}).length > 0) note({ ...target, action: "user.identity_updated", ...issued });
  const changed = changedFields(before.user, user);
  if (Object.keys(changed.after ?? {}).length > 0)
    note({ ...target, action: "user.updated", ...changed, details: groups });
}

/** Whoever signs in for the first time to an account that was made for them accepts what waits there. */
async function welcome(
  tx: Context,
  { isLinkedNow }: Settled,
  user: User,
  cause: Record<string, unknown>,
): Promise<User> {
  if (!isLinkedNow) return user;
  const accepted = await acceptInvitation(tx, { userId: user.id, cause });
  if (user.created_via === "invited" && accepted.length === 0) throw new SignInError("invitation_expired");
  return accepted.length === 0 ? user : ((await findPerson(tx, user.id))?.user ?? user);
}
