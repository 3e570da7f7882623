/** Teams as a tree of four levels, and the people in them. Only scripts/seed calls this. */
import { newId } from "@/lib/ids";
import { daysBefore, insertRows, type Seed } from "./rows";
import { areas, divisions, firstNames, lastNames, organisation, teamKinds } from "./words";

export interface SeedTeam {
  id: string;
  name: string;
  parent_id: string | null;
  path: string[];
  depth: number;
}

export interface SeedUser {
  id: string;
  email: string;
  name: string;
  /** The teams they are directly in; the first is where they work. */
  teams: SeedTeam[];
  created_at: Date;
}

function makeTeam(seed: Seed, name: string, parent: SeedTeam | null): SeedTeam {
  const id = newId("team", daysBefore(seed.now, 300 + seed.dice.below(400)).getTime());
  const path = [...(parent?.path ?? []), id];
  return { id, name, parent_id: parent?.id ?? null, path, depth: path.length - 1 };
}

/** An organisation, its divisions, their departments and the teams in those: `sizes.teams` in all. */
function planTeams(seed: Seed): SeedTeam[] {
  const { teams: count } = seed.sizes;
  const root = makeTeam(seed, organisation.name, null);
  const upper = divisions.slice(0, Math.max(1, Math.min(divisions.length, Math.round(count / 20))));
  const second = upper.slice(0, count - 1).map((name) => makeTeam(seed, name, root));
  const third: SeedTeam[] = [];
  const departments = Math.max(
    0,
    Math.min(Math.round(count / 10), count - 1 - second.length, upper.length * areas.length),
  );
  // Each division starts elsewhere in the list, and no department of it has the name of another.
  const areaOf = (index: number) =>
    areas[(Math.floor(index / second.length) + (index % second.length) * 5) % areas.length] ?? areas[0];
  for (let index = 0; index < departments; index++) {
    const parent = second[index % second.length];
    if (parent) third.push(makeTeam(seed, areaOf(index), parent));
  }
  const fourth: SeedTeam[] = [];
  for (let index = 0; fourth.length < count - 1 - second.length - third.length; index++) {
    const parent = third[index % third.length] ?? second[0] ?? root;
    const round = Math.floor(index / Math.max(1, third.length));
    const kind = teamKinds[round % teamKinds.length] ?? teamKinds[0];
    const again = round >= teamKinds.length ? ` ${Math.floor(round / teamKinds.length) + 1}` : "";
    fourth.push(makeTeam(seed, `${parent.name} ${kind}${again}`, parent));
  }
  return [root, ...second, ...third, ...fourth];
}

function emailOf(first: string, last: string, taken: Map<string, number>): string {
  const local = `${first}.${last}`.toLowerCase();
  const count = (taken.get(local) ?? 0) + 1;
  taken.set(local, count);
  return `${local}${count > 1 ? count : ""}@${organisation.domain}`;
}

function planUsers(seed: Seed, teams: readonly SeedTeam[]): SeedUser[] {
  const { dice, now } = seed;
  const deepest = Math.max(...teams.map((team) => team.depth));
  const places = teams.filter((team) => team.depth === deepest) as [SeedTeam, ...SeedTeam[]];
  const taken = new Map<string, number>();
  return Array.from({ length: seed.sizes.users }, (_, index) => {
    const [first, last] = [dice.pick(firstNames), dice.pick(lastNames)];
    const created_at = daysBefore(now, dice.share() * 600);
    // Everybody's first team in turn, so that none stands empty.
    const home = places[index % places.length] ?? places[0];
    const second = dice.chance(0.15) ? [dice.pick(places)].filter((team) => team !== home) : [];
    return {
      id: newId("user", created_at.getTime()),
      email: emailOf(first, last, taken),
      name: `${first} ${last}`,
      teams: [home, ...second],
      created_at,
    };
  });
}

const issuer = `https://dex.${organisation.domain}`;

