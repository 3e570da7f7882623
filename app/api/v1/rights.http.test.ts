import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rightsColumns, rightsMatrix } from "@/app/api/v1/rights-matrix";
import { type Caller, type Callers, makeCallers } from "@/lib/testing/callers";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { callHttp, type Door } from "@/lib/testing/http-call";
import { askRow, type RightsRequest, requestOf, routeOf, type Send } from "@/lib/testing/rights";
import { rightsRequests } from "@/lib/testing/rights-requests";
import {
  ensureBuilt,
  layOutWithoutMiddleware,
  type ServerProcess,
  type ServerProcessOptions,
  startServerProcess,
} from "@/lib/testing/server-process";
import { Targets } from "@/lib/testing/targets";

const t = openTestDatabase();
const rows = Object.keys(rightsMatrix);
const own = "http://127.0.0.1:3000";
const canary = "canary-5d1f";

const servers: ServerProcess[] = [];
/** The public port. */
let front: Door;
/** That of a server whose build has no middleware. */
let unguarded: Door;
/** Where Next listens for the front alone: nothing stands before it, and nothing is taken off what it is sent. */
let inside: Door;
let world: Callers;
let targets: Targets;

function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

const temporary = mkdtempSync(path.join(os.tmpdir(), "pllm-rights-"));

beforeAll(async () => {
  await ensureBuilt();
  const { DATABASE_URL = "", PLLM_MASTER_KEY = "", NEXTAUTH_SECRET = "", ENCRYPTION_KEYS = "" } = process.env;
  const TMPDIR = path.join(temporary, "tmp");
  mkdirSync(TMPDIR);
  // People come by the public URL, so that is what an Origin is held against, wherever the server listens.
  const env = { DATABASE_URL, PLLM_MASTER_KEY, NEXTAUTH_SECRET, ENCRYPTION_KEYS, NEXTAUTH_URL: own };
  const start = async (more: Record<string, string>, options?: ServerProcessOptions): Promise<Door> => {
    const port = await findFreePort();
    servers.push(await startServerProcess({ ...env, ...more, PORT: String(port) }, options));
    return { port };
  };
  front = await start({ TMPDIR });
  const [socket = ""] = readdirSync(TMPDIR).filter((name) => name.startsWith("pllm-"));
  inside = { socketPath: path.join(TMPDIR, socket, "next.sock") };
  const cwd = path.join(temporary, "unguarded");
  layOutWithoutMiddleware(cwd);
  unguarded = await start({}, { command: [process.execPath, path.join("dist", "server.js")], cwd });
  world = await makeCallers(t.db);
  targets = new Targets(t.db, world.team, world.callers.viewer);
  await plantCanaries();
}, 240_000);

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(temporary, { recursive: true, force: true });
});

/** Rows whose names would be seen wherever data leaks. */
async function plantCanaries(): Promise<void> {
  const team = await makeTeam(t.db, { name: `${canary} team` });
  const user = await makeUser(t.db, { email: `${canary}@example.test`, name: `${canary} person` });
  await makeMember(t.db, team, user);
  await makeKey(t.db, { user_id: user.id, team_id: team.id, name: `${canary} key` });
}

const sendTo =
  (door: () => Door): Send =>
  ({ method, path: target, headers, body }: RightsRequest) =>
    callHttp(door(), { method, path: target.startsWith("/metrics") ? target : `/api/v1${target}`, headers, body });

function expectedOf(row: string): Record<string, number | undefined> {
  return Object.fromEntries(rightsColumns.map((name, index) => [name, rightsMatrix[row]?.[index]]));
}

describe.each([
  ["the built server", () => front],
  ["built without its middleware, the server", () => unguarded],
] as const)("%s answers as the matrix says", (_which, door) => {
  test.each(rows)("%s", async (row) => {
    const { statuses, telling } = await askRow({ db: t.db, world, send: sendTo(door), recipes: rightsRequests }, row);
    expect(statuses).toEqual(expectedOf(row));
    expect(telling).toEqual([]);
  });
});

