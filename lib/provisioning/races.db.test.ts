/** Sign-ins that meet: each test runs the real thing at once on connections of its own, many times. */
import { beforeEach, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { systemContext, withTransaction } from "@/lib/context";
import { newId } from "@/lib/ids";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeClaims, placesOf, refusalOf, saveSettings, signInWith } from "@/lib/testing/provisioning";
import { createUser } from "@/lib/users/service";

const t = openTestDatabase();
beforeEach(() => saveSettings(t.db, {}));
const rounds = Array.from({ length: 8 }, (_none, round) => round);

describe("first sign-ins at once", () => {
  test("of one subject to an account that waits link it once, and all of them are let in", async () => {
    for (const _round of rounds) {
      const { id, email } = await makeUser(t.db);
      const claims = makeClaims({ email });
      const results = await Promise.all(Array.from({ length: 4 }, () => signInWith(t.db, claims)));
      expect(results.map(({ user }) => user.id)).toEqual(Array(4).fill(id));
      expect(await t.db.auditEntry.count({ where: { target_id: id, action: "user.linked" } })).toBe(1);
    }
  });

  test("of one subject make one account, announced and audited once", async () => {
    for (const _round of rounds) {
      const claims = makeClaims();
      const results = await Promise.all(Array.from({ length: 4 }, () => signInWith(t.db, claims)));
      expect(new Set(results.map(({ user }) => user.id)).size).toBe(1);
      expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
      const id = results[0]?.user.id ?? "";
      expect(await t.db.identity.count({ where: { subject: claims.subject } })).toBe(1);
      expect(await t.db.auditEntry.count({ where: { target_id: id, action: "user.created" } })).toBe(1);
      expect(await t.db.message.count({ where: { data: { path: ["id"], equals: id } } })).toBe(1);
    }
  });

  test("of two subjects with one address let one of them in", async () => {
    for (const round of rounds) {
      // Half of them to an account that waits for the address.
      const email = round % 2 ? (await makeUser(t.db)).email : makeClaims().email;
      const all = [makeClaims({ email }), makeClaims({ email }), makeClaims({ email })];
      const codes = await Promise.all(all.map((claims) => refusalOf(t.db, claims)));
      expect(codes.sort()).toEqual(["email_taken", "email_taken", null]);
      expect(await t.db.identity.count({ where: { email } })).toBe(1);
    }
  });

  test("and an administrator who makes the account at that moment leave one account with the identity", async () => {
    const admin = systemContext(t.db, "test");
    for (const _round of rounds) {
      const claims = makeClaims();
      const email = claims.email ?? "";
      const input = { email, teams: [] };
      const [signedIn, made] = await Promise.allSettled([signInWith(t.db, claims), createUser(admin, input)]);
      expect(signedIn.status).toBe("fulfilled");
      if (made.status === "rejected") expect(String(made.reason)).toMatch(/email|Unique/);
      const [user, ...others] = await t.db.user.findMany({ where: { email }, include: { identities: true } });
      expect(others).toEqual([]);
      expect(user?.identities).toMatchObject([{ subject: claims.subject }]);
    }
  });
});

test("different people whose groups need the same missing teams make each team once", async () => {
  for (const round of rounds) {
    const root = `Root ${round} ${newId("team").slice(-6)}`;
    await saveSettings(t.db, {
      auto_create_teams: true,
      group_to_team: { a: [`${root}/One`], b: [`${root.toUpperCase()}/Two`, `${root}/one`] },
    });
    const all = ["a", "b", "a", "b"].map((group) => makeClaims({ groups: [group] }));
    const people = await Promise.all(all.map((claims) => signInWith(t.db, claims)));
    const made = await t.db.team.findMany({ where: { name: { startsWith: `root ${round} `, mode: "insensitive" } } });
    expect(made).toHaveLength(1);
    expect(await t.db.team.count({ where: { parent_id: made[0]?.id ?? "" } })).toBe(2);
    for (const [index, { user }] of people.entries())
      expect((await placesOf(t.db, user.id)).length, `round ${round}, person ${index}`).toBe(index % 2 ? 2 : 1);
  }
});

test("sign-ins meet deletions of teams and changes of the person without failing", async () => {
  const api = createApi(routes, await makeAdminBearer(t.db));
  for (const _round of rounds) {
    const [kept, gone] = [await makeTeam(t.db), await makeTeam(t.db)];
    await saveSettings(t.db, { group_to_team: { a: [kept.name, gone.name] }, group_to_role: { a: "manager" } });
    const claims = makeClaims();
    const { user } = await signInWith(t.db, claims);
    const answers = await Promise.allSettled([
      signInWith(t.db, { ...claims, groups: ["a"] }),
      api.delete(`/teams/${gone.id}`),
      api.patch(`/users/${user.id}`, { role: "manager", name: "Changed" }),
      signInWith(t.db, { ...claims, groups: ["a"] }, "refresh"),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(4).fill("fulfilled"));
    expect(answers.map((one) => (one.status === "fulfilled" && "status" in one.value ? one.value.status : 0))).toEqual([
      0, 204, 200, 0,
    ]);
    expect(await placesOf(t.db, user.id)).toEqual([`${kept.name}: member by oidc`]);
    expect(await t.db.user.findUniqueOrThrow({ where: { id: user.id } })).toMatchObject({
      role: "manager",
      manual_role: "manager",
      oidc_role: "manager",
    });
  }
});

test("an address that is being given to somebody else does not end the sign-in of the one who would have followed it", async () => {
  const claims = makeClaims();
  const { user } = await signInWith(t.db, claims);
  const email = `wanted.${claims.email}`;
  let signedIn: ReturnType<typeof signInWith> | undefined;
  await withTransaction(systemContext(t.db, "test"), async (tx) => {
    await tx.db.user.create({ data: { id: newId("user"), email } });
    // It finds nobody, writes, and waits for this transaction's end.
    signedIn = signInWith(t.db, { ...claims, email, groups: ["x"] });
    await waitForBlocked();
  });
  const result = await signedIn;
  expect(result?.user).toMatchObject({ id: user.id, email: claims.email });
  expect(result?.details).toEqual({ email_not_followed: email });
  expect(result?.identity.groups).toEqual(["x"]);
});

async function waitForBlocked(): Promise<void> {
  for (;;) {
    const { rows } = await t.pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
  }
}