function roleOf(index: number, seed: Seed): string {
  if (index < 3) return "admin";
  if (index < 3 + Math.ceil(seed.sizes.users / 500)) return "manager";
  return seed.dice.chance(0.02) ? "viewer" : "user";
}

function userRow(seed: Seed, user: SeedUser, index: number) {
  const { dice, now } = seed;
  const role = roleOf(index, seed);
  const isGone = index > 10 && dice.chance(0.015);
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role,
    manual_role: role === "user" || role === "viewer" ? null : role,
    oidc_role: role === "viewer" ? role : null,
    created_via: dice.chance(0.9) ? "oidc" : "api",
    disabled_at: isGone ? daysBefore(now, dice.share() * 60) : null,
    disabled_reason: isGone ? "left the company" : null,
    allowed_models: [],
    blocked_models: [],
    rpm_limit: dice.chance(0.05) ? 120 : null,
    metadata: {},
    last_seen_at: dice.chance(0.8) ? daysBefore(now, dice.share() ** 2 * 30) : null,
    created_at: user.created_at,
    updated_at: user.created_at,
    version: 1,
  };
}

function identityRow(seed: Seed, user: SeedUser) {
  return {
    id: newId("identity", user.created_at.getTime()),
    user_id: user.id,
    issuer,
    subject: user.id.slice(-20),
    email: user.email,
    email_verified: true,
    name: user.name,
    groups: user.teams.map((team) => team.name.toLowerCase().replaceAll(" ", "-")),
    last_sync_at: daysBefore(seed.now, seed.dice.share() * 5),
    created_at: user.created_at,
  };
}

function membershipRows(seed: Seed, users: readonly SeedUser[], teams: readonly SeedTeam[]) {
  const owned = new Set<string>();
  const rows = users.flatMap((user) =>
    user.teams.map((team) => {
      const isFirst = !owned.has(team.id);
      owned.add(team.id);
      const role = isFirst ? "owner" : seed.dice.chance(0.06) ? "viewer" : "member";
      const source = seed.dice.chance(0.85) ? "oidc" : "manual";
      return { team_id: team.id, user_id: user.id, source, role, created_at: user.created_at };
    }),
  );
  // Whoever leads a division or a department is an owner there, by hand.
  const upper = teams.filter((team) => team.depth > 0 && !owned.has(team.id));
  const leaders = upper.flatMap((team, index) => {
    const user = users[(index * 7 + 4) % users.length];
    return user
      ? [{ team_id: team.id, user_id: user.id, source: "manual", role: "owner", created_at: user.created_at }]
      : [];
  });
  return [...rows, ...leaders];
}

export async function seedPeople(seed: Seed): Promise<{ teams: SeedTeam[]; users: SeedUser[] }> {
  const teams = planTeams(seed);
  const users = planUsers(seed, teams);
  const created = daysBefore(seed.now, 300);
  await insertRows(
    seed.pool,
    "teams",
    teams.map(({ depth, ...team }) => ({
      ...team,
      allowed_models: [],
      blocked_models: [],
      rpm_limit: depth === 1 && seed.dice.chance(0.5) ? 6_000 : null,
      metadata: { cost_center: `CC-${1000 + seed.dice.below(9000)}` },
      created_via: depth > 1 ? "oidc" : "api",
      created_at: created,
      updated_at: created,
      version: 1,
    })),
  );
  const rows = users.map((user, index) => userRow(seed, user, index));
  await insertRows(seed.pool, "users", rows);
  const bySignIn = new Set(rows.filter((row) => row.created_via === "oidc").map((row) => row.id));
  await insertRows(
    seed.pool,
    "identities",
    users.filter((user) => bySignIn.has(user.id)).map((user) => identityRow(seed, user)),
  );
  await insertRows(seed.pool, "memberships", membershipRows(seed, users, teams));
  return { teams, users };
}
