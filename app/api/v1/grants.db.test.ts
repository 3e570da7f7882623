import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { authenticate } from "@/lib/auth/authenticate";
import { authorityOfKey, authorityOfUser } from "@/lib/auth/authority";
import { type Authority, reachOf, teamRoles, userRoles } from "@/lib/authz/permissions";
import { systemClock } from "@/lib/clock";
import type { User } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import { type Answer, createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeMember, makeUser } from "@/lib/testing/factories";
import { actionsBeyond, type Granter, type GrantWorld, makeGranters } from "@/lib/testing/granters";

const t = openTestDatabase();
const api = createApi(routes);

let world: GrantWorld;
beforeAll(async () => {
  world = await makeGranters(t.db);
});

async function authorityOf({ headers }: Granter): Promise<Authority> {
  const request = new Request("http://127.0.0.1:3000/api/v1/me", { headers });
  return (await authenticate(request, { db: t.db, clock: systemClock, address: null })).authority;
}

/** What somebody newly made has anyway, or somebody newly put into a team: the point of being allowed to do that at all. */
async function plainOf(teamIds: readonly string[]): Promise<Authority> {
  const user = await makeUser(t.db, { role: "user" });
  for (const id of teamIds) await makeMember(t.db, { id }, user);
  return authorityOfUser(t.db, user);
}

interface Grant {
  route: string;
  what: string;
  attempt(
    granter: Granter,
  ): Promise<{ answer: Answer; result: () => Promise<{ got: Authority; plain: Authority | null }> }>;
}

const idIn = (answer: Answer, field: string) => (answer.body[field] as { id: string }).id;

async function ofUser(id: string) {
  const user = await t.db.user.findUniqueOrThrow({ where: { id }, include: { memberships: true } });
  const teamIds = [...new Set(user.memberships.map((place) => place.team_id))];
  return { got: await authorityOfUser(t.db, user), plain: await plainOf(teamIds) };
}

async function ofKey(id: string) {
  const key = await t.db.key.findUniqueOrThrow({ where: { id }, include: { user: true } });
  return { got: await authorityOfKey(t.db, key, key.user), plain: null };
}

const teamsOf = () => [world.organisation, world.team, world.elsewhere];

/** People whose role or place somebody could raise. */
function raisePeople(): Grant[] {
  const roles: Grant[] = userRoles.map((role) => ({
    route: "PATCH /users/{id}",
    what: role,
    attempt: async ({ headers }) => {
      const user = await makeUser(t.db, { role: "viewer" });
      await makeMember(t.db, world.team, user);
      const answer = await api.patch(`/users/${user.id}`, { role }, { headers });
      return { answer, result: () => ofUser(user.id) };
    },
  }));
  const memberships: Grant[] = teamRoles.flatMap((role) =>
    [0, 1, 2].map((index) => ({
      route: "PATCH /teams/{id}/members/{user_id}",
      what: `${role} of ${index}`,
      attempt: async ({ headers }: Granter) => {
        const [user, team] = [await makeUser(t.db), teamsOf()[index] ?? world.team];
        await makeMember(t.db, team, user, "viewer");
        const answer = await api.patch(`/teams/${team.id}/members/${user.id}`, { role }, { headers });
        return { answer, result: () => ofUser(user.id) };
      },
    })),
  );
  return [...roles, ...memberships];
}

/** In no team, or with the strongest place in one. */
const places = [undefined, "owner"] as const;

/** People who are new: made, put into a team, invited. */
function bringPeople(): Grant[] {
  const made: Grant[] = userRoles.flatMap((role) =>
    places.map((teamRole) => ({
      route: "POST /users",
      what: `${role}, ${teamRole} of the team`,
      attempt: async ({ headers }: Granter) => {
        const teams = teamRole ? [{ team_id: world.team.id, role: teamRole }] : [];
        const answer = await api.post("/users", { email: `${newId("user")}@example.test`, role, teams }, { headers });
        return { answer, result: () => ofUser(answer.body.id) };
      },
    })),
  );
  const added: Grant[] = teamRoles.flatMap((role) =>
    [0, 1, 2].map((index) => ({
      route: "POST /teams/{id}/members",
      what: `${role} of ${index}`,
      attempt: async ({ headers }: Granter) => {
        const [user, team] = [await makeUser(t.db), teamsOf()[index] ?? world.team];
        const answer = await api.post(`/teams/${team.id}/members`, { user_id: user.id, role }, { headers });
        return { answer, result: () => ofUser(user.id) };
      },
    })),
  );
  return [...made, ...added, ...invitations()];
}

