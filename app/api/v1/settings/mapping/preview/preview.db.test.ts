import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { hashSecret } from "@/lib/auth/hash";
import { systemContext } from "@/lib/context";
import { newId } from "@/lib/ids";
import { recordSignIn } from "@/lib/sign-ins/service";
import { type Answer, type Api, createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";
import { fingerprintTables, makeClaims, refusalOf, saveSettings, signInWith } from "@/lib/testing/provisioning";

const t = openTestDatabase();
let admin: Api;
const path = "/settings/mapping/preview";

beforeAll(async () => {
  admin = createApi(routes, await makeAdminBearer(t.db));
});
beforeEach(() => saveSettings(t.db, {}));

/** The preview; not a row of any table may differ afterwards. */
async function preview(body: object): Promise<Answer> {
  const before = await fingerprintTables(t.db);
  const answer = await admin.post(path, body);
  expect(await fingerprintTables(t.db)).toEqual(before);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer;
}

test("the fingerprint of all tables sees a row that is written with what it held already", async () => {
  const user = await makeUser(t.db);
  const before = await fingerprintTables(t.db);
  expect(Object.keys(before)).toEqual(expect.arrayContaining(["users", "sessions", "audit_head", "jobs"]));
  await t.db.user.update({ where: { id: user.id }, data: { name: user.name } });
  const after = await fingerprintTables(t.db);
  expect(after.audit_head).toBe(before.audit_head);
  expect(after.users).not.toBe(before.users);
});

describe("a pasted token", () => {
  test("of somebody new shows the account, the role and the teams that it would make, and makes nothing", async () => {
    const root = await makeTeam(t.db, { name: `Root ${newId("team").slice(-6)}` });
    await saveSettings(t.db, {
      group_to_role: { lead: "manager", dev: "user" },
      group_to_team: { dev: [root.name, `${root.name}/Platform`] },
      auto_create_teams: true,
    });
    const claims = {
      iss: "https://dex.test",
      sub: "CgNuZXcSBWxvY2Fs",
      aud: "pllm",
      exp: 1_800_000_000,
      email: "New@Example.test",
      email_verified: true,
      name: "New Person",
      groups: ["dev", "lead", "dev", "guests"],
      federated_claims: { connector_id: "local" },
    };
    const { body } = await preview({ claims });
    expect(body).toEqual({
      claims: {
        issuer: "https://dex.test",
        subject: "CgNuZXcSBWxvY2Fs",
        email: "new@example.test",
        email_verified: true,
        name: "New Person",
        groups: ["dev", "lead", "guests"],
      },
      decision: { would_sign_in: true, account: "created", code: null, title: null, cause: null, remedy: null },
      role: "manager",
      role_because: { source: "groups", groups: ["lead"] },
      teams: [
        { path: root.name, team_id: root.id, exists: true, created: false, because: ["dev"] },
        { path: `${root.name}/Platform`, team_id: null, exists: false, created: true, because: ["dev"] },
      ],
      unmapped_groups: ["guests"],
      user: null,
      changes: {
        role: { before: null, after: "manager" },
        email: { before: null, after: "new@example.test" },
        teams_joined: [
          { team_id: root.id, path: root.name },
          { team_id: null, path: `${root.name}/Platform` },
        ],
        teams_left: [],
        invitations_accepted: [],
      },
    });
  });

  test("may be a bare claim, and rules that are not saved yet are tried out on it", async () => {
    await saveSettings(t.db, { group_to_role: { dev: "manager" }, default_role: "viewer" });
    const claims = { groups: "dev", email: "x@example.test" };
    expect((await preview({ claims })).body).toMatchObject({ role: "manager" });
    const rules = { group_to_role: {}, admin_groups: ["dev"] };
    expect((await preview({ claims, rules })).body).toMatchObject({
      role: "admin",
      role_because: { source: "groups", groups: ["dev"] },
    });
    const other = await preview({ claims, rules: { group_to_role: {}, allowed_email_domains: ["example.org"] } });
    expect(other.body).toMatchObject({
      role: "viewer",
      role_because: { source: "default" },
      decision: { would_sign_in: false, account: null, code: "email_domain_not_allowed", remedy: expect.any(String) },
      changes: null,
    });
    expect((await preview({ claims: { groups: ["dev"] } })).body).toMatchObject({
      role: "manager",
      decision: { code: "email_missing" },
    });
  });
});

describe("against an account", () => {
  test("it tells what would be lost and what stays", async () => {
    const name = () => `Team ${newId("team").slice(-6)}`;
    const [lost, won, kept] = [
      await makeTeam(t.db, { name: name() }),
      await makeTeam(t.db, { name: name() }),
      await makeTeam(t.db, { name: name() }),
    ];
    const below = await makeTeam(t.db, { name: "Below", parent_id: lost.id });
    await saveSettings(t.db, {
      group_to_role: { a: "admin" },
      group_to_team: { a: [`${lost.name}/Below`, kept.name], b: [won.name, kept.name] },
    });
    const claims = makeClaims({ groups: ["a"] });
    const { user } = await signInWith(t.db, claims);
    await makeMember(t.db, won, user, "owner");
    const next = { ...claims, groups: ["b"], email: `moved.${claims.email}` };
    const { body } = await preview({ claims: next });
    expect(body).toMatchObject({
      decision: { would_sign_in: true, account: "known" },
      role: "user",
      role_because: { source: "default" },
      user: { id: user.id },
      changes: {
        role: { before: "admin", after: "user" },
        email: { before: claims.email, after: next.email },
        teams_joined: [{ team_id: won.id }],
        teams_left: [{ team_id: below.id, path: `${lost.name}/Below` }],
      },
    });
    // And so it happens.
    const after = await signInWith(t.db, next);
    expect(after.user).toMatchObject({ role: "user", email: next.email });
    const oidc = await t.db.membership.findMany({ where: { user_id: user.id, source: "oidc" } });
    expect(oidc.map(({ team_id }) => team_id).sort()).toEqual([won.id, kept.id].sort());
    expect((await preview({ claims: next })).body.changes).toEqual({
      role: null,
      email: null,
      teams_joined: [],
      teams_left: [],
      invitations_accepted: [],
    });
  });

  test("that is invited, it shows what the invitation gives", async () => {
    const { user: inviter } = await makePerson(t.db, { role: "admin" });
    const user = await makeUser(t.db, { created_via: "invited" });
    const id = newId("invitation");
    const row = { id, user_id: user.id, email: user.email, role: "manager", secret_hash: hashSecret(id) };
    const expires_at = new Date(Date.now() + 3_600_000);
    await t.db.invitation.create({ data: { ...row, created_by: `user:${inviter.id}`, expires_at } });
    const { body } = await preview({ claims: makeClaims({ email: user.email }) });
    expect(body).toMatchObject({
      decision: { account: "linked" },
      role: "manager",
      role_because: { source: "invitation" },
      changes: { role: { before: "user", after: "manager" }, invitations_accepted: [id] },
    });
    await t.db.invitation.update({ where: { id }, data: { revoked_at: new Date() } });
    expect((await preview({ claims: makeClaims({ email: user.email }) })).body.decision).toMatchObject({
      code: "invitation_expired",
    });
  });

  test("it decides as the sign-in does, whoever comes", async () => {
    const linked = makeClaims();
    await signInWith(t.db, linked);
    const disabled = makeClaims();
    const { user } = await signInWith(t.db, disabled);
    await t.db.user.update({ where: { id: user.id }, data: { disabled_at: new Date() } });
    const waiting = await makeUser(t.db);
    const all = [
      linked,
      disabled,
      makeClaims({ email: linked.email }),
      makeClaims({ email: linked.email, email_verified: false }),
      makeClaims({ email: waiting.email, email_verified: false }),
      makeClaims({ email: null }),
      makeClaims({ email: waiting.email }),
      makeClaims(),
    ];
    const seen: unknown[] = [];
    for (const claims of all) {
      const { decision } = (await preview({ claims })).body as unknown as { decision: { code: string | null } };
      expect(await refusalOf(t.db, claims)).toBe(decision.code);
      seen.push(decision.code);
    }
    expect(seen).toEqual([
      null,
      "user_disabled",
      "email_taken",
      "email_unverified",
      "email_unverified",
      "email_missing",
      null,
      null,
    ]);
  });
});

describe("asking", () => {
  test("a past sign-in stands for its claims", async () => {
    await saveSettings(t.db, { group_to_role: { dev: "manager" } });
    const claims = makeClaims({ groups: ["dev"] });
    await recordSignIn(systemContext(t.db, "sign-in"), { method: "oidc", outcome: "user_disabled", claims });
    await recordSignIn(systemContext(t.db, "sign-in"), { method: "oidc", outcome: "provider_refused" });
    const [without, kept] = await t.db.signIn.findMany({ orderBy: { id: "desc" }, take: 2 });
    const { body } = await preview({ sign_in_id: kept?.id });
    expect(body).toMatchObject({ role: "manager", claims: { subject: claims.subject, email: claims.email } });
    for (const sign_in_id of [without?.id, newId("signIn")]) {
      const answer = await admin.post(path, { sign_in_id });
      expect(answer.status).toBe(422);
      expect(answer.body.error.fields[0]?.path).toBe("sign_in_id");
    }
  });

  test.each([
    [{}, "claims"],
    [{ claims: {}, sign_in_id: "sgn_01jd0c4x8k9m2n3p4q5r6s7t8v" }, "claims"],
    [{ claims: { groups: [1] } }, "claims.groups"],
    [{ claims: {}, rules: { group_to_team: { a: ["x//y"] } } }, "rules.group_to_team.a.0"],
    [{ claims: {}, rules: { cooldown_seconds: 1 } }, "rules.cooldown_seconds"],
  ])("%j is refused and names the field", async (body, field) => {
    const answer = await admin.post(path, body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(field);
  });

  test("is an administrator's right", async () => {
    const body = { claims: { groups: [] } };
    expect((await admin.as(null).post(path, body)).status).toBe(401);
    for (const role of ["manager", "user", "viewer"]) {
      const { bearer } = await makePerson(t.db, { role });
      expect((await admin.as(bearer).post(path, body)).status).toBe(403);
    }
  });
});