const noHeaders: Record<string, string> = {};
const five = (name: string) => Array(5).fill(name).join(":");
/** Headers that have led past a middleware, or past a proxy's rules, somewhere (CVE-2025-29927 and others). */
const bypasses: [what: string, headers: Record<string, string>][] = [
  ["x-middleware-subrequest", { "x-middleware-subrequest": "middleware" }],
  ["x-middleware-subrequest, five deep", { "x-middleware-subrequest": five("middleware") }],
  ["x-middleware-subrequest below src", { "x-middleware-subrequest": five("src/middleware") }],
  ["x-middleware-subrequest of pages", { "x-middleware-subrequest": "pages/_middleware" }],
  ["x-middleware-subrequest-id", { "x-middleware-subrequest-id": "1", "x-middleware-subrequest": "middleware" }],
  ["x-middleware-next", { "x-middleware-next": "1", "x-middleware-skip": "1", "x-middleware-invoke": "1" }],
  ["x-middleware-rewrite", { "x-middleware-rewrite": "/api/v1/openapi.json" }],
  [
    "x-invoke-path",
    { "x-invoke-path": "/api/v1/openapi.json", "x-invoke-status": "200", "x-matched-path": "/api/v1/openapi.json" },
  ],
  ["x-nextjs-data", { "x-nextjs-data": "1" }],
  ["RSC", { rsc: "1" }],
  ["RSC prefetch", { rsc: "1", "next-router-prefetch": "1", "next-url": "/" }],
  ["a segment prefetch", { rsc: "1", "next-router-segment-prefetch": "/_tree" }],
  ["a preview cookie", { "x-prerender-revalidate": "1", purpose: "prefetch" }],
  ["another Host", { host: "evil.example" }],
  ["localhost as Host", { host: "localhost" }],
  [
    "x-forwarded-host",
    { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", forwarded: "host=evil.example" },
  ],
  ["a local address", { "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1" }],
  ["x-original-url", { "x-original-url": "/api/v1/openapi.json" }],
  ["x-rewrite-url", { "x-rewrite-url": "/api/v1/openapi.json" }],
  ["x-http-method-override", { "x-http-method-override": "GET", "x-method-override": "GET" }],
];

/** Who is nobody, and somebody who may read a little and write nothing; what either may do leaves everything as it was. */
const harmless = rows.filter((row) => !["POST /me/sign-out", "DELETE /me/sessions/{id} (own)"].includes(row));

async function statusesOf(
  send: Send,
  caller: Caller,
  headers: Record<string, string>,
): Promise<Record<string, number>> {
  const found: [string, number][] = [];
  for (let index = 0; index < harmless.length; index += 16) {
    const some = harmless.slice(index, index + 16).map(async (row): Promise<[string, number]> => {
      const asked = await (rightsRequests[row]?.(targets) ?? {});
      return [row, (await send(requestOf(row, asked, caller, headers))).status];
    });
    found.push(...(await Promise.all(some)));
  }
  return Object.fromEntries(found);
}

const expectedFor = (name: "no session" | "viewer") =>
  Object.fromEntries(harmless.map((row) => [row, expectedOf(row)[name]]));

describe("no header changes what the API answers", () => {
  test.each(bypasses)("%s", async (_what, headers) => {
    for (const name of ["no session", "viewer"] as const)
      expect(
        await statusesOf(
          sendTo(() => front),
          world.callers[name],
          headers,
        ),
      ).toEqual(expectedFor(name));
  });
});

describe("nothing stands before the API that it would be open without", () => {
  test("asked behind the front, where nobody has looked at the request, it answers the same", async () => {
    for (const name of ["no session", "viewer"] as const) {
      for (const headers of [noHeaders, { "x-middleware-subrequest": five("middleware") }])
        expect(
          await statusesOf(
            sendTo(() => inside),
            world.callers[name],
            headers,
          ),
        ).toEqual(expectedFor(name));
    }
  });

  test("the server without its middleware has none: it shows a page to whoever comes", async () => {
    expect((await callHttp(unguarded, { path: "/keys" })).status).toBe(200);
    expect((await callHttp(front, { path: "/keys" })).status).toBe(307);
  });

  test("what guards pages does not look at it at all", async () => {
    const { config } = await import("@/middleware");
    const guarded = config.matcher.map((pattern) => new RegExp(`^${pattern}$`));
    for (const row of rows)
      expect(
        guarded.some((pattern) => pattern.test(`/api/v1${routeOf(row).path}`)),
        row,
      ).toBe(false);
  });
});

/** Every page of the app, as a path. */
const pages = readdirSync(path.resolve("app"), { recursive: true, encoding: "utf8" })
  .filter((file) => path.basename(file) === "page.tsx")
  .map((file) =>
    `/${path.dirname(file)}`
      .replace(/\/\([^)]+\)/g, "")
      .replace(/\/\.$|^$/, "/")
      .replace(/\[\w+\]/g, "x"),
  )
  .map((page) => page || "/");
const publicPages = ["/error", "/invitation", "/sign-in"];

