import { beforeEach, describe, expect, test } from "vitest";
import { hashSecret } from "@/lib/auth/hash";
import { newId } from "@/lib/ids";
import { openTestDatabase } from "@/lib/testing/database";
import { makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";
import {
  auditSince,
  fingerprintTables,
  headOfAudit,
  makeClaims,
  placesOf,
  refusalOf,
  saveSettings,
  signInWith,
} from "@/lib/testing/provisioning";

const t = openTestDatabase();
beforeEach(() => saveSettings(t.db, {}));

const userOf = (id: string) => t.db.user.findUniqueOrThrow({ where: { id } });

/** Refused with this code, and not a row differs from before. */
async function expectRefusal(claims: ReturnType<typeof makeClaims>, code: string): Promise<void> {
  const before = await fingerprintTables(t.db);
  expect(await refusalOf(t.db, claims)).toBe(code);
  expect(await fingerprintTables(t.db)).toEqual(before);
}

describe("a first sign-in", () => {
  test("makes the account, announced once and audited with its cause", async () => {
    const seq = await headOfAudit(t.db);
    const claims = makeClaims({ name: "Ada", groups: ["dev"] });
    const { user, identity, isNew } = await signInWith(t.db, claims);
    expect(isNew).toBe(true);
    expect(user).toMatchObject({
      email: claims.email,
      name: "Ada",
      role: "user",
      manual_role: null,
      oidc_role: null,
      created_via: "oidc",
    });
    expect(identity).toMatchObject({
      user_id: user.id,
      issuer: claims.issuer,
      subject: claims.subject,
      groups: ["dev"],
    });
    const [entry, ...others] = await auditSince(t.db, seq);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      action: "user.created",
      target_id: user.id,
      details: { cause: "sign_in", identity: identity.id },
    });
    const where = { type: "user.provisioned", data: { path: ["id"], equals: user.id } };
    expect(await t.db.message.findMany({ where })).toMatchObject([
      { data: { email: claims.email, created_via: "oidc" } },
    ]);
  });

  test("is refused where users are not created, of domains that may not, and without an e-mail address", async () => {
    await saveSettings(t.db, { auto_create_users: false });
    await expectRefusal(makeClaims(), "user_creation_disabled");
    await saveSettings(t.db, { allowed_email_domains: ["example.org"] });
    await expectRefusal(makeClaims(), "email_domain_not_allowed");
    await expectRefusal(makeClaims({ email: "x@example.org", email_verified: false }), "email_unverified");
    await expectRefusal(makeClaims({ email: null }), "email_missing");
    expect(await refusalOf(t.db, makeClaims({ email: "x@example.org" }))).toBeNull();
  });

  test("gives the default role of the settings", async () => {
    await saveSettings(t.db, { default_role: "viewer" });
    expect((await signInWith(t.db, makeClaims())).user.role).toBe("viewer");
  });
});

describe("the next sign-in", () => {
  test("is the same person whatever the e-mail address, which follows only as a verified one", async () => {
    const claims = makeClaims();
    const { user } = await signInWith(t.db, claims);
    const moved = { ...claims, email: `moved.${claims.email}` };
    const unverified = await signInWith(t.db, { ...moved, email_verified: false });
    expect(unverified.user).toMatchObject({ id: user.id, email: claims.email });
    expect(unverified.identity.email).toBe(moved.email);

    const seq = await headOfAudit(t.db);
    const verified = await signInWith(t.db, moved);
    expect(verified).toMatchObject({ isNew: false, user: { id: user.id, email: moved.email } });
    expect(await userOf(user.id)).toMatchObject({ email: moved.email, version: verified.user.version });
    const entries = await auditSince(t.db, seq);
    expect(entries.map(({ action }) => action)).toEqual(["user.identity_updated", "user.updated"]);
    expect(entries[1]).toMatchObject({ before: { email: claims.email }, after: { email: moved.email } });

    expect((await signInWith(t.db, { ...moved, email: null })).user).toMatchObject({ id: user.id, email: moved.email });
  });

  test("leaves the e-mail address that somebody else has with them, and says so", async () => {
    const other = await makeUser(t.db);
    const claims = makeClaims();
    const { user } = await signInWith(t.db, claims);
    const again = await signInWith(t.db, { ...claims, email: other.email });
    expect(again.user).toMatchObject({ id: user.id, email: claims.email });
    expect(again.details).toEqual({ email_not_followed: other.email });
    expect(await userOf(other.id)).toEqual(other);
  });

  test("takes over a new name, but not from somebody who chose one here", async () => {
    const claims = makeClaims({ name: "Ada" });
    const { user } = await signInWith(t.db, claims);
    expect((await signInWith(t.db, { ...claims, name: "Ada L." })).user.name).toBe("Ada L.");
    expect((await signInWith(t.db, claims)).user.name).toBe("Ada");
    await t.db.user.update({ where: { id: user.id }, data: { name: "Countess" } });
    expect((await signInWith(t.db, { ...claims, name: "Ada K." })).user.name).toBe("Countess");
  });

  test("of somebody disabled is refused and changes nothing, also as a refresh", async () => {
    const claims = makeClaims();
    const { user } = await signInWith(t.db, claims);
    await t.db.user.update({ where: { id: user.id }, data: { disabled_at: new Date() } });
    await expectRefusal({ ...claims, email: "new@example.test", groups: ["x"] }, "user_disabled");
    await expect(signInWith(t.db, claims, "refresh")).rejects.toMatchObject({ code: "user_disabled" });
  });
});

