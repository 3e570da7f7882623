import { describe, expect, test } from "vitest";
import { authorityOfUser } from "@/lib/auth/authority";
import { hashSecret } from "@/lib/auth/hash";
import { type Context, systemContext, withTransaction } from "@/lib/context";
import type { User } from "@/lib/db/generated/client";
import { openTestDatabase } from "@/lib/testing/database";
import { makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import type { CreateInvitationInput } from "./schema";
import { acceptInvitation, createInvitation, openInvitation, resendInvitation, revokeInvitation } from "./service";

const t = openTestDatabase();
const ctx = () => systemContext(t.db, "test");

async function contextOf(user: User): Promise<Context> {
  const authority = await authorityOfUser(t.db, user);
  return { ...ctx(), principal: { kind: "session", id: user.id, name: user.email, authority } };
}

let counter = 0;
function invite(inviter: Context, fields: Partial<CreateInvitationInput> = {}) {
  return createInvitation(inviter, { email: `guest-${counter++}@example.test`, expires_in: "7d", ...fields });
}

const accept = (userId: string) =>
  withTransaction(ctx(), (tx) => acceptInvitation(tx, { userId, cause: { cause: "sign_in" } }));
const readUser = (id: string) => t.db.user.findUniqueOrThrow({ where: { id }, include: { memberships: true } });

async function owner() {
  const team = await makeTeam(t.db);
  const user = await makeUser(t.db);
  await makeMember(t.db, team, user, "owner");
  return { team, user };
}

describe("accepting", () => {
  test("gives role and place by hand, once, and says so in the audit log", async () => {
    const team = await makeTeam(t.db);
    const { invitation, link } = await invite(ctx(), { role: "manager", team_id: team.id, team_role: "owner" });
    expect(await accept(invitation.user_id)).toEqual([invitation.id]);
    expect(await readUser(invitation.user_id)).toMatchObject({
      role: "manager",
      manual_role: "manager",
      memberships: [{ team_id: team.id, source: "manual", role: "owner" }],
    });
    expect(await accept(invitation.user_id)).toEqual([]);
    expect((await openInvitation(ctx(), { secret: link.split("#")[1] ?? "" })).state).toBe("accepted");
    const entries = await t.db.auditEntry.findMany({
      where: { target_id: { in: [invitation.id, team.id, invitation.user_id] } },
      orderBy: { seq: "asc" },
    });
    expect(entries.map((entry) => entry.action)).toEqual([
      "user.created",
      "invitation.created",
      "user.updated",
      "member.added",
      "invitation.accepted",
    ]);
    expect(entries.at(-1)?.details).toEqual({ cause: "sign_in", created_by: "system:test" });
  });

  test("two sign-ins at once accept it once", async () => {
    const { invitation } = await invite(ctx(), { team_id: (await makeTeam(t.db)).id });
    const answers = await Promise.all([accept(invitation.user_id), accept(invitation.user_id)]);
    expect(answers.flat()).toEqual([invitation.id]);
    expect(await t.db.auditEntry.count({ where: { action: "invitation.accepted", target_id: invitation.id } })).toBe(1);
  });

  test("takes everything that waits for the person", async () => {
    const email = "popular@example.test";
    const teams = [await makeTeam(t.db), await makeTeam(t.db)];
    const made = [];
    for (const team of teams) made.push(await invite(ctx(), { email, team_id: team.id }));
    const userId = made[0]?.invitation.user_id ?? "";
    expect(await accept(userId)).toEqual(made.map(({ invitation }) => invitation.id));
    expect((await readUser(userId)).memberships.map((place) => place.team_id).sort()).toEqual(
      teams.map((team) => team.id).sort(),
    );
  });

  test("without a role leaves the role as it is; what somebody has already never gets weaker", async () => {
    const team = await makeTeam(t.db);
    const user = await makeUser(t.db, { role: "admin", manual_role: "admin" });
    await makeMember(t.db, team, user, "owner");
    await invite(ctx(), { email: user.email, role: "viewer", team_id: team.id, team_role: "viewer" });
    await accept(user.id);
    expect(await readUser(user.id)).toMatchObject({
      role: "admin",
      manual_role: "admin",
      memberships: [{ role: "owner" }],
    });
    const { invitation } = await invite(ctx());
    await accept(invitation.user_id);
    expect(await readUser(invitation.user_id)).toMatchObject({ role: "user", manual_role: null, memberships: [] });
  });

  test("a role that groups give and that is stronger stays what counts", async () => {
    const { invitation } = await invite(ctx(), { role: "viewer" });
    await t.db.user.update({ where: { id: invitation.user_id }, data: { oidc_role: "manager", role: "manager" } });
    await accept(invitation.user_id);
    expect(await readUser(invitation.user_id)).toMatchObject({ role: "manager", manual_role: "viewer" });
  });

  test("that fails later in its transaction leaves the invitation open", async () => {
    const { invitation } = await invite(ctx(), { role: "manager" });
    const failing = withTransaction(ctx(), async (tx) => {
      await acceptInvitation(tx, { userId: invitation.user_id });
      throw new Error("the sign-in failed");
    });
    await expect(failing).rejects.toThrow("the sign-in failed");
    expect((await readUser(invitation.user_id)).manual_role).toBeNull();
    expect(await accept(invitation.user_id)).toEqual([invitation.id]);
  });
});

describe("nothing is accepted", () => {
  test("once it has expired, was revoked, or its team is gone", async () => {
    const [expired, revoked] = [await invite(ctx(), { role: "manager" }), await invite(ctx(), { role: "manager" })];
    await t.db.invitation.update({
      where: { id: expired.invitation.id },
      data: { expires_at: new Date(Date.now() - 1) },
    });
    await revokeInvitation(ctx(), revoked.invitation.id);
    const team = await makeTeam(t.db);
    const teamless = await invite(ctx(), { role: "manager", team_id: team.id });
    await t.db.team.delete({ where: { id: team.id } });
    for (const { invitation } of [expired, revoked, teamless]) {
      expect(await accept(invitation.user_id)).toEqual([]);
      expect(await readUser(invitation.user_id)).toMatchObject({ role: "user", manual_role: null });
    }
  });

  test.each(["disabled", "demoted", "gone", "moved away"])(
    "in the name of an inviter who is %s by now, until somebody who may sends it again",
    async (fate) => {
      const { team, user } = await owner();
      const { invitation } = await invite(await contextOf(user), { team_id: team.id });
      const where = { user_id: user.id };
      if (fate === "disabled") await t.db.user.update({ where: { id: user.id }, data: { disabled_at: new Date() } });
      if (fate === "demoted") await t.db.membership.updateMany({ where, data: { role: "member" } });
      if (fate === "moved away") await t.db.membership.deleteMany({ where });
      if (fate === "gone") await t.db.user.delete({ where: { id: user.id } });
      expect(await accept(invitation.user_id)).toEqual([]);
      expect((await readUser(invitation.user_id)).memberships).toEqual([]);
      await resendInvitation(ctx(), invitation.id, { expires_in: "7d" });
      expect(await accept(invitation.user_id)).toEqual([invitation.id]);
    },
  );

  test("of an admin's promise after the admin became a plain user", async () => {
    const admin = await makeUser(t.db, { role: "admin", manual_role: "admin" });
    const { invitation } = await invite(await contextOf(admin), { role: "admin" });
    await t.db.user.update({ where: { id: admin.id }, data: { role: "manager", manual_role: "manager" } });
    expect(await accept(invitation.user_id)).toEqual([]);
    expect((await readUser(invitation.user_id)).role).toBe("user");
  });

  test("by the link that was sent first, after it was sent again", async () => {
    const { invitation, link } = await invite(ctx());
    await resendInvitation(ctx(), invitation.id, { expires_in: "7d" });
    const row = await t.db.invitation.findUniqueOrThrow({ where: { id: invitation.id } });
    expect(row.secret_hash).not.toBe(hashSecret(link.split("#")[1] ?? ""));
  });
});
