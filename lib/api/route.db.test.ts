import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { requireReach } from "@/lib/context";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer } from "@/lib/testing/factories";
import { route } from "./route";
import { name } from "./schemas";

const t = openTestDatabase();
const canary = "canary-7f3c";
let happened = 0;

const thing = z.object({ name: z.string(), version: z.int(), at: z.string() });
const made = (text: string) => ({ name: text, version: 3, at: new Date(0), secret: canary });

const post = (handler: (text: string) => Promise<ReturnType<typeof made>>) =>
  route({
    method: "POST",
    summary: "Make a thing",
    permission: "teams.create",
    query: z.strictObject({ dry_run: z.string().optional() }),
    body: z.strictObject({ name, metadata: z.record(z.string(), z.json()).optional() }),
    output: thing,
    handler: (_ctx, { body }) => handler(body.name),
  });

/** Lets the test hold a request open for as long as it needs. */
let gate = Promise.resolve();

const routes = {
  "/things": {
    POST: post(async (text) => {
      happened += 1;
      await gate;
      if (text === "fails") throw new Error(`private: ${canary}`);
      return made(text);
    }),
    GET: route({
      method: "GET",
      summary: "List things",
      permission: "teams.read",
      query: z.strictObject({ limit: z.coerce.number().optional() }),
      handler: async () => new Response("streamed", { headers: { "content-type": "text/plain" } }),
    }),
  },
  "/open": {
    GET: route({
      method: "GET",
      summary: "Open to all",
      permission: "public",
      output: z.object({ ok: z.boolean() }),
      handler: async (ctx) => ({ ok: requireReach(ctx, "settings.read").kind === "all" }),
    }),
  },
};

const api = createApi(routes);
let admin: typeof api;
beforeAll(async () => {
  admin = api.as(await makeAdminBearer(t.db));
});
beforeEach(() => {
  happened = 0;
  gate = Promise.resolve();
});