describe("an account that was made beforehand", () => {
  test.each(["api", "bootstrap"])(
    "by %s is linked once by the verified address, with its role and places",
    async (via) => {
      const team = await makeTeam(t.db, { name: `Team of ${via}` });
      const made = await makeUser(t.db, { role: "manager", created_via: via });
      await makeMember(t.db, team, made, "owner");
      const seq = await headOfAudit(t.db);
      const claims = makeClaims({ email: made.email, name: "Ada" });
      const { user, identity, isNew } = await signInWith(t.db, claims);
      expect(isNew).toBe(false);
      expect(user).toMatchObject({
        id: made.id,
        role: "manager",
        manual_role: "manager",
        name: "Ada",
        created_via: via,
      });
      expect(await placesOf(t.db, made.id)).toEqual([`Team of ${via}: owner by manual`]);
      const entries = await auditSince(t.db, seq);
      expect(entries.map(({ action }) => action)).toEqual(["user.linked", "user.updated"]);
      expect(entries[0]).toMatchObject({ target_id: made.id, details: { cause: "sign_in", identity: identity.id } });
      expect(await t.db.message.count({ where: { data: { path: ["id"], equals: made.id } } })).toBe(0);
      // Once: whoever comes next with the same address is somebody else.
      await expectRefusal(makeClaims({ email: made.email }), "email_taken");
      expect((await signInWith(t.db, claims)).user.id).toBe(made.id);
    },
  );

  test("is not linked by an address that nobody verified, nor while it is disabled", async () => {
    const made = await makeUser(t.db);
    await expectRefusal(makeClaims({ email: made.email, email_verified: false }), "email_unverified");
    await t.db.user.update({ where: { id: made.id }, data: { disabled_at: new Date() } });
    await expectRefusal(makeClaims({ email: made.email }), "user_disabled");
  });
});

describe("the address of somebody who signs in already", () => {
  test.each([
    ["another subject of the same issuer", "https://dex.test"],
    ["another issuer", "https://other.test"],
  ])("takes the account over for nobody: %s", async (_what, issuer) => {
    const claims = makeClaims({ groups: ["a"] });
    const { user } = await signInWith(t.db, claims);
    await expectRefusal(makeClaims({ issuer, email: claims.email }), "email_taken");
    await expectRefusal(makeClaims({ issuer, email: claims.email, email_verified: false }), "email_unverified");
    expect(await t.db.identity.findMany({ where: { user_id: user.id } })).toMatchObject([{ subject: claims.subject }]);
  });

  test("and the same subject of another issuer is another person", async () => {
    const claims = makeClaims();
    const first = await signInWith(t.db, claims);
    const second = await signInWith(t.db, makeClaims({ issuer: "https://other.test", subject: claims.subject }));
    expect(second.isNew).toBe(true);
    expect(second.user.id).not.toBe(first.user.id);
  });
});

interface Promised {
  role?: string;
  team_id?: string;
  team_role?: string;
  expires_at?: Date;
  revoked_at?: Date;
}

async function makeInvited(given: Promised = {}) {
  const user = await makeUser(t.db, { created_via: "invited" });
  const { user: inviter } = await makePerson(t.db, { role: "admin" });
  const id = newId("invitation");
  await t.db.invitation.create({
    data: {
      id,
      user_id: user.id,
      email: user.email,
      secret_hash: hashSecret(id),
      created_by: `user:${inviter.id}`,
      expires_at: new Date(Date.now() + 3_600_000),
      ...given,
    },
  });
  return { user, id };
}

describe("an invited account", () => {
  test("is linked while the invitation is open, and gets what it promises by hand", async () => {
    const team = await makeTeam(t.db, { name: "Invited to" });
    const { user, id } = await makeInvited({ role: "manager", team_id: team.id, team_role: "owner" });
    const seq = await headOfAudit(t.db);
    const signedIn = await signInWith(t.db, makeClaims({ email: user.email }));
    expect(signedIn).toMatchObject({ isNew: false, user: { id: user.id, role: "manager", manual_role: "manager" } });
    expect(await placesOf(t.db, user.id)).toEqual(["Invited to: owner by manual"]);
    expect((await t.db.invitation.findUniqueOrThrow({ where: { id } })).accepted_at).not.toBeNull();
    const entries = await auditSince(t.db, seq);
    expect(entries.map(({ action }) => action)).toContain("invitation.accepted");
    expect(entries.find(({ action }) => action === "invitation.accepted")).toMatchObject({
      details: { cause: "sign_in", identity: signedIn.identity.id },
    });
  });

  test("is linked also where nobody may be created", async () => {
    await saveSettings(t.db, { auto_create_users: false, allowed_email_domains: ["elsewhere.test"] });
    const { user } = await makeInvited();
    expect((await signInWith(t.db, makeClaims({ email: user.email }))).user.id).toBe(user.id);
  });

  test.each([
    ["has expired", { expires_at: new Date(Date.now() - 1) }],
    ["was revoked", { revoked_at: new Date() }],
  ])("is not linked where the invitation %s", async (_what, given) => {
    const { user } = await makeInvited(given);
    await expectRefusal(makeClaims({ email: user.email }), "invitation_expired");
  });

  test("is not linked by an address that nobody verified, and the invitation stays open", async () => {
    const { user, id } = await makeInvited();
    await expectRefusal(makeClaims({ email: user.email, email_verified: false }), "email_unverified");
    expect((await t.db.invitation.findUniqueOrThrow({ where: { id } })).accepted_at).toBeNull();
  });
});