/** What an invited person will have, by the row that says it. */
async function ofInvitation(id: string) {
  const row = await t.db.invitation.findUniqueOrThrow({ where: { id } });
  const user = await makeUser(t.db, { role: row.role ?? "user" });
  if (row.team_id) await makeMember(t.db, { id: row.team_id }, user, row.team_role ?? "member");
  return ofUser(user.id);
}

function invitations(): Grant[] {
  const promises = userRoles.flatMap((role) => places.map((team_role) => ({ role, team_role })));
  return promises.flatMap(({ role, team_role }) => [
    {
      route: "POST /invitations",
      what: `${role}, ${team_role} of the team`,
      attempt: async ({ headers }: Granter) => {
        const place = team_role ? { team_id: world.team.id, team_role } : {};
        const answer = await api.post(
          "/invitations",
          { email: `${newId("user")}@example.test`, role, ...place },
          { headers },
        );
        return { answer, result: () => ofInvitation(idIn(answer, "invitation")) };
      },
    },
    {
      route: "POST /invitations/{id}/resend",
      what: `${role}, ${team_role} of the team`,
      attempt: async ({ headers }: Granter) => {
        const user = await makeUser(t.db);
        const id = newId("invitation");
        const place = team_role ? { team_id: world.team.id, team_role } : {};
        const expires_at = new Date(Date.now() + 3_600_000);
        const row = { id, user_id: user.id, email: user.email, role, ...place, secret_hash: id, created_by: "master" };
        await t.db.invitation.create({ data: { ...row, expires_at } });
        const answer = await api.post(`/invitations/${id}/resend`, {}, { headers });
        return { answer, result: () => ofInvitation(id) };
      },
    },
  ]);
}

/** People whom a key could be made for, or whose key could be taken: oneself, a member, an owner of the team, an admin. */
const whose = ["self", "member", "owner", "admin"] as const;

async function findPerson(who: (typeof whose)[number], granter: Granter): Promise<User | null> {
  if (who === "self") return granter.userId ? t.db.user.findUnique({ where: { id: granter.userId } }) : null;
  const user = await makeUser(t.db, { role: who === "admin" ? "admin" : "user" });
  await makeMember(t.db, world.team, user, who === "owner" ? "owner" : "member");
  return user;
}

const scopeSets = [[], ["*"], ["keys.*"], ["members.write"]];

function makeKeys(): Grant[] {
  const personal: Grant[] = whose.flatMap((who) =>
    scopeSets.map((scopes) => ({
      route: "POST /keys",
      what: `user key of ${who} with ${scopes.join() || "nothing"}`,
      attempt: async (granter: Granter) => {
        const user = await findPerson(who, granter);
        const body = { type: "user", name: "x", scopes, ...(user ? { user_id: user.id } : {}) };
        const answer = await api.post("/keys", body, { headers: granter.headers });
        return { answer, result: () => ofKey(idIn(answer, "key")) };
      },
    })),
  );
  const others: Grant[] = ["team", "admin"].flatMap((type) =>
    scopeSets.map((scopes) => ({
      route: "POST /keys",
      what: `${type} key with ${scopes.join() || "nothing"}`,
      attempt: async ({ headers }: Granter) => {
        const place = type === "team" ? { team_id: world.team.id } : {};
        const answer = await api.post("/keys", { type, name: "x", scopes, ...place }, { headers });
        return { answer, result: () => ofKey(idIn(answer, "key")) };
      },
    })),
  );
  return [...personal, ...others];
}

/** Keys that are there: scopes could be added, or a new secret asked for, which hands the key over. */
function takeKeys(): Grant[] {
  const kinds = [...whose, "team", "admin key"] as const;
  const makeOne = async (kind: (typeof kinds)[number], granter: Granter, scopes: string[]) => {
    if (kind === "team") return makeKey(t.db, { type: "team", team_id: world.team.id, scopes });
    if (kind === "admin key") return makeKey(t.db, { type: "admin", scopes });
    const user = await findPerson(kind, granter);
    return makeKey(t.db, { type: "user", user_id: user?.id ?? null, team_id: world.team.id, scopes });
  };
  return kinds.flatMap((kind) =>
    scopeSets.flatMap((scopes) => [
      {
        route: "PATCH /keys/{id}",
        what: `${scopes.join() || "nothing"} for a key of ${kind}`,
        attempt: async (granter: Granter) => {
          const { key } = await makeOne(kind, granter, ["budgets.read"]);
          const answer = await api.patch(`/keys/${key.id}`, { scopes }, { headers: granter.headers });
          return { answer, result: () => ofKey(key.id) };
        },
      },
      {
        route: "POST /keys/{id}/rotate",
        what: `a key of ${kind} with ${scopes.join() || "nothing"}`,
        attempt: async (granter: Granter) => {
          const { key } = await makeOne(kind, granter, scopes);
          const answer = await api.post(`/keys/${key.id}/rotate`, {}, { headers: granter.headers });
          return { answer, result: () => ofKey(key.id) };
        },
      },
    ]),
  );
}

