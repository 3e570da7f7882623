import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { hashSecret } from "@/lib/auth/hash";
import { newId } from "@/lib/ids";
import { type Api, createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam, makeUser } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
let admin: Api;
let manager: Api;

beforeAll(async () => {
  admin = api.as(await makeAdminBearer(t.db));
  manager = api.as((await makePerson(t.db, { role: "manager", name: "Mara Manager" })).bearer);
});

let counter = 0;
const someone = () => `person-${counter++}@example.test`;
const missing = "inv_01jd0c4x8k9m2n3p4q5r6s7t8v";
const day = 24 * 3_600_000;

async function personIn(team: { id: string }, role: string, fields: { role?: string; name?: string } = {}) {
  const { user, bearer } = await makePerson(t.db, fields);
  await makeMember(t.db, team, user, role);
  return { user, api: api.as(bearer) };
}

interface Invited {
  invitation: { id: string; user_id: string; expires_at: string; [field: string]: unknown };
  link: string;
  is_mailed: boolean;
}

async function invite(caller: Api, body: Record<string, unknown> = {}): Promise<Invited & { secret: string }> {
  const answer = await caller.post("/invitations", { email: someone(), ...body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  const invited = answer.body as unknown as Invited;
  return { ...invited, secret: invited.link.split("#")[1] ?? "" };
}

async function link(userId: string): Promise<void> {
  const id = newId("identity");
  await t.db.identity.create({ data: { id, user_id: userId, issuer: "https://dex.example.test", subject: id } });
}

const auditOf = async (id: string) =>
  (await t.db.auditEntry.findMany({ where: { target_id: id }, orderBy: { seq: "asc" } })).map((entry) => entry.action);
const open = (secret: string) => api.post("/invitations/open", { secret });

describe("inviting", () => {
  test("makes an account without places, audits it, and shows a link whose secret is nowhere else", async () => {
    const team = await makeTeam(t.db, { name: "Engineering" });
    const { invitation, link, is_mailed, secret } = await invite(admin, {
      email: "  Jane@Example.TEST ",
      role: "manager",
      team_id: team.id,
      team_role: "owner",
    });
    expect(invitation).toMatchObject({
      email: "jane@example.test",
      role: "manager",
      team_id: team.id,
      team_name: "Engineering",
      team_role: "owner",
      state: "open",
      is_granted: true,
      accepted_at: null,
      revoked_at: null,
    });
    expect(is_mailed).toBe(false);
    expect(link).toBe(`http://127.0.0.1:3000/invitation#${secret}`);
    expect(secret).toMatch(/^[\w-]{43}$/);
    const user = await t.db.user.findUniqueOrThrow({
      where: { email: "jane@example.test" },
      include: { memberships: true },
    });
    expect(user).toMatchObject({
      id: invitation.user_id,
      created_via: "invited",
      manual_role: null,
      role: "user",
      memberships: [],
    });
    expect(await auditOf(invitation.id)).toEqual(["invitation.created"]);
    expect(await auditOf(user.id)).toEqual(["user.created"]);
    const row = await t.db.invitation.findUniqueOrThrow({ where: { id: invitation.id } });
    expect(row.secret_hash).toBe(hashSecret(secret));
    const kept = JSON.stringify([
      await t.db.$queryRaw`SELECT * FROM invitations`,
      await t.db.auditEntry.findMany({ select: { before: true, after: true, details: true } }),
      await t.db.message.findMany(),
      await t.db.job.findMany(),
    ]);
    expect(kept).not.toContain(secret);
    const listed = await admin.get("/invitations");
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    expect(JSON.stringify(listed.body)).not.toContain(row.secret_hash);
  });

  test("lasts seven days, or as long as is asked for", async () => {
    const lengthOf = (answer: Invited) => Date.parse(answer.invitation.expires_at) - Date.now();
    expect(lengthOf(await invite(admin))).toBeGreaterThan(7 * day - 60_000);
    expect(lengthOf(await invite(admin, { expires_in: "1h" }))).toBeLessThanOrEqual(3_600_000);
  });

  test.each([
    [{}, "email"],
    [{ email: "nobody" }, "email"],
    [{ email: "a@example.test", role: "king" }, "role"],
    [{ email: "a@example.test", team_role: "owner" }, "team_role"],
    [{ email: "a@example.test", team_id: "team_01jd0c4x8k9m2n3p4q5r6s7t8v" }, "team_id"],
    [{ email: "a@example.test", expires_in: "59m" }, "expires_in"],
    [{ email: "a@example.test", expires_in: "31d" }, "expires_in"],
    [{ email: "a@example.test", expires_in: "soon" }, "expires_in"],
    [{ email: "a@example.test", colour: "red" }, "colour"],
  ])("refuses %j and names the field", async (body, path) => {
    const answer = await admin.post("/invitations", body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(path);
    expect(await t.db.user.count({ where: { email: "a@example.test" } })).toBe(0);
  });

  test("needs a caller, and one who may", async () => {
    const team = await makeTeam(t.db);
    const body = { email: someone(), team_id: team.id };
    expect((await api.post("/invitations", body)).status).toBe(401);
    const plain = api.as((await makePerson(t.db)).bearer);
    expect((await plain.post("/invitations", body)).status).toBe(403);
    for (const role of ["member", "viewer"]) {
      const caller = await personIn(team, role);
      expect((await caller.api.post("/invitations", body)).status, role).toBe(403);
      expect((await caller.api.get("/invitations")).status, role).toBe(403);
    }
    const viewer = api.as((await makePerson(t.db, { role: "viewer" })).bearer);
    expect((await viewer.post("/invitations", body)).status).toBe(403);
    expect(await t.db.user.count({ where: { email: body.email } })).toBe(0);
  });

  test("an address that somebody signs in with is a conflict that says what to do instead", async () => {
    const user = await makeUser(t.db, { email: someone() });
    await link(user.id);
    const answer = await admin.post("/invitations", { email: user.email.toUpperCase() });
    expect(answer.status).toBe(409);
    expect(answer.body.error).toMatchObject({
      message: expect.stringContaining("Add them as a member"),
      fields: [{ path: "email" }],
      details: { user_id: user.id },
    });
  });

  test("an account that nobody has signed in to yet is invited as it is; a disabled one is not", async () => {
    const user = await makeUser(t.db, { email: someone(), role: "manager", manual_role: "manager" });
    const { invitation } = await invite(admin, { email: user.email });
    expect(invitation.user_id).toBe(user.id);
    expect(await t.db.user.findUniqueOrThrow({ where: { id: user.id } })).toEqual(user);
    const gone = await makeUser(t.db, { email: someone(), disabled_at: new Date() });
    expect((await admin.post("/invitations", { email: gone.email })).status).toBe(409);
  });

  test.each(["there already", "new"])(
    "twice to the same place is a conflict, also when both come at once; to another place it is not (account %s)",
    async (account) => {
      const [here, there] = [await makeTeam(t.db), await makeTeam(t.db)];
      const email = someone();
      if (account !== "new") await makeUser(t.db, { email });
      const answers = await Promise.all(
        [here, here, here].map((team) => admin.post("/invitations", { email, team_id: team.id })),
      );
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
      const conflict = answers.find((answer) => answer.status === 409);
      expect(conflict?.body.error.details).toHaveProperty("invitation_id");
      await invite(admin, { email, team_id: there.id });
      expect(await t.db.user.count({ where: { email } })).toBe(1);
      const announced = await t.db.message.count({ where: { data: { path: ["email"], equals: email } } });
      expect(announced).toBe(account === "new" ? 1 : 0);
    },
  );

  test("sent twice under one idempotency key, it happens once and shows the same link; the kept answer is sealed", async () => {
    const headers = { "idempotency-key": "invite-once" };
    const body = { email: someone() };
    const first = await admin.post("/invitations", body, { headers });
    const second = await admin.post("/invitations", body, { headers });
    expect(second.body).toEqual(first.body);
    const secret = String(first.body.link).split("#")[1] ?? "";
    expect(secret).not.toBe("");
    expect(JSON.stringify(await t.db.idempotencyRecord.findMany())).not.toContain(secret);
  });
});

describe("nobody gives what they do not have", () => {
  test("a manager invites to any team and up to manager", async () => {
    const team = await makeTeam(t.db);
    await invite(manager, { role: "manager", team_id: team.id, team_role: "owner" });
    await invite(manager);
    const answer = await manager.post("/invitations", { email: someone(), role: "admin" });
    expect(answer.status).toBe(403);
    expect(answer.body.error.fields[0]?.path).toBe("role");
  });

  test("an owner invites into the own subtree, up to a plain user, and nowhere beside it", async () => {
    const mine = await makeTeam(t.db);
    const below = await makeTeam(t.db, { parent_id: mine.id });
    const beside = await makeTeam(t.db);
    const owner = await personIn(mine, "owner");
    await invite(owner.api, { team_id: mine.id, team_role: "owner" });
    await invite(owner.api, { team_id: below.id, role: "user" });
    const refused = async (body: object) =>
      (await owner.api.post("/invitations", { email: someone(), ...body })).status;
    expect(await refused({ team_id: beside.id })).toBe(422);
    expect(await refused({})).toBe(403);
    expect(await refused({ team_id: mine.id, role: "manager" })).toBe(403);
    expect(await refused({ team_id: mine.id, role: "admin" })).toBe(403);
  });

  test("an owner does not invite above the own team, nor a viewer on the system more than viewers", async () => {
    const root = await makeTeam(t.db);
    const child = await makeTeam(t.db, { parent_id: root.id });
    const owner = await personIn(child, "owner", { role: "viewer" });
    await makeMember(t.db, root, owner.user, "member");
    expect((await owner.api.post("/invitations", { email: someone(), team_id: root.id })).status).toBe(403);
    expect((await owner.api.post("/invitations", { email: someone(), team_id: child.id, role: "user" })).status).toBe(
      403,
    );
    await invite(owner.api, { team_id: child.id, role: "viewer" });
  });

  test("a key with narrow scopes makes no owner and no manager", async () => {
    const team = await makeTeam(t.db);
    const narrow = api.as((await makeKey(t.db, { type: "admin", scopes: ["invitations.*"] })).secret);
    expect((await narrow.post("/invitations", { email: someone(), team_id: team.id, team_role: "owner" })).status).toBe(
      403,
    );
    expect((await narrow.post("/invitations", { email: someone(), role: "manager" })).status).toBe(403);
    await invite(narrow, { team_id: team.id });
    const other = api.as((await makeKey(t.db, { type: "admin", scopes: ["users.*"] })).secret);
    expect((await other.post("/invitations", { email: someone() })).status).toBe(403);
  });

  test("where the default role is strong, an owner does not give it by naming none", async () => {
    const team = await makeTeam(t.db);
    const owner = await personIn(team, "owner");
    await t.db.settings.update({ where: { id: 1 }, data: { data: { default_role: "manager" } } });
    const answer = await owner.api.post("/invitations", { email: someone(), team_id: team.id });
    await t.db.settings.update({ where: { id: 1 }, data: { data: {} } });
    expect(answer.status).toBe(403);
  });
});

describe("the list", () => {
  test("shows an owner the subtree's invitations, and hides the others as if they were not there", async () => {
    const mine = await makeTeam(t.db);
    const below = await makeTeam(t.db, { parent_id: mine.id });
    const owner = await personIn(mine, "owner");
    const own = await invite(admin, { team_id: below.id });
    const hidden = await invite(admin, { team_id: (await makeTeam(t.db)).id });
    const teamless = await invite(admin);
    const { body } = await owner.api.get("/invitations");
    expect(body.data.map((entry) => entry.id)).toEqual([own.invitation.id]);
    expect((await owner.api.get(`/invitations/${own.invitation.id}`)).body).toMatchObject({ id: own.invitation.id });
    for (const id of [hidden.invitation.id, teamless.invitation.id, missing]) {
      const answers = [
        await owner.api.get(`/invitations/${id}`),
        await owner.api.delete(`/invitations/${id}`),
        await owner.api.post(`/invitations/${id}/resend`),
      ];
      for (const answer of answers)
        expect([answer.status, answer.body.error.message]).toEqual([404, "No such resource."]);
    }
    expect((await api.get("/invitations")).status).toBe(401);
    expect((await api.get(`/invitations/${own.invitation.id}`)).status).toBe(401);
  });

  test("is filtered by state, team and address, and pages without skip or repeat", async () => {
    const team = await makeTeam(t.db);
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.push((await invite(admin, { team_id: team.id })).invitation.id);
    const [expired = "", revoked = "", rest = ""] = ids;
    await t.db.invitation.update({ where: { id: expired }, data: { expires_at: new Date(Date.now() - 1) } });
    await admin.delete(`/invitations/${revoked}`);
    const listed = async (query: string) =>
      (await admin.get(`/invitations?team_id=${team.id}&${query}`)).body.data.map((entry) => entry.id);
    expect(await listed("state=open")).toEqual([rest]);
    expect(await listed("state=expired")).toEqual([expired]);
    expect(await listed("state=revoked")).toEqual([revoked]);
    expect(await listed("state=accepted")).toEqual([]);
    expect(await listed("q=nobody%25")).toEqual([]);
    const first = await admin.get(`/invitations?team_id=${team.id}&limit=2`);
    const second = await admin.get(`/invitations?team_id=${team.id}&limit=2&cursor=${first.body.next_cursor}`);
    expect([...first.body.data, ...second.body.data].map((entry) => entry.id)).toEqual([rest, revoked, expired]);
    expect((await admin.get("/invitations?sort=secret_hash")).status).toBe(422);
  });
});

describe("revoking", () => {
  test("kills the link, is audited, and stays on the list; a second time is a conflict", async () => {
    const { invitation, secret } = await invite(admin);
    expect((await admin.delete(`/invitations/${invitation.id}`)).status).toBe(204);
    expect((await open(secret)).body.state).toBe("revoked");
    expect((await admin.get(`/invitations/${invitation.id}`)).body.state).toBe("revoked");
    expect(await auditOf(invitation.id)).toEqual(["invitation.created", "invitation.revoked"]);
    expect((await admin.delete(`/invitations/${invitation.id}`)).status).toBe(409);
    expect((await admin.post(`/invitations/${invitation.id}/resend`)).status).toBe(409);
    await invite(admin, { email: invitation.email });
  });

  test("an accepted one is a conflict", async () => {
    const { invitation } = await invite(admin);
    await t.db.invitation.update({ where: { id: invitation.id }, data: { accepted_at: new Date() } });
    expect((await admin.delete(`/invitations/${invitation.id}`)).status).toBe(409);
    expect((await admin.post(`/invitations/${invitation.id}/resend`)).status).toBe(409);
  });

  test("is an owner's right in the own subtree, whatever the invitation gives", async () => {
    const team = await makeTeam(t.db);
    const owner = await personIn(team, "owner");
    const { invitation } = await invite(admin, { team_id: team.id, role: "manager" });
    expect((await owner.api.delete(`/invitations/${invitation.id}`)).status).toBe(204);
  });
});

describe("sending again", () => {
  test("gives a new secret and a new end, also to an expired one; the old link is dead", async () => {
    const first = await invite(admin);
    await t.db.invitation.update({
      where: { id: first.invitation.id },
      data: { expires_at: new Date(Date.now() - 1) },
    });
    expect((await open(first.secret)).body.state).toBe("expired");
    const answer = await admin.post(`/invitations/${first.invitation.id}/resend`, { expires_in: "30d" });
    expect(answer.status).toBe(201);
    const again = answer.body as unknown as Invited;
    expect(again.invitation).toMatchObject({ id: first.invitation.id, state: "open" });
    expect(Date.parse(again.invitation.expires_at)).toBeGreaterThan(Date.now() + 29 * day);
    expect((await open(first.secret)).status).toBe(404);
    expect((await open(again.link.split("#")[1] ?? "")).body.state).toBe("open");
    expect(await auditOf(first.invitation.id)).toEqual(["invitation.created", "invitation.resent"]);
    expect((await admin.post(`/invitations/${first.invitation.id}/resend`, { expires_in: "1m" })).status).toBe(422);
  });

  test("needs the right to give what it promises: an owner does not renew what an admin promised", async () => {
    const team = await makeTeam(t.db);
    const owner = await personIn(team, "owner");
    const { invitation } = await invite(admin, { team_id: team.id, role: "manager" });
    expect((await owner.api.post(`/invitations/${invitation.id}/resend`)).status).toBe(403);
    expect((await api.post(`/invitations/${invitation.id}/resend`)).status).toBe(401);
    expect((await manager.post(`/invitations/${invitation.id}/resend`)).status).toBe(201);
  });

  test("is a conflict once somebody signs in to the account", async () => {
    const { invitation } = await invite(admin);
    await link(invitation.user_id);
    expect((await admin.post(`/invitations/${invitation.id}/resend`)).status).toBe(409);
  });
});

describe("opening a link", () => {
  test("shows a stranger who invites into what, with the address masked and nothing more", async () => {
    const team = await makeTeam(t.db, { name: "Research" });
    const { invitation, secret } = await invite(manager, { email: "grace@example.test", team_id: team.id });
    const { status, body } = await open(secret);
    expect(status).toBe(201);
    expect(body).toEqual({
      state: "open",
      email: "g•••@example.test",
      inviter: "Mara Manager",
      team_name: "Research",
      team_role: "member",
      role: null,
      expires_at: invitation.expires_at,
    });
  });

  test("an unknown secret is the same 404 as everything that is not there", async () => {
    for (const secret of ["", "x", "A".repeat(43)]) {
      const answer = await open(secret);
      expect([answer.status, answer.body.error.code, answer.body.error.message]).toEqual([
        404,
        "not_found",
        "No such resource.",
      ]);
    }
    expect((await api.post("/invitations/open", {})).status).toBe(422);
    expect((await api.post("/invitations/open", { secret: "x".repeat(201) })).status).toBe(422);
  });

  test("an address that tries many is refused for a moment, and others are not", async () => {
    const { secret } = await invite(admin);
    const from = (address: string, tried: string) =>
      api.post("/invitations/open", { secret: tried }, { headers: { "x-forwarded-for": address } });
    for (let index = 0; index < 20; index++) expect((await from("198.51.100.7", `no-${index}`)).status).toBe(404);
    const refused = await from("198.51.100.7", secret);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await from("198.51.100.8", secret)).status).toBe(201);
  });

  test("promises nothing more once the inviter may not give it: disabled, demoted, gone, or a revoked key", async () => {
    const team = await makeTeam(t.db);
    const inviters = {
      disabled: await personIn(team, "owner"),
      demoted: await personIn(team, "owner"),
      gone: await personIn(team, "owner"),
    };
    const made = Object.fromEntries(
      await Promise.all(
        Object.entries(inviters).map(async ([name, { api: caller }]) => [
          name,
          await invite(caller, { team_id: team.id }),
        ]),
      ),
    ) as Record<keyof typeof inviters, Awaited<ReturnType<typeof invite>>>;
    for (const { invitation } of Object.values(made)) {
      // The test's people act through keys of theirs; what is meant here is the person.
      const key = await t.db.invitation.findUniqueOrThrow({ where: { id: invitation.id } });
      const owner = await t.db.key.findUniqueOrThrow({ where: { id: key.created_by.split(":")[1] } });
      await t.db.invitation.update({ where: { id: invitation.id }, data: { created_by: `user:${owner.user_id}` } });
    }
    await t.db.user.update({ where: { id: inviters.disabled.user.id }, data: { disabled_at: new Date() } });
    await t.db.membership.updateMany({ where: { user_id: inviters.demoted.user.id }, data: { role: "member" } });
    await t.db.user.delete({ where: { id: inviters.gone.user.id } });
    const key = await makeKey(t.db, { type: "admin" });
    const byKey = await invite(api.as(key.secret));
    await t.db.key.update({ where: { id: key.key.id }, data: { revoked_at: new Date() } });
    for (const { invitation, secret } of [...Object.values(made), byKey]) {
      expect((await open(secret)).body.state).toBe("revoked");
      expect((await admin.get(`/invitations/${invitation.id}`)).body).toMatchObject({
        state: "open",
        is_granted: false,
      });
    }
    const revived = await admin.post(`/invitations/${made.gone.invitation.id}/resend`);
    expect((await open(String(revived.body.link).split("#")[1] ?? "")).body).toMatchObject({
      state: "open",
      inviter: null,
    });
  });

  test("leads nowhere once its team or its account is deleted, and is void while the account is disabled", async () => {
    const team = await makeTeam(t.db);
    const [toTeam, toAccount, disabled] = [
      await invite(admin, { team_id: team.id }),
      await invite(admin),
      await invite(admin),
    ];
    expect((await admin.delete(`/teams/${team.id}`)).status).toBe(204);
    expect((await admin.delete(`/users/${toAccount.invitation.user_id}`)).status).toBe(204);
    expect((await admin.post(`/users/${disabled.invitation.user_id}/disable`)).status).toBe(201);
    expect((await open(toTeam.secret)).status).toBe(404);
    expect((await open(toAccount.secret)).status).toBe(404);
    expect((await open(disabled.secret)).body.state).toBe("revoked");
  });
});