describe("an answer", () => {
  test("holds what the declaration names and nothing else", async () => {
    const { status, body, headers } = await admin.post("/things", { name: "x" });
    expect(status).toBe(201);
    expect(body).toEqual({ name: "x", version: 3, at: "1970-01-01T00:00:00.000Z" });
    expect(headers.get("etag")).toBe('"3"');
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test("carries the request id that came in, or one of its own", async () => {
    const own = await admin.get("/things", { headers: { "x-request-id": "trace-1" } });
    expect(own.headers.get("x-request-id")).toBe("trace-1");
    expect(own.body.text).toBe("streamed");
    for (const sent of ["has space", "x".repeat(101), "<script>"]) {
      const answer = await admin.get("/things?colour=red", { headers: { "x-request-id": sent } });
      expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
      expect(answer.body.error.request_id).toBe(answer.headers.get("x-request-id"));
    }
  });

  test("tells nothing of what went wrong inside", async () => {
    const { status, body } = await admin.post("/things", { name: "fails" });
    expect(status).toBe(500);
    expect(body.error).toEqual({
      code: "internal",
      message: "Something went wrong on our side.",
      request_id: expect.any(String),
    });
  });
});

describe("what comes in", () => {
  test.each([
    ["no JSON", { rawBody: "{" }, 422, ""],
    ["a list", { rawBody: "[]" }, 422, ""],
    ["a form", { rawBody: "name=x", headers: { "content-type": "application/x-www-form-urlencoded" } }, 415, undefined],
    ["more than 1 MiB", { rawBody: JSON.stringify({ name: "x".repeat(1024 * 1024) }) }, 413, undefined],
    ["a null character", { rawBody: '{"name":"a\\u0000b"}' }, 422, "name"],
    ["half a surrogate pair", { rawBody: '{"name":"x","metadata":{"a":["\\ud800"]}}' }, 422, "metadata.a.0"],
    [
      "nesting without end",
      { rawBody: `{"name":"x","metadata":{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}}` },
      422,
      "",
    ],
    ["an unknown field", { rawBody: '{"name":"x","colour":"red"}' }, 422, "colour"],
  ])("with %s is refused before anything happens", async (_what, options, status, path) => {
    const answer = await admin.post("/things", undefined, options);
    expect(answer.status).toBe(status);
    expect(answer.body.error.fields?.[0]?.path).toBe(path);
    expect(happened).toBe(0);
  });

  test.each(["/things?limit=1&limit=2", "/things?limit=%00"])("in a query is checked too: %s", async (path) => {
    const { status, body } = await admin.get(path);
    expect(status).toBe(422);
    expect(body.error.fields[0]?.path).toBe("limit");
  });

  test("is not looked at before it is known who asks and that they may", async () => {
    expect((await api.post("/things", undefined, { rawBody: "{" })).status).toBe(401);
  });
});

test("a cookie that nobody could have set is no session", async () => {
  const { status, body } = await api.get("/things", { headers: { cookie: "pllm.session=%E0%A4%A" } });
  expect([status, body.error.code]).toEqual([401, "unauthenticated"]);
});

test("whoever calls a public route has no rights behind it", async () => {
  expect((await api.get("/open")).status).toBe(403);
});

describe("an Idempotency-Key", () => {
  const keyed = (key: string) => ({ headers: { "idempotency-key": key } });

  test("makes the same request happen once, and answers the same again", async () => {
    const first = await admin.post("/things", { name: "once" }, keyed("k1"));
    const second = await admin.post("/things", { name: "once" }, keyed("k1"));
    expect(happened).toBe(1);
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(second.headers.get("etag")).toBe(first.headers.get("etag"));
    expect(first.headers.get("idempotent-replayed")).toBeNull();
  });

  test("of another request is refused: other body, other query", async () => {
    await admin.post("/things", { name: "a" }, keyed("k2"));
    expect((await admin.post("/things", { name: "b" }, keyed("k2"))).body.error.code).toBe("idempotency_mismatch");
    expect((await admin.post("/things?dry_run=true", { name: "a" }, keyed("k2"))).status).toBe(409);
    expect(happened).toBe(1);
  });

  test.each([
    ["an unknown field", "/things", { rawBody: '{"name":"a","colour":"red"}' }],
    ["no JSON", "/things", { rawBody: "{" }],
    ["a form", "/things", { rawBody: "name=a", headers: { "content-type": "application/x-www-form-urlencoded" } }],
    ["an unknown parameter", "/things?colour=red", { rawBody: '{"name":"a"}' }],
  ] as const)("of another request is refused for that, although it has %s too", async (what, path, options) => {
    const key = `k2-${what.replaceAll(" ", "-")}`;
    expect((await admin.post("/things", { name: "a" }, keyed(key))).status).toBe(201);
    const headers = { ...("headers" in options ? options.headers : {}), "idempotency-key": key };
    const answer = await admin.post(path, undefined, { ...options, headers });
    expect([answer.status, answer.body.error.code]).toEqual([409, "idempotency_mismatch"]);
    const fresh = await admin.post(path, undefined, {
      ...options,
      headers: { ...headers, "idempotency-key": `${key}2` },
    });
    expect(fresh.status).toBeGreaterThanOrEqual(415);
  });

  test("of a request that was invalid may be used again", async () => {
    expect((await admin.post("/things", { colour: "red" }, keyed("k9"))).status).toBe(422);
    expect((await admin.post("/things", { name: "right" }, keyed("k9"))).status).toBe(201);
  });

  test("belongs to its caller alone", async () => {
    const other = api.as(await makeAdminBearer(t.db));
    await admin.post("/things", { name: "a" }, keyed("k3"));
    expect((await other.post("/things", { name: "b" }, keyed("k3"))).status).toBe(201);
    expect(happened).toBe(2);
  });

  test("lets what failed be tried again", async () => {
    expect((await admin.post("/things", { name: "fails" }, keyed("k4"))).status).toBe(500);
    expect((await admin.post("/things", { name: "works" }, keyed("k4"))).status).toBe(201);
  });

  test("holds twenty at the same moment to one", async () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const calls = Array.from({ length: 20 }, () => admin.post("/things", { name: "x" }, keyed("k5")));
    // Nineteen are told that the first is still running; only then may it end.
    const settled: number[] = [];
    for (const call of calls) void call.then(({ status }) => settled.push(status));
    await expect.poll(() => settled.length, { timeout: 20_000 }).toBe(19);
    open();
    const answers = await Promise.all(calls);
    expect(happened).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const waiting = answers.filter(({ status }) => status === 409);
    expect(new Set(waiting.map(({ body }) => body.error.code))).toEqual(new Set(["idempotency_in_progress"]));
    expect(waiting[0]?.headers.get("retry-after")).toBe("1");
  });

  test("is forgotten after a day, and after a minute where the first request died", async () => {
    await admin.post("/things", { name: "x" }, keyed("k6"));
    await t.pool.query("UPDATE idempotency_records SET expires_at = now() - interval '1 second' WHERE key = 'k6'");
    expect((await admin.post("/things", { name: "y" }, keyed("k6"))).status).toBe(201);
    await t.pool.query(
      "UPDATE idempotency_records SET status = NULL, response = NULL, created_at = now() - interval '59 seconds' WHERE key = 'k6'",
    );
    expect((await admin.post("/things", { name: "y" }, keyed("k6"))).status).toBe(409);
    await t.pool.query("UPDATE idempotency_records SET created_at = now() - interval '61 seconds' WHERE key = 'k6'");
    expect((await admin.post("/things", { name: "y" }, keyed("k6"))).status).toBe(201);
  });

  test("does not make it happen twice where the answer could not be kept", async () => {
    await t.pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''full''; END';
      CREATE TRIGGER refuse BEFORE UPDATE ON idempotency_records FOR EACH ROW EXECUTE FUNCTION refuse()`);
    expect((await admin.post("/things", { name: "x" }, keyed("k7"))).status).toBe(201);
    expect((await admin.post("/things", { name: "x" }, keyed("k7"))).body.error.code).toBe("idempotency_in_progress");
    await t.pool.query("DROP TRIGGER refuse ON idempotency_records");
    expect(happened).toBe(1);
  });

  test("keeps the answer sealed", async () => {
    await admin.post("/things", { name: canary }, keyed("k8"));
    const { rows } = await t.pool.query("SELECT r::text AS row FROM idempotency_records r WHERE key = 'k8'");
    expect(rows[0].row).toContain("v1.test.");
    expect(rows[0].row).not.toContain(canary);
  });

  test.each(["", "x".repeat(256), "tab\there"])("of %j is refused", async (key) => {
    const { status, body } = await admin.post("/things", { name: "x" }, keyed(key));
    expect(status).toBe(422);
    expect(body.error.fields[0]?.path).toBe("idempotency-key");
  });
});
