import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { methods } from "@/lib/api/route";
import { getConfig } from "@/lib/config/config";
import { createApi } from "@/lib/testing/api";
import { type Caller, type Callers, makeCallers, makeSessionCookie } from "@/lib/testing/callers";
import { openTestDatabase } from "@/lib/testing/database";
import { requestOf } from "@/lib/testing/rights";
import { rightsRequests } from "@/lib/testing/rights-requests";
import { Targets } from "@/lib/testing/targets";

const t = openTestDatabase();
const api = createApi(routes);
const own = "http://127.0.0.1:3000";

/** Every route that changes something, or could be told to, and asks who is there: generated, so that a new one is among them. */
const mutations = Object.entries(routes).flatMap(([path, entry]) =>
  methods
    .filter((method) => method !== "GET" && entry[method]?.declaration)
    .filter((method) => entry[method]?.declaration?.permission !== "public")
    .map((method) => `${method} ${path}`),
);

let world: Callers;
let admin: Caller;
let breakGlass: Caller;
beforeAll(async () => {
  expect(new URL(getConfig().publicUrl).origin).toBe(own);
  world = await makeCallers(t.db);
  admin = world.callers.admin;
  const master = world.callers["master key"];
  const { cookie } = await makeSessionCookie(t.db, { master_key_id: master.masterKeyId ?? "" });
  breakGlass = { ...master, headers: { cookie } };
});

/** The headers of a caller's cookie alone, as a browser adds it to whatever page's request. */
function cookieOf(caller: Caller): Caller {
  return { ...caller, headers: { cookie: caller.headers.cookie ?? "" } };
}

async function ask(row: string, caller: Caller, headers: Record<string, string>, rawBody?: string) {
  const recipe = rightsRequests[row];
  if (!recipe) throw new Error(`no request for ${row}`);
  const asked = await recipe(new Targets(t.db, world.team, caller));
  const request = requestOf(row, asked, cookieOf(caller), headers);
  const verb = request.method.toLowerCase() as "post" | "put" | "patch" | "delete";
  const text = rawBody ?? request.body ?? undefined;
  const options = { headers: request.headers, ...(text === undefined ? {} : { rawBody: text }) };
  const answer = await (verb === "delete"
    ? api.delete(request.path, options)
    : api[verb](request.path, undefined, options));
  return { status: answer.status, code: answer.body.error?.code };
}

async function countChanges(): Promise<number> {
  return t.db.auditEntry.count();
}

const strangers: [what: string, headers: Record<string, string>][] = [
  ["no Origin", {}],
  ["no Origin, but a Referer of ours", { referer: `${own}/admin` }],
  ["an empty Origin", { origin: "" }],
  ["Origin: null", { origin: "null" }],
  ["a foreign Origin", { origin: "https://evil.example" }],
  ["our host under another scheme", { origin: "https://127.0.0.1:3000" }],
  ["our host on another port", { origin: "http://127.0.0.1:3001" }],
  ["an Origin that begins like ours", { origin: `${own}.evil.example` }],
  ["an Origin that ends like ours", { origin: "http://evil.example/127.0.0.1:3000" }],
  ["two Origins, ours first", { origin: `${own}, https://evil.example` }],
  [
    "a foreign Origin and forwarding headers of ours",
    { origin: "https://evil.example", host: "evil.example", "x-forwarded-host": "evil.example" },
  ],
  ["a foreign Origin, as text", { origin: "https://evil.example", "content-type": "text/plain" }],
  [
    "a foreign Origin, as a form",
    { origin: "https://evil.example", "content-type": "application/x-www-form-urlencoded" },
  ],
  [
    "a foreign Origin, as a multipart form",
    { origin: "https://evil.example", "content-type": "multipart/form-data; boundary=x" },
  ],
];
const forms = [
  "text/plain",
  "text/plain; a=application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "",
];

describe("a change that comes with a cookie and not from a page of ours is refused", () => {
  test("the routes are all there", () => {
    expect(mutations.length).toBeGreaterThan(45);
  });

  test.each(mutations)("%s", async (row) => {
    const before = await countChanges();
    for (const [what, headers] of strangers) {
      expect(await ask(row, admin, headers), what).toEqual({ status: 403, code: "forbidden" });
    }
    // What a form can send from a page of ours is no request of this API either.
    for (const type of forms) {
      const answer = await ask(row, admin, { origin: own, "content-type": type }, '{"name":"x"}');
      expect(answer, type).toEqual({ status: 415, code: "unsupported_media_type" });
    }
    expect(await ask(row, breakGlass, { origin: "https://evil.example" })).toEqual({ status: 403, code: "forbidden" });
    expect(await countChanges()).toBe(before);
  });

  test("and the same from a page of ours is not", async () => {
    expect((await ask("POST /teams", admin, { origin: own })).status).toBe(201);
    expect((await ask("POST /teams", breakGlass, { origin: own })).status).toBe(201);
  });
});

test("a cookie beside a key does not count: who sends a key is asked by the key alone", async () => {
  const { headers } = world.callers["virtual key"];
  expect((await ask("POST /teams", admin, { ...headers, origin: own })).status).toBe(403);
  expect((await ask("POST /teams", admin, { authorization: "Basic eDp5", origin: own })).status).toBe(401);
});
