import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer } from "@/lib/testing/factories";
import { otherMethods, type Refusal, unknownPath } from "./refusals";
import { methods, route } from "./route";

const t = openTestDatabase();
const get = route({
  method: "GET",
  summary: "Read a thing",
  permission: "teams.read",
  output: z.object({}),
  handler: async () => ({}),
});
const post = route({
  method: "POST",
  summary: "Make a thing",
  permission: "teams.create",
  handler: async () => undefined,
});

let bearer = "";
beforeAll(async () => {
  bearer = await makeAdminBearer(t.db);
});

async function ask(refusal: Refusal, method: string, headers: Record<string, string> = {}) {
  const response = await refusal(new Request("http://127.0.0.1:3000/api/v1/things", { method, headers }));
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

const asAdmin = () => ({ authorization: `Bearer ${bearer}` });

describe("a method that a path does not have", () => {
  const others = otherMethods(get, post);

  test.each(["PUT", "PATCH", "DELETE"] as const)("%s: 405 with the methods that there are", async (method) => {
    const { status, headers, body } = await ask(others[method], method, { ...asAdmin(), "x-request-id": "trace-1" });
    expect(status).toBe(405);
    expect(headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
    expect(headers.get("x-request-id")).toBe("trace-1");
    expect(body).toEqual({
      error: { code: "method_not_allowed", message: "Use GET or POST here.", request_id: "trace-1" },
    });
  });

  test("is named by OPTIONS among those that there are, without a body", async () => {
    const { status, headers, body } = await ask(others.OPTIONS, "OPTIONS", asAdmin());
    expect([status, headers.get("allow"), body]).toEqual([204, "GET, HEAD, POST, OPTIONS", null]);
    expect((await ask(otherMethods(post).OPTIONS, "OPTIONS", asAdmin())).headers.get("allow")).toBe("POST, OPTIONS");
  });
});

test.each([...methods, "OPTIONS"] as const)("an unknown path is 404 to %s", async (method) => {
  const { status, headers, body } = await ask(unknownPath[method], method, asAdmin());
  expect([status, body.error.code]).toEqual([404, "not_found"]);
  expect(headers.get("x-request-id")).toBe(body.error.request_id);
  expect(headers.get("cache-control")).toBe("no-store");
});

test("whoever is nobody is not told what is there: the same 401 for an unknown path and a missing method", async () => {
  const refusals = [otherMethods(get).POST, otherMethods(get).OPTIONS, unknownPath.POST, unknownPath.OPTIONS];
  const answers = await Promise.all(refusals.map((refusal) => ask(refusal, "POST", { "x-request-id": "same" })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(answers.every(({ headers }) => headers.get("allow") === null)).toBe(true);
});
