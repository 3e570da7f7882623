import { beforeEach, describe, expect, test } from "vitest";
import { newId } from "@/lib/ids";
import { openTestDatabase } from "@/lib/testing/database";
import { makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { auditSince, headOfAudit, makeClaims, placesOf, saveSettings, signInWith } from "@/lib/testing/provisioning";

const t = openTestDatabase();
beforeEach(() => saveSettings(t.db, {}));

const changesOf = async (userId: string) =>
  t.db.directoryChange.count({ where: { entity: "user", entity_id: userId } });
const aName = () => `Team ${newId("team").slice(-8)}`;

describe("the role", () => {
  test("follows the strongest group, up and down, and every change is audited with its cause", async () => {
    await saveSettings(t.db, { admin_groups: ["ops"], group_to_role: { lead: "manager", guest: "viewer" } });
    const claims = makeClaims({ groups: ["guest"] });
    const first = await signInWith(t.db, claims);
    expect(first.user).toMatchObject({ role: "viewer", oidc_role: "viewer", manual_role: null });
    const seq = await headOfAudit(t.db);
    for (const [groups, role] of [
      [["guest", "lead"], "manager"],
      [["lead", "ops"], "admin"],
      [["ops "], "user"],
      [[], "user"],
    ] as const) {
      const { user } = await signInWith(t.db, { ...claims, groups: [...groups] }, "refresh");
      expect(user.role).toBe(role);
    }
    const entries = await auditSince(t.db, seq);
    const details = { cause: "refresh", identity: first.identity.id };
    expect(entries).toMatchObject([
      {
        action: "user.updated",
        before: { role: "viewer" },
        after: { role: "manager" },
        details: { ...details, groups: ["lead"] },
      },
      {
        action: "user.updated",
        before: { role: "manager" },
        after: { role: "admin" },
        details: { ...details, groups: ["ops"] },
      },
      {
        action: "user.updated",
        before: { role: "admin", oidc_role: "admin" },
        after: { role: "user", oidc_role: null },
        details,
      },
    ]);
    expect(entries).toHaveLength(3);
  });

  test("given by hand stays when the groups go, and is not lowered by weaker ones", async () => {
    await saveSettings(t.db, { group_to_role: { lead: "admin", guest: "viewer" } });
    const made = await makeUser(t.db, { role: "manager" });
    const claims = makeClaims({ email: made.email });
    for (const [groups, role] of [
      [["lead"], "admin"],
      [["guest"], "manager"],
      [[], "manager"],
    ] as const)
      expect((await signInWith(t.db, { ...claims, groups: [...groups] })).user).toMatchObject({
        role,
        manual_role: "manager",
      });
  });
});

describe("teams", () => {
  test("are joined and left with the groups; places from elsewhere stay", async () => {
    const [root, other] = [await makeTeam(t.db, { name: aName() }), await makeTeam(t.db, { name: aName() })];
    const child = await makeTeam(t.db, { name: "Platform", parent_id: root.id });
    await saveSettings(t.db, { group_to_team: { dev: [`${root.name}/platform`, other.name], lead: [root.name] } });
    const claims = makeClaims({ groups: ["dev"] });
    const { user, identity } = await signInWith(t.db, claims);
    expect(await placesOf(t.db, user.id)).toEqual([`Platform: member by oidc`, `${other.name}: member by oidc`].sort());
    await makeMember(t.db, child, user, "owner");
    await makeMember(t.db, other, user, "viewer", "scim");

    const seq = await headOfAudit(t.db);
    await signInWith(t.db, { ...claims, groups: ["lead"] }, "refresh");
    expect(await placesOf(t.db, user.id)).toEqual(
      [`Platform: owner by manual`, `${other.name}: viewer by scim`, `${root.name}: member by oidc`].sort(),
    );
    const details = { cause: "refresh", identity: identity.id };
    const told = (await auditSince(t.db, seq)).map(({ action, target_id, before, after, details }) => ({
      action,
      target_id,
      ...(before ? { before } : {}),
      ...(after ? { after } : {}),
      details,
    }));
    const place = { user_id: user.id, role: "member", source: "oidc" };
    expect(told.sort((a, b) => (`${a.action}${a.target_id}` < `${b.action}${b.target_id}` ? -1 : 1))).toEqual([
      { action: "member.added", target_id: root.id, after: place, details: { ...details, groups: ["lead"] } },
      ...[child.id, other.id]
        .sort()
        .map((target_id) => ({ action: "member.removed", target_id, before: place, details })),
    ]);

    await signInWith(t.db, { ...claims, groups: [] });
    expect(await placesOf(t.db, user.id)).toEqual(
      [`Platform: owner by manual`, `${other.name}: viewer by scim`].sort(),
    );
  });

  test("that are missing are made with those above them, announced and audited once; or told where that is off", async () => {
    const name = aName();
    const rules = { group_to_team: { dev: [`${name}/Platform/Ops`, `${name}/Data`] } };
    await saveSettings(t.db, rules);
    const claims = makeClaims({ groups: ["dev"] });
    const off = await signInWith(t.db, claims);
    expect(off.details).toEqual({ missing_teams: [`${name}/Data`, `${name}/Platform/Ops`] });
    expect(await t.db.team.count({ where: { name } })).toBe(0);

    await saveSettings(t.db, { ...rules, auto_create_teams: true });
    const seq = await headOfAudit(t.db);
    const { user, details } = await signInWith(t.db, claims);
    expect(details).toEqual({});
    expect(await placesOf(t.db, user.id)).toEqual(["Data: member by oidc", "Ops: member by oidc"]);
    const root = await t.db.team.findFirstOrThrow({ where: { name } });
    const made = await t.db.team.findMany({ where: { path: { has: root.id } }, orderBy: { id: "asc" } });
    const nameOf = (id: string) => made.find((team) => team.id === id)?.name;
    expect(made.map(({ path, created_via }) => [path.map(nameOf).join("/"), created_via]).sort()).toEqual(
      [name, `${name}/Data`, `${name}/Platform`, `${name}/Platform/Ops`].map((path) => [path, "oidc"]),
    );
    const entries = await auditSince(t.db, seq);
    const created = entries.filter(({ action }) => action === "team.created");
    expect(created.map(({ target_id }) => target_id).sort()).toEqual(made.map(({ id }) => id).sort());
    for (const { details } of created) expect(details).toMatchObject({ cause: "sign_in", groups: ["dev"] });
    const events = await t.db.message.findMany({ where: { type: "team.created" } });
    const announced = events.map(({ data }) => (data as { id: string }).id);
    expect(announced.filter((id) => made.some((team) => team.id === id)).sort()).toEqual(
      made.map(({ id }) => id).sort(),
    );
  });

  test("that are gone are no obstacle, and a membership goes with its rule", async () => {
    const team = await makeTeam(t.db, { name: aName() });
    await saveSettings(t.db, { group_to_team: { dev: [team.name] } });
    const claims = makeClaims({ groups: ["dev"] });
    const { user } = await signInWith(t.db, claims);
    await t.db.team.delete({ where: { id: team.id } });
    expect((await signInWith(t.db, claims)).details).toEqual({ missing_teams: [team.name] });
    expect(await placesOf(t.db, user.id)).toEqual([]);
  });
});

test("the same claims again write nothing but the time: no audit entry, no event, no notice to the gateway", async () => {
  const team = await makeTeam(t.db, { name: aName() });
  await saveSettings(t.db, {
    group_to_role: { dev: "manager" },
    group_to_team: { dev: [team.name, aName()] },
    auto_create_teams: true,
  });
  const claims = makeClaims({ name: "Ada", groups: ["dev", "other"] });
  const first = await signInWith(t.db, claims);
  const state = async () => ({
    user: await t.db.user.findUniqueOrThrow({ where: { id: first.user.id } }),
    places: await t.db.membership.findMany({ where: { user_id: first.user.id } }),
    seq: await headOfAudit(t.db),
    messages: await t.db.message.count(),
    notices: await changesOf(first.user.id),
    teams: await t.db.team.count(),
  });
  const before = await state();
  const again = await signInWith(t.db, { ...claims, groups: ["other", "dev", "dev"] });
  await signInWith(t.db, claims, "refresh");
  expect(await state()).toEqual(before);
  expect(again.identity.last_sync_at.getTime()).toBeGreaterThanOrEqual(first.identity.last_sync_at.getTime());
  expect(await t.db.identity.count({ where: { user_id: first.user.id } })).toBe(1);
});
