import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { getConfig } from "@/lib/config/config";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { ensureMasterKey } from "./master-key";
import { authOptions, authorizeMasterKey } from "./next-auth";
import { decodeSession } from "./session-token";

const t = openTestDatabase();
const masterKey = "a-master-key-for-this-file-9Xq2";
const from = (address: string) => ({ headers: { "x-forwarded-for": `${address}, 10.0.0.1` } });
let masterKeyId: string;

beforeAll(async () => {
  masterKeyId = await ensureMasterKey(t.db, masterKey);
});

/** The cookie that next-auth would set after `authorize`, made by its options as it calls them. */
async function signIn(): Promise<string> {
  const { callbacks, jwt, secret, cookies } = authOptions();
  const user = await authorizeMasterKey(masterKey, from("203.0.113.1"));
  if (!user || !callbacks?.jwt || !jwt?.encode) throw new Error("the options lack a part");
  const token = await callbacks.jwt({
    token: { name: "n", email: "e@example.test", picture: "p", sub: user.id },
    user: { ...user, epoch: 0 },
    account: null,
    trigger: "signIn",
  } as Parameters<typeof callbacks.jwt>[0]);
  const value = await jwt.encode({ token, secret: secret ?? "", maxAge: 60 });
  return `${cookies?.sessionToken?.name}=${value}`;
}

describe("signing in with the master key", () => {
  test("gives the key's row and leaves one audit entry with the client's own address", async () => {
    expect(await authorizeMasterKey(` ${masterKey}\n`, from("203.0.113.7"))).toEqual({ id: masterKeyId });
    const entries = await t.db.auditEntry.findMany({ where: { address: "203.0.113.7" } });
    expect(entries).toMatchObject([{ action: "session.created", actor_type: "master", target_id: masterKeyId }]);
  });

  test.each([["a-wrong-key"], [""], [undefined]])("refuses %j and says no more", async (key) => {
    expect(await authorizeMasterKey(key, from("203.0.113.8"))).toBeNull();
  });

  test("after ten failures the address is told to wait, by a code and without the key", async () => {
    for (let attempt = 0; attempt < 10; attempt++)
      expect(await authorizeMasterKey(`guess-${attempt}`, from("203.0.113.9"))).toBeNull();
    await expect(authorizeMasterKey("guess-11", from("203.0.113.9"))).rejects.toThrow(/^rate_limited$/);
    expect(await authorizeMasterKey("guess-11", from("203.0.113.10"))).toBeNull();
  });

  test("a broken database is a code too, and none of its words", async () => {
    const { DATABASE_URL } = process.env;
    process.env.DATABASE_URL = "postgresql://nobody:nothing@127.0.0.1:1/none";
    try {
      await expect(authorizeMasterKey("any", from("203.0.113.11"))).rejects.toThrow(/^internal$/);
    } finally {
      process.env.DATABASE_URL = DATABASE_URL;
    }
  });
});

describe("the session", () => {
  test("is one that the API knows as the master key, until that key is retired", async () => {
    const cookie = await signIn();
    const api = createApi(routes);
    expect((await api.get("/teams", { headers: { cookie } })).status).toBe(200);
    const foreign = await api.post("/teams", { name: "x" }, { headers: { cookie, origin: "https://evil.example" } });
    expect(foreign.status).toBe(403);
    const own = { cookie, origin: new URL(getConfig().publicUrl).origin };
    expect((await api.post("/teams", { name: "Signed in" }, { headers: own })).status).toBe(201);
    await t.db.masterKey.update({ where: { id: masterKeyId }, data: { retired_at: new Date() } });
    expect((await api.get("/teams", { headers: { cookie } })).status).toBe(401);
    await t.db.masterKey.update({ where: { id: masterKeyId }, data: { retired_at: null } });
  });

  test("holds ids and nothing else about who signed in", async () => {
    const value = (await signIn()).split("=")[1] ?? "";
    const { secret, jwt } = authOptions();
    expect(await decodeSession(value, secret ?? "")).toEqual({ sub: masterKeyId, epoch: 0 });
    expect(jwt?.maxAge).toBe(12 * 3600);
  });
});

describe("the options", () => {
  const memo = globalThis as { pllmConfig?: ReturnType<typeof getConfig> };
  let config: ReturnType<typeof getConfig>;
  beforeAll(() => {
    config = getConfig();
  });
  afterEach(() => {
    memo.pllmConfig = config;
  });

  test.each([
    ["http://127.0.0.1:3000", "pllm.session", false],
    ["https://pllm.example.test", "__Host-pllm.session", true],
  ])("under %s the cookie is %s, for this host and its scripts' eyes never", (publicUrl, name, secure) => {
    memo.pllmConfig = { ...config, publicUrl };
    expect(authOptions().cookies?.sessionToken).toEqual({
      name,
      options: { httpOnly: true, sameSite: "lax", path: "/", secure },
    });
    expect(authOptions().useSecureCookies).toBe(secure);
  });

  test.each([
    ["/keys?q=1", "/keys?q=1"],
    ["https://evil.example/x", "/"],
    ["//evil.example", "/"],
    ["http://", "/"],
  ])("after signing in, %j leads to %s of this server", async (url, path) => {
    const baseUrl = new URL(config.publicUrl).origin;
    expect(await authOptions().callbacks?.redirect?.({ url, baseUrl })).toBe(baseUrl + path);
  });
});