describe("pages hold nothing of what is in the database", () => {
  test("and are the ones that are meant to be open, or lead to the sign-in", async () => {
    expect(pages.length).toBeGreaterThan(5);
    for (const page of pages) {
      const { status, headers } = await callHttp(front, { path: page });
      if (publicPages.includes(page)) expect(status, page).toBe(200);
      else
        expect([status, headers.location?.replace(/^.*\/sign-in/, "/sign-in").slice(0, 8)], page).toEqual([
          307,
          "/sign-in",
        ]);
    }
  });

  const spellings = (page: string) => [
    page,
    `${page}?_rsc=1`,
    `${page.replace(/\/$/, "/index")}.rsc`,
    `/_next/data/x${page}.json`,
  ];
  const visitors = () => [
    ["nobody", {}] as const,
    ["somebody with a cookie that is none", { cookie: "pllm.session=x" }] as const,
    ["somebody who is disabled", { cookie: world.callers.disabled.headers.cookie ?? "" }] as const,
    ["somebody who sees none of it", { cookie: world.callers["other team's member"].headers.cookie ?? "" }] as const,
  ];

  const plain: (typeof bypasses)[number] = ["nothing", {}];
  test.each([
    ["front", () => front, [plain, ...bypasses]],
    ["inside", () => inside, [plain, ...bypasses]],
    ["door of a server without middleware, where there is nothing to get past", () => unguarded, [plain]],
  ] as const)("asked at the %s, whoever looks and whatever they send", async (_where, door, sendings) => {
    const seen = new Set<number>();
    for (const [who, cookies] of visitors()) {
      for (const [what, headers] of sendings) {
        const answers = await Promise.all(
          pages
            .flatMap(spellings)
            .map((target) => callHttp(door(), { path: target, headers: { ...headers, ...cookies } })),
        );
        for (const { status, body, headers: sent } of answers) {
          seen.add(status);
          expect(`${body}${JSON.stringify(sent)}`.includes(canary), `${who}, ${what}`).toBe(false);
          expect(status, `${who}, ${what}`).toBeLessThan(500);
        }
      }
    }
    expect(seen.has(200)).toBe(true);
  });

  test("which is there to be seen", async () => {
    const { headers } = world.callers["master key"];
    for (const list of ["users", "teams", "keys"])
      expect((await callHttp(front, { path: `/api/v1/${list}?q=${canary}`, headers })).body).toContain(canary);
  });
});

describe("a path or a method that is not there", () => {
  const ask = (method: string, target: string, caller: keyof Callers["callers"] | null = "admin key") =>
    callHttp(front, { method, path: target, headers: caller ? world.callers[caller].headers : {} });

  test.each([
    "/api/v1",
    "/api/v1/nothing",
    "/api/v1/teams/x/y/z",
    "/api/v1/%2e%2e%2fteams",
    "/api/v1/teams%2f",
    "/api/v1/users/a/b",
  ])("%s is 404 in the API's own words, and 401 to nobody", async (target) => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const { status, headers, body } = await ask(method, target);
      expect([status, JSON.parse(body).error.code], method).toEqual([404, "not_found"]);
      expect(headers["x-request-id"]).toBe(JSON.parse(body).error.request_id);
      expect((await ask(method, target, null)).status, method).toBe(401);
    }
    expect((await ask("HEAD", target)).status).toBe(404);
  });

  test("is 405 with what there is, and 401 to nobody", async () => {
    const refused = await ask("PUT", "/api/v1/teams");
    expect([refused.status, refused.headers.allow]).toEqual([405, "GET, HEAD, POST, OPTIONS"]);
    expect(JSON.parse(refused.body).error).toMatchObject({
      code: "method_not_allowed",
      message: "Use GET or POST here.",
    });
    expect(refused.headers["x-request-id"]).toMatch(/^req_/);
    expect((await ask("PUT", "/api/v1/teams", null)).status).toBe(401);
    expect((await ask("HEAD", "/api/v1/keys/bulk")).status).toBe(405);
    expect((await ask("HEAD", "/api/v1/keys/bulk")).headers.allow).toBe("POST, OPTIONS");
  });

  test("HEAD answers like GET without the body, and OPTIONS says what there is", async () => {
    const head = await ask("HEAD", "/api/v1/teams");
    expect([head.status, head.body, head.headers["content-type"]]).toEqual([200, "", "application/json"]);
    const options = await ask("OPTIONS", "/api/v1/teams");
    expect([options.status, options.body, options.headers.allow]).toEqual([204, "", "GET, HEAD, POST, OPTIONS"]);
    expect((await ask("HEAD", "/api/v1/teams", null)).status).toBe(401);
    expect((await ask("OPTIONS", "/api/v1/teams", null)).status).toBe(401);
    expect(options.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test.each(["TRACE", "PROPFIND", "CONNECTED"])(
    "%s is no method of ours anywhere, and reaches nothing",
    async (method) => {
      const answer = await callHttp(front, {
        method,
        path: "/api/v1/teams",
        headers: world.callers["admin key"].headers,
      }).catch(() => null);
      if (answer) {
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
      }
    },
  );
});