/** Settings by which the next sign-in gives somebody a role. */
function mapGroups(): Grant[] {
  const changes = userRoles.flatMap((role) => [
    { role, change: { default_role: role } },
    { role, change: { group_to_role: { everyone: role } } },
  ]);
  return [...changes, { role: "admin", change: { admin_groups: ["everyone"] } }].map(({ role, change }) => ({
    route: "PATCH /settings",
    what: JSON.stringify(change),
    attempt: async ({ headers }: Granter) => {
      const answer = await api.patch("/settings", change, { headers });
      // What one granter may set is no reason for the next one's refusal, or success.
      await t.pool.query("UPDATE settings SET data = '{}'");
      return { answer, result: async () => ofUser((await makeUser(t.db, { role })).id) };
    },
  }));
}

const atOnce = 8;
const seen = new Map<string, { done: number; refused: number }>();

/** What the granter got out of one attempt that they should not have; null if nothing. */
async function tryOne(granter: Granter, authority: Authority, grant: Grant): Promise<string | null> {
  const { route, what, attempt } = grant;
  const { answer, result } = await attempt(granter);
  const count = seen.get(route) ?? { done: 0, refused: 0 };
  seen.set(route, count);
  if (answer.status >= 300) {
    expect([403, 404, 422], `${route}: ${JSON.stringify(answer.body)}`).toContain(answer.status);
    count.refused += 1;
    return null;
  }
  count.done += 1;
  const { got, plain } = await result();
  const more = actionsBeyond(got, authority, plain);
  return more.length > 0 ? `${route} ${what}: ${more.join(", ")}` : null;
}

async function tryAll(granter: Granter, grants: readonly Grant[]): Promise<string[]> {
  const authority = await authorityOf(granter);
  const isSerial = grants.some(({ route }) => route === "PATCH /settings");
  const excesses: (string | null)[] = [];
  for (let index = 0; index < grants.length; index += isSerial ? 1 : atOnce) {
    const some = grants.slice(index, index + (isSerial ? 1 : atOnce));
    excesses.push(...(await Promise.all(some.map((grant) => tryOne(granter, authority, grant)))));
  }
  return excesses.filter((excess) => excess !== null);
}

/** Those whom the door of some of these routes lets in; that it keeps out all others is what the matrix says. */
async function grantersWith(grants: readonly Grant[]): Promise<Granter[]> {
  const needed = new Set(grants.map(({ route }) => declarationOf(route).permission));
  const found: Granter[] = [];
  for (const granter of world.granters) {
    const authority = await authorityOf(granter);
    if ([...needed].some((permission) => permission !== "public" && reachOf(authority, permission)))
      found.push(granter);
  }
  return found;
}

function declarationOf(route: string) {
  const [method = "", path = ""] = route.split(" ");
  const declaration = routes[path]?.[method as "GET"]?.declaration;
  if (!declaration) throw new Error(`there is no ${route}`);
  return declaration;
}

describe("nobody grants what they do not have, by any route that gives a role, a place, a key or an invitation", () => {
  const families = { raisePeople, bringPeople, makeKeys, takeKeys, mapGroups };

  test.each(Object.keys(families) as (keyof typeof families)[])(
    "%s",
    async (family) => {
      const grants = families[family]();
      const found: Record<string, string[]> = {};
      for (const granter of await grantersWith(grants)) {
        const excesses = await tryAll(granter, grants);
        if (excesses.length > 0) found[granter.name] = excesses;
      }
      expect(found).toEqual({});
    },
    180_000,
  );

  test("and each of these routes was open to some of them and shut to others", () => {
    for (const [route, { done, refused }] of seen) {
      expect(done, route).toBeGreaterThan(5);
      expect(refused, route).toBeGreaterThan(5);
    }
    expect(seen.size).toBe(10);
  });
});
