/** A provider key that is let in once is searched for everywhere: it may be found as ciphertext and nowhere else. */
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { getConfig } from "@/lib/config/config";
import { log } from "@/lib/log";
import { seal, UnsealError, unseal } from "@/lib/secrets/key-ring";
import { type Answer, createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer } from "@/lib/testing/factories";
import { type ScriptedUpstream, startUpstream } from "@/lib/testing/scripted-upstream";
import { errorResponse } from "@/lib/testing/upstream-scripts";

process.env.PLLM_PRIVATE_TARGETS = "127.0.0.1";

const t = openTestDatabase();
const api = createApi(routes);
// Its middle is searched for, since the last four characters are shown on purpose.
const middle = "canary4f1d9c7e2b8a6053";
const canary = `sk-prov-${middle}-wxyz`;
const logged: string[] = [];
let upstream: ScriptedUpstream;

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.respondWith((request) => errorResponse(401, { message: String(request.headers.authorization) }));
  log.level = "trace";
  vi.spyOn(fs, "writeSync").mockImplementation((_fd, data) => {
    logged.push(String(data));
    return Buffer.byteLength(String(data));
  });
});
afterAll(async () => {
  vi.restoreAllMocks();
  log.level = "silent";
  await upstream.close();
});

/** The tables in which any column of any row holds `text`. */
async function tablesWith(text: string): Promise<string[]> {
  const { rows } = await t.pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1",
  );
  const holding = [];
  for (const { name } of rows) {
    const found = await t.pool.query(`SELECT 1 FROM "${name}" AS row_ WHERE strpos(row_::text, $1) > 0 LIMIT 1`, [
      text,
    ]);
    if (found.rows.length > 0) holding.push(name);
  }
  return holding;
}

async function driveEverything(): Promise<Answer[]> {
  const caller = api.as(await makeAdminBearer(t.db));
  const answers: Answer[] = [];
  const keep = async (answer: Promise<Answer>) => {
    answers.push(await answer);
    return answers.at(-1)?.body;
  };
  const headers = { "idempotency-key": "canary" };
  const create = { name: "canary", base_url: upstream.url, api_key: canary, models: ["m"] };
  const provider = await keep(caller.post("/providers", create, { headers }));
  await keep(caller.post("/providers", create, { headers }));
  await keep(caller.post("/providers", { ...create, name: "second" }, { headers }));
  await keep(caller.post("/providers", create));
  const path = `/providers/${provider?.id}`;
  const credential = await keep(caller.post(`${path}/credentials`, { name: "c", api_key: canary }));
  await keep(caller.post(`${path}/credentials`, { name: "c", api_key: canary }));
  await keep(caller.post(`${path}/credentials`, { name: "d", api_key: `${canary}\n${canary}` }));
  await keep(caller.post(`${path}/credentials`, { name: "e", key: canary, api_key: canary, weight: canary }));
  await keep(caller.patch(`${path}/credentials/${credential?.id}`, { api_key: canary, weight: 2 }));
  await keep(caller.patch(path, { api_key: canary, enabled: true }));
  await keep(caller.patch(path, { api_key: { [canary.slice(0, 3)]: 1 } }));
  await keep(caller.put(path, { base_url: upstream.url, api_key: canary }));
  await keep(caller.patch(path, { base_url: "https://other.example.com", display_name: "x" }));
  await keep(caller.post(`${path}/test`));
  await keep(caller.post(`${path}/test`, { api_key: canary }));
  await keep(caller.post(`${path}/test`, { api_key: canary, credential_id: credential?.id }));
  for (const read of ["/providers", "/providers/with-keys", path, `${path}/credentials`, `${path}/models`, "/models"])
    await keep(caller.get(read));
  // Failures that nobody foresaw, at the last moment and in the middle: they go to the log.
  for (const table of ["audit_head", "credentials"]) {
    await t.pool.query(`ALTER TABLE ${table} RENAME TO gone`);
    await keep(caller.post("/providers", { ...create, name: `lost-${table.slice(0, 5)}` }));
    await keep(caller.patch(path, { api_key: canary }));
    await t.pool.query(`ALTER TABLE gone RENAME TO ${table}`);
  }
  await t.pool.query("UPDATE credentials SET secret = overlay(secret placing 'AAAA' from 30 for 4) WHERE name = 'c'");
  await keep(caller.post(`${path}/test`, { credential_id: credential?.id }));
  return answers;
}

describe("a provider's key", () => {
  test("is found in no table, no answer, no error and no log line", async () => {
    const answers = await driveEverything();
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 201, 409, 422, 500]));
    expect(upstream.requests.some((request) => request.headers.authorization?.includes(middle))).toBe(true);
    for (const answer of answers) {
      expect(JSON.stringify(answer.body)).not.toContain(middle);
      expect(JSON.stringify([...answer.headers])).not.toContain(middle);
    }
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.join("")).toContain("request failed");
    expect(logged.join("")).not.toContain(middle);
    expect(await tablesWith(middle)).toEqual([]);
    expect(await tablesWith(Buffer.from(canary).toString("base64url").slice(2, -2))).toEqual([]);
    // The ciphertext too stands in its own column only; answers kept for idempotency keys are sealed as a whole.
    expect(await tablesWith("v1.test.")).toEqual(["credentials", "idempotency_records"]);
    // The search itself works: what is there on purpose, it finds.
    expect(await tablesWith("wxyz")).toContain("credentials");
  });

  test("left nothing behind where its request failed", async () => {
    expect(await t.db.provider.count({ where: { name: { startsWith: "lost-" } } })).toBe(0);
    expect(await t.db.provider.count({ where: { name: "second" } })).toBe(0);
  });

  test("opens from its own row and from no other", async () => {
    const ring = getConfig().encryptionKeys;
    const rows = await t.db.credential.findMany({ where: { name: "default" } });
    const placeOf = (row: string) => ({ table: "credentials", row, field: "secret" });
    const [row] = rows;
    expect(unseal(ring, placeOf(row?.id ?? ""), row?.secret ?? "")).toBe(canary);
    const other = await t.db.credential.findFirstOrThrow({ where: { name: "c" } });
    expect(() => unseal(ring, placeOf(other.id), row?.secret ?? "")).toThrow(UnsealError);
    await t.db.credential.update({ where: { id: other.id }, data: { secret: row?.secret ?? "" } });
    const caller = api.as(await makeAdminBearer(t.db));
    const before = upstream.requests.length;
    const { body } = await caller.post(`/providers/${other.provider_id}/test`, { credential_id: other.id });
    expect(body).toMatchObject({ ok: false, status: null });
    expect(body.error).toMatch(/altered, or it belongs to another place/);
    expect(upstream.requests).toHaveLength(before);
    await t.db.credential.update({
      where: { id: other.id },
      data: { secret: seal(ring, placeOf(other.id), canary) },
    });
  });
});
