import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { systemContext } from "@/lib/context";
import { newId } from "@/lib/ids";
import { signInCodes, signInProblems } from "@/lib/sign-ins/codes";
import { recordSignIn } from "@/lib/sign-ins/service";
import { type Api, createApi } from "@/lib/testing/api";
import { captureLog } from "@/lib/testing/captured-log";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makePerson, makeUser } from "@/lib/testing/factories";
import { makeClaims } from "@/lib/testing/provisioning";

const t = openTestDatabase();
let admin: Api;
const context = () => ({ ...systemContext(t.db, "sign-in"), address: "203.0.113.7" });

beforeAll(async () => {
  admin = createApi(routes, await makeAdminBearer(t.db));
});

describe("what came of sign-ins", () => {
  test("is listed newest first with cause and remedy, and of the claims only what decides", async () => {
    const user = await makeUser(t.db);
    const claims = { ...makeClaims({ name: "Ada Secret", groups: ["dev"] }), id_token: "eyJ.canary.x" };
    await recordSignIn(context(), { method: "oidc", outcome: "ok", claims, userId: user.id });
    await recordSignIn(context(), { method: "oidc", outcome: "email_taken", claims, details: { issuer: "told" } });
    await recordSignIn(context(), { method: "master_key", outcome: "master_key_wrong" });
    const { status, body } = await admin.get("/sign-ins?limit=2");
    expect(status).toBe(200);
    expect(body.data).toMatchObject([
      {
        method: "master_key",
        outcome: "master_key_wrong",
        ...signInProblems.master_key_wrong,
        claims: null,
        email: null,
      },
      { method: "oidc", outcome: "email_taken", ...signInProblems.email_taken, details: { issuer: "told" } },
    ]);
    const next = await admin.get(`/sign-ins?limit=2&cursor=${body.next_cursor}`);
    const { issuer, subject, email } = claims;
    expect(next.body.data[0]).toEqual({
      id: expect.stringMatching(/^sgn_/),
      created_at: expect.any(String),
      method: "oidc",
      outcome: "ok",
      title: "Signed in.",
      cause: null,
      remedy: null,
      user_id: user.id,
      issuer,
      subject,
      email,
      claims: { issuer, subject, email, email_verified: true, groups: ["dev"] },
      details: null,
      address: "203.0.113.7",
    });
    const rows = JSON.stringify(await t.db.signIn.findMany());
    expect(rows).not.toContain("canary");
    expect(rows).not.toContain("Ada Secret");
  });

  test("filters by outcome, method and text; a wildcard is a plain character", async () => {
    const claims = makeClaims({ email: "needle_1@example.test" });
    for (const outcome of ["ok", "email_missing", "user_disabled"] as const)
      await recordSignIn(context(), { method: "oidc", outcome, claims });
    const outcomes = async (query: string) =>
      (await admin.get(`/sign-ins?q=needle_&${query}`)).body.data.map((row) => row.outcome);
    expect(await outcomes("")).toEqual(["user_disabled", "email_missing", "ok"]);
    expect(await outcomes("outcome=failed")).toEqual(["user_disabled", "email_missing"]);
    expect(await outcomes("outcome=email_missing")).toEqual(["email_missing"]);
    expect(await outcomes("method=master_key")).toEqual([]);
    expect(await outcomes("sort=created_at")).toEqual(["ok", "email_missing", "user_disabled"]);
    expect((await admin.get("/sign-ins?q=needlex")).body.data).toEqual([]);
    expect((await admin.get(`/sign-ins?q=${claims.subject}`)).body.data).toHaveLength(3);
  });

  test.each(["outcome=strange", "method=carrier_pigeon", "sort=email", "colour=red"])("refuses %s", async (query) => {
    const answer = await admin.get(`/sign-ins?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(query.split("=")[0]);
  });

  test("is for administrators", async () => {
    expect((await admin.as(null).get("/sign-ins")).status).toBe(401);
    for (const role of ["manager", "user", "viewer"]) {
      const { bearer } = await makePerson(t.db, { role });
      expect((await admin.as(bearer).get("/sign-ins")).status).toBe(403);
    }
  });

  test("of all sign-ins the last 10,000 are kept", async () => {
    await t.db.signIn.deleteMany();
    const at = (index: number) => new Date(Date.UTC(2026, 0, 1) + index);
    const data = Array.from({ length: 10_000 }, (_none, index) => ({
      id: newId("signIn", at(index).getTime()),
      method: "oidc",
      outcome: "ok",
      created_at: at(index),
      email: String(index),
    }));
    await t.db.signIn.createMany({ data });
    await recordSignIn(context(), { method: "oidc", outcome: "ok" });
    expect(await t.db.signIn.count()).toBe(10_000);
    expect(await t.db.signIn.findMany({ where: { email: { in: ["0", "1"] } } })).toMatchObject([{ email: "1" }]);
  });

  test("a record that cannot be written harms nobody", async () => {
    const log = captureLog();
    const details = { told: "a\u0000b" };
    await expect(recordSignIn(context(), { method: "oidc", outcome: "internal", details })).resolves.toBeUndefined();
    log.stop();
    expect(log.text()).toContain("could not be recorded");
  });
});

test("every code has words for the person, and a cause and a remedy for an admin", () => {
  for (const code of signInCodes)
    for (const words of Object.values(signInProblems[code])) expect(words, code).toMatch(/^[A-Z`].*\.$/);
});
