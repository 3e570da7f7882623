import { beforeAll, describe, expect, test } from "vitest";
import * as openapi from "@/app/api/v1/openapi.json/route";
import { rightsColumns, rightsMatrix } from "@/app/api/v1/rights-matrix";
import { routes } from "@/app/api/v1/routes";
import { GET as getMetrics } from "@/app/metrics/route";
import type { RouteTable } from "@/lib/api/openapi";
import { methods } from "@/lib/api/route";
import { createApi } from "@/lib/testing/api";
import { type CallerName, type Callers, callerNames, makeCallers } from "@/lib/testing/callers";
import { openTestDatabase } from "@/lib/testing/database";
import { askRow, routeOf, type Send } from "@/lib/testing/rights";
import { rightsRequests } from "@/lib/testing/rights-requests";

const t = openTestDatabase();
const table: RouteTable = { ...routes, "/openapi.json": openapi, "/metrics": { GET: getMetrics } };
const api = createApi(table);
const rows = Object.keys(rightsMatrix);

const send: Send = async ({ method, path, headers, body }) => {
  const verb = method.toLowerCase() as "get" | "post" | "put" | "patch" | "delete";
  const options = { headers, ...(body === null ? {} : { rawBody: body }) };
  const hasNoBody = verb === "get" || verb === "delete";
  const answer = await (hasNoBody ? api[verb](path, options) : api[verb](path, undefined, options));
  return { status: answer.status, body: JSON.stringify(answer.body) };
};

let world: Callers;
beforeAll(async () => {
  world = await makeCallers(t.db);
});

function expectedOf(row: string): Record<string, number | undefined> {
  return Object.fromEntries(rightsColumns.map((name, index) => [name, rightsMatrix[row]?.[index]]));
}

describe("the matrix", () => {
  test("has a row, and a request to send, for every route that there is, and none for any other", () => {
    const declared = Object.entries(table).flatMap(([path, entry]) =>
      methods.filter((method) => entry[method]?.declaration).map((method) => `${method} ${path}`),
    );
    const told = rows.map((row) => `${routeOf(row).method} ${routeOf(row).path}`);
    expect([...new Set(told)].sort()).toEqual(declared.sort());
    expect(Object.keys(rightsRequests).sort()).toEqual([...rows].sort());
    expect(rightsColumns).toEqual(callerNames);
  });

  const isDone = (status: number | undefined) => status !== undefined && status >= 200 && status < 300;
  const statusOf = (row: string, name: CallerName) => expectedOf(row)[name];
  const guarded = rows.filter((row) => !isDone(statusOf(row, "no session")));
  const changing = guarded.filter((row) => routeOf(row).method !== "GET");

  test("lets nobody in without a session, nor the disabled, and says no more than that", () => {
    const open = rows.filter((row) => !guarded.includes(row));
    expect(open).toEqual(["GET /openapi.json", "POST /invitations/open"]);
    for (const row of guarded)
      expect([statusOf(row, "no session"), statusOf(row, "disabled")], row).toEqual([401, 401]);
  });

  test("lets viewers change nothing but their own sessions", () => {
    expect(changing.filter((row) => isDone(statusOf(row, "viewer")))).toEqual([
      "DELETE /me/sessions/{id} (own)",
      "POST /me/sign-out",
    ]);
  });

  test("keeps managers from people, providers, models, webhooks, settings and the log, and lets them have teams and budgets", () => {
    const adminsOnly = /^\w+ \/(providers|webhooks|deliveries|settings|audit|sign-ins|status)\b/;
    for (const row of rows.filter((name) => adminsOnly.test(name))) expect(statusOf(row, "manager"), row).toBe(403);
    for (const row of changing.filter((name) => / \/(users|models)\b/.test(name)))
      expect(statusOf(row, "manager"), row).toBe(403);
    for (const row of rows.filter((name) => / \/(teams|budgets)\b/.test(name)))
      expect(isDone(statusOf(row, "manager")), row).toBe(true);
  });

  test("leaves a demoted admin and owner what any newcomer has", () => {
    for (const row of guarded) expect(statusOf(row, "demoted"), row).toBe(statusOf(row, "other team's member"));
  });

  test("gives a guest key itself, and nothing else", async () => {
    expect(guarded.filter((row) => isDone(statusOf(row, "virtual key")))).toEqual(["GET /search", "GET /me"]);
    const { headers } = world.callers["virtual key"];
    expect((await api.get("/search?q=a", { headers })).body.data).toEqual([]);
  });

  // Asked for what belongs to somebody else, which nobody may have.
  const nobodys = ["DELETE /me/sessions/{id}", "POST /requests/{id}/withdraw"];

  test("lets somebody ask each route, and has an answer for those who may not", () => {
    for (const row of guarded) {
      const statuses = Object.values(expectedOf(row));
      expect(statuses.some(isDone) || nobodys.includes(row), row).toBe(true);
      expect(
        statuses.every((status) => isDone(status) || [401, 403, 404, 422].includes(status ?? 0)),
        row,
      ).toBe(true);
    }
  });
});

describe("every route answers every caller as the matrix says, and shows nobody what is hidden", () => {
  test.each(rows)("%s", async (row) => {
    const { statuses, telling } = await askRow({ db: t.db, world, send, recipes: rightsRequests }, row);
    expect(statuses).toEqual(expectedOf(row));
    expect(telling).toEqual([]);
  });
});
