import { describe, expect, test } from "vitest";
import { chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { chatCompletion, chatStream, errorResponse } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

describe.each(doors)("keys, routes and shapes at the %s door", (door) => {
  const stage = openStage(t, { door });

  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(stage.running.url + path, { method, headers });
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

  test.each([
    ["Authorization", (secret: string) => ({ authorization: `Bearer ${secret}` })],
    ["Authorization in other letters and spaces", (secret: string) => ({ authorization: `bEARER   ${secret} ` })],
    ["x-api-key", (secret: string) => ({ "x-api-key": secret })],
    ["x-api-key beside another scheme", (secret: string) => ({ authorization: "Basic eDp5", "x-api-key": secret })],
  ])("a key in %s is taken", async (_name, headersOf) => {
    const { secret } = await stage.makeCaller();
    expect((await get("/models", headersOf(secret))).status).toBe(200);
  });

  test.each([
    ["no key", {}, ""],
    ["an empty key", { authorization: "Bearer " }, ""],
    ["a mistyped key", { authorization: "Bearer sk-user-xyz" }, ""],
    ["a bare key", { authorization: "KEY" }, ""],
    ["a key as a password", { authorization: `Basic ${Buffer.from("KEY:").toString("base64")}` }, ""],
    ["a key in the query", {}, "?api_key=KEY&key=KEY&access_token=KEY"],
    ["a key in a cookie", { cookie: "authorization=KEY; api_key=KEY" }, ""],
    ["a key with more behind it", { authorization: "Bearer KEY KEY" }, ""],
    ["two keys in one header", { "x-api-key": "KEY, KEY" }, ""],
    ["the master key, where it is not let in", { authorization: `Bearer ${process.env.PLLM_MASTER_KEY}` }, ""],
  ])("%s is refused in OpenAI's shape", async (_name, headers, query) => {
    const { secret } = await stage.makeCaller();
    const filled = Object.entries(headers).map(([name, value]) => [name, value.replaceAll("KEY", secret)]);
    const response = await get(`/models${query.replaceAll("KEY", secret)}`, Object.fromEntries(filled));
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      error: { message: expect.any(String), type: "authentication_error", param: null, code: "invalid_api_key" },
    });
    expect(response.headers.get("content-type")).toBe("application/json");
  });

  test("a secret that was rotated away is told from a key that has expired", async () => {
    const { key, secret } = await stage.makeCaller();
    await t.db.keySecret.updateMany({ where: { key_id: key.id }, data: { expires_at: new Date(Date.now() - 1) } });
    await stage.running.gateway.refresh();
    const answer = await get("/models", bearer(secret));
    expect([answer.status, await answer.json()]).toMatchObject([
      401,
      { error: { code: "key_expired", message: expect.stringContaining("replaced by a newer one") } },
    ]);
  });

  test("revoked, blocked, expired, a disabled owner and one who left the team are told apart, within a second", async () => {
    const user = await makeUser(t.db);
    const team = await makeTeam(t.db);
    await makeMember(t.db, team, user);
    const parent = await stage.makeCaller({ key: { user_id: user.id } });
    const { key, secret } = await stage.makeCaller({
      key: { user_id: user.id, team_id: team.id, parent_key_id: parent.key.id },
    });
    const code = async () => {
      const answer = (await (await get("/models", bearer(secret))).json()) as { error?: { code: string } };
      return answer.error?.code ?? "none";
    };
    const becomes = (wanted: string) => eventually(async () => ((await code()) === wanted ? true : undefined), 1_000);
    await becomes("none");
    await t.db.user.update({ where: { id: user.id }, data: { disabled_at: new Date() } });
    await becomes("key_blocked");
    await t.db.user.update({ where: { id: user.id }, data: { disabled_at: null } });
    await becomes("none");
    await t.db.membership.deleteMany({ where: { user_id: user.id } });
    await becomes("key_blocked");
    await makeMember(t.db, team, user);
    await becomes("none");
    await t.db.key.update({ where: { id: parent.key.id }, data: { expires_at: new Date(Date.now() - 1) } });
    await becomes("key_expired");
    await t.db.key.update({ where: { id: parent.key.id }, data: { blocked_at: new Date() } });
    await becomes("key_blocked");
    await t.db.key.update({ where: { id: parent.key.id }, data: { revoked_at: new Date() } });
    await becomes("key_revoked");
    await t.db.key.update({ where: { id: key.id }, data: { revoked_at: new Date() } });
    await becomes("key_revoked");
  });

  test.each([
    ["POST", "/models", 405, "method_not_allowed", "GET, HEAD"],
    ["DELETE", "/models/x", 405, "method_not_allowed", "GET, HEAD"],
    ["PUT", "/me", 405, "method_not_allowed", "GET, HEAD"],
    ["OPTIONS", "/models", 405, "method_not_allowed", "GET, HEAD"],
    ["GET", "/chat/completions", 405, "method_not_allowed", "POST"],
    ["PATCH", "/chat/completions", 405, "method_not_allowed", "POST"],
    ["DELETE", "/embeddings", 405, "method_not_allowed", "POST"],
    ["GET", "", 404, "not_found", null],
    ["GET", "/", 404, "not_found", null],
    ["POST", "/completions", 404, "not_found", null],
    ["GET", "/ME", 404, "not_found", null],
    ["GET", "/models/nothing-like-it", 404, "model_not_found", null],
    ["GET", "/models/%E0%A4%A", 400, "invalid_request", null],
  ])("%s %s answers %i in OpenAI's shape", async (method, path, status, code, allow) => {
    const { secret } = await stage.makeCaller();
    const response = await get(path, { ...bearer(secret), "x-request-id": "mine:1.a-b" }, method);
    expect([response.status, response.headers.get("allow")]).toEqual([status, allow]);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect([error.code, Object.keys(error)]).toEqual([code, ["message", "type", "param", "code"]]);
    expect(response.headers.get("x-request-id")).toBe("mine:1.a-b");
  });

  test.each(["/models", "/me"])("HEAD %s is GET without a body", async (path) => {
    const { secret } = await stage.makeCaller();
    const response = await get(path, bearer(secret), "HEAD");
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect((await get("/chat/completions", bearer(secret), "HEAD")).status).toBe(405);
  });

  test("every answer carries the request's id, or a new one where that is none", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.respondWith(({ headers }) => {
      if (headers.accept === "text/event-stream") return chatStream({ tokens: ["a"] });
      return headers["x-request-id"] === "fails" ? errorResponse(500) : chatCompletion();
    });
    const idOf = async (requestId: string, body: unknown, secret = caller.secret) => {
      const response = await stage.send(secret, body, { requestId });
      await response.text();
      return response.headers.get("x-request-id");
    };
    const plain = chatBody(caller.model);
    expect(await idOf("plain", plain)).toBe("plain");
    expect(await idOf(`stream-${door}`, { ...plain, stream: true })).toBe(`stream-${door}`);
    expect(await idOf("fails", plain)).toBe("fails");
    expect(await idOf("bad-body", "{")).toBe("bad-body");
    expect(await idOf("bad-key", plain, "sk-user-x")).toBe("bad-key");
    for (const odd of ["with space", "x".repeat(101), "<script>", "a,b"])
      expect(await idOf(odd, plain)).toMatch(/^req_/);
    const response = await stage.send(caller.secret, plain);
    expect(response.headers.get("x-request-id")).toMatch(/^req_[0-9A-Za-z]+$/);
    expect(await stage.eventOf(`stream-${door}`)).toMatchObject({ key_id: caller.key.id });
  });

  test("every answer of a call names model, provider and what is left, refusals too", async () => {
    const caller = await stage.makeCaller({ key: { rpm_limit: 100 } });
    const provider = await t.db.provider.findUniqueOrThrow({ where: { id: caller.provider.id } });
    const seen: unknown[] = [];
    stage.upstream.enqueue(chatCompletion(), chatStream({ tokens: ["a"] }), errorResponse(400), errorResponse(500));
    for (const fields of [{}, { stream: true }, {}, {}]) {
      const { headers } = await stage.send(caller.secret, chatBody(caller.model, fields));
      seen.push([
        headers.get("x-pllm-model"),
        headers.get("x-pllm-provider"),
        headers.has("x-ratelimit-remaining-requests"),
      ]);
    }
    expect(seen).toEqual(Array(4).fill([caller.model.name, provider.name, true]));
  });
});
