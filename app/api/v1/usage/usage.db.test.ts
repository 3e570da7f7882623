import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import type { Prisma } from "@/lib/db/generated/client";
import type { UsageEventRow } from "@/lib/gateway/meter/event";
import { recordUsage } from "@/lib/gateway/meter/write";
import { newId } from "@/lib/ids";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeKey, makeMember, makePerson, makeTeam } from "@/lib/testing/factories";
import { makeModel } from "@/lib/testing/gateway";
import { makeEvent } from "@/lib/testing/usage-seed";
import { eventColumns } from "@/lib/usage/schema";

const t = openTestDatabase();
const api = createApi(routes);
const noon = Date.parse("2026-03-10T12:00:00Z");

/** An organisation with one team below it, a stranger beside it, a person in the team, and calls of each. */
async function makeHouse() {
  const root = await makeTeam(t.db);
  const child = await makeTeam(t.db, { parent_id: root.id });
  const stranger = await makeTeam(t.db);
  const owner = await makePerson(t.db);
  const member = await makePerson(t.db);
  await makeMember(t.db, root, owner.user, "owner");
  await makeMember(t.db, child, member.user, "member");
  const { key } = await makeKey(t.db, { type: "user", user_id: member.user.id, team_id: child.id });
  const event = (fields: Partial<UsageEventRow>) => makeEvent({ started_at: new Date(noon), ...fields });
  const names = { model: "gpt-4o", model_id: newId("model"), provider: "openai", provider_id: newId("provider") };
  const own = event({
    key_id: key.id,
    user_id: member.user.id,
    team_path: child.path,
    tags: ["batch"],
    cost_nano: 5n,
    ...names,
  });
  const teams = event({
    team_path: root.path,
    cost_nano: 70n,
    status: "error",
    http_status: 502,
    error_code: "provider_error",
  });
  const elsewhere = event({ team_path: stranger.path, cost_nano: 900n });
  const nobodys = event({ cost_nano: 1_000n });
  const events = { own, teams, elsewhere, nobodys };
  await recordUsage(t.pool, Object.values(events));
  return {
    root,
    child,
    stranger,
    owner: api.as(owner.bearer),
    member: api.as(member.bearer),
    memberId: member.user.id,
    key,
    ...events,
  };
}

let house: Awaited<ReturnType<typeof makeHouse>>;
let admin: typeof api;
beforeAll(async () => {
  house = await makeHouse();
  admin = api.as(await makeAdminBearer(t.db));
});

const inMarch = "from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z";

describe("who sees which calls", () => {
  test("an admin all, an owner those of the team and below, a member their own", async () => {
    const idsOf = async (caller: typeof api) =>
      (await caller.get("/usage/events")).body.data.map((event) => event.id).sort();
    const { own, teams, elsewhere, nobodys } = house;
    expect(await idsOf(admin)).toEqual([own.id, teams.id, elsewhere.id, nobodys.id].sort());
    expect(await idsOf(house.owner)).toEqual([own.id, teams.id].sort());
    expect(await idsOf(house.member)).toEqual([own.id]);
  });

  test("and the summary and the export show the same ones", async () => {
    for (const [caller, requests, cost_usd] of [
      [admin, 4, "0.000001975"],
      [house.owner, 2, "0.000000075"],
      [house.member, 1, "0.000000005"],
    ] as const) {
      const { body } = await caller.get(`/usage/summary?${inMarch}`);
      expect(body.totals).toMatchObject({ requests, cost_usd });
      const lines = String((await caller.get("/usage/export?format=ndjson")).body.text)
        .trim()
        .split("\n");
      expect(lines).toHaveLength(requests);
    }
  });

  test("a call out of reach answers the very bytes that a missing one does", async () => {
    const headers = { "x-request-id": "same" };
    const hidden = await house.member.get(`/usage/events/${house.teams.id}`, { headers });
    const missing = await house.member.get(`/usage/events/${newId("event")}`, { headers });
    expect(hidden.status).toBe(404);
    expect(hidden.body).toEqual(missing.body);
    expect((await house.member.get(`/usage/events/${house.own.id}`)).status).toBe(200);
  });

  test("a filter by somebody else's team finds nothing rather than telling", async () => {
    const { body } = await house.owner.get(`/usage/summary?${inMarch}&team_id=${house.stranger.id}`);
    expect(body.totals).toMatchObject({ requests: 0, cost_usd: "0.00" });
    expect((await house.owner.get(`/usage/events?team_id=${house.stranger.id}`)).body.data).toEqual([]);
  });

  test.each([
    "/usage/summary",
    "/usage/events",
    "/usage/export",
    "/usage/events/evt_1",
    "/usage/refusals",
    "/usage/latency",
  ])("%s needs a caller with the right", async (path) => {
    expect((await api.get(path)).status).toBe(401);
    const { secret } = await makeKey(t.db, { type: "user", user_id: house.memberId, scopes: ["models.read"] });
    expect((await api.as(secret).get(path)).status).toBe(403);
  });
});

describe("a call", () => {
  test("is told with its money in USD and nothing that only we need", async () => {
    const { body } = await admin.get(`/usage/events/${house.own.id}`);
    const beside = ["cost_parts", "names", "price", "recorded_at", "trace"];
    expect(Object.keys(body).sort()).toEqual([...eventColumns, ...beside].sort());
    expect(body).toMatchObject({
      id: house.own.id,
      started_at: "2026-03-10T12:00:00.000Z",
      cost_usd: "0.000000005",
      team_path: house.child.path,
      tags: ["batch"],
      status: "ok",
      key_name: house.key.name,
      team_name: house.child.name,
      trace: null,
      price: null,
      cost_parts: [],
      names: { [house.key.id]: house.key.name, [house.root.id]: house.root.name, [house.child.id]: house.child.name },
    });
  });

  test("shows its price's version, its cost by bucket and its trace", async () => {
    const { model } = await makeModel(t.db, "http://127.0.0.1:1", { price: { input: "3", output: "15" } });
    const price = await t.db.modelPrice.findFirstOrThrow({ where: { model_id: model.id } });
    const steps = { authenticated_ms: 0.1, read_ms: 0.2, limited_ms: 0.3, held_ms: 4, ended_ms: 250 };
    const trace = { asked_model: "m", upstream_model: "m-1", steps, attempts: [], limits: [], budgets: [] };
    const counts = { prompt_tokens: 100, cached_tokens: 40, cache_write_tokens: 10, completion_tokens: 7 };
    const event = makeEvent({ ...counts, price_id: price.id, cost_nano: 405_000n, trace });
    await recordUsage(t.pool, [event]);
    const { body } = await admin.get(`/usage/events/${event.id}`);
    expect(body).toMatchObject({ trace, price: { id: price.id, source: price.source }, cost_usd: "0.000405" });
    expect(body.cost_parts).toEqual([
      { bucket: "input", tokens: 50, per_mtok_usd: "3.00", cost_usd: "0.00015" },
      { bucket: "cached_input", tokens: 40, per_mtok_usd: "3.00", cost_usd: "0.00012" },
      { bucket: "cache_write", tokens: 10, per_mtok_usd: "3.00", cost_usd: "0.00003" },
      { bucket: "output", tokens: 7, per_mtok_usd: "15.00", cost_usd: "0.000105" },
    ]);
    expect(Date.parse(String(body.recorded_at))).toBeGreaterThan(0);
    // The lists of the tests below hold the house's calls alone.
    await t.db.usageEvent.delete({ where: { id: event.id } });
  });
});

describe("latency", () => {
  test("is that of the calls that went well, hour by hour, for those who see all", async () => {
    const model = { model: "quick", model_id: newId("model"), provider: "p", provider_id: newId("provider") };
    const hourOf = (hour: number) => new Date(Date.parse("2025-01-01T00:30:00Z") + hour * 3_600_000);
    const calls = [100, 200, 300, 400].map((latency_ms, hour) =>
      makeEvent({ ...model, latency_ms, first_token_ms: hour < 2 ? 50 : null, started_at: hourOf(hour) }),
    );
    const failed = makeEvent({ ...model, latency_ms: 60_000, status: "error", started_at: hourOf(0) });
    await recordUsage(t.pool, [...calls, failed]);
    const asked = "/usage/latency?from=2025-01-01T00:10:00Z&to=2025-01-01T03:10:00Z&interval=hour";
    const { body } = await admin.get(`${asked}&model=quick`);
    expect(body).toMatchObject({ from: "2025-01-01T00:00:00.000Z", to: "2025-01-01T04:00:00.000Z" });
    expect(body.data.map(({ time, latency }) => [time, (latency as { count: number }).count])).toEqual(
      [0, 1, 2, 3].map((hour) => [`2025-01-01T0${hour}:00:00.000Z`, 1]),
    );
    const { latency, first_token } = body.totals as Record<string, { count: number; p50_ms: number; p99_ms: number }>;
    expect([latency?.count, first_token?.count]).toEqual([4, 2]);
    expect(latency?.p50_ms).toBeGreaterThanOrEqual(200);
    expect(latency?.p50_ms).toBeLessThanOrEqual(200 * 1.19);
    expect(latency?.p99_ms).toBeLessThanOrEqual(400 * 1.19);
    expect(await admin.get(`${asked}&model=none`)).toMatchObject({
      body: { data: [], totals: { latency: { count: 0, p50_ms: null } } },
    });
    expect((await house.member.get(asked)).status).toBe(403);
    await t.db.usageEvent.deleteMany({ where: { model_id: model.model_id } });
  });
});

describe("refused calls", () => {
  const insert = (fields: Partial<Prisma.RefusalUncheckedCreateInput>) => {
    const at = new Date(noon + Number(fields.count ?? 1) * 1_000);
    const id = newId("refusal");
    const row = {
      id,
      request_id: "r",
      endpoint: "chat",
      http_status: 429,
      error_code: "budget_exceeded",
      message: "no room",
    };
    return t.db.refusal.create({ data: { ...row, count: 1, first_at: at, last_at: at, ...fields } });
  };

  test("are seen by whom they concern, those that happened last first, page by page", async () => {
    const { child, stranger, memberId, key } = house;
    const own = await insert({ key_id: key.id, user_id: memberId, team_path: child.path, count: 5, details: { a: 1 } });
    const teams = await insert({ team_path: child.path, count: 3, error_code: "rate_limit_exceeded" });
    const elsewhere = await insert({ team_path: stranger.path, count: 4 });
    const idsOf = async (caller: typeof api, query = "") =>
      (await caller.get(`/usage/refusals${query}`)).body.data.map(({ id }) => id);
    expect(await idsOf(admin)).toEqual([own.id, elsewhere.id, teams.id]);
    expect(await idsOf(house.owner)).toEqual([own.id, teams.id]);
    expect(await idsOf(house.member)).toEqual([own.id]);
    expect(await idsOf(house.member, `?key_id=${key.id}&from=2026-03-10T12:00:05Z`)).toEqual([own.id]);
    expect(await idsOf(admin, "?error_code=rate_limit_exceeded")).toEqual([teams.id]);
    expect(await idsOf(admin, "?to=2026-03-10T12:00:05Z")).toEqual([elsewhere.id, teams.id]);
    const first = await admin.get("/usage/refusals?limit=2");
    expect(await idsOf(admin, `?limit=2&cursor=${first.body.next_cursor}`)).toEqual([teams.id]);
    expect(first.body.data[0]).toMatchObject({
      count: 5,
      details: { a: 1 },
      last_at: "2026-03-10T12:00:05.000Z",
      key_name: key.name,
      team_name: null,
    });
  });
});

const filters: [field: string, value: () => string, found: ("own" | "teams" | "elsewhere" | "nobodys")[]][] = [
  ["key_id", () => house.key.id, ["own"]],
  ["user_id", () => house.memberId, ["own"]],
  ["team_id", () => house.root.id, ["own", "teams"]],
  ["team_id", () => house.child.id, ["own"]],
  ["model", () => "gpt-4o", ["own"]],
  ["model", () => "openai/gpt-4o", ["own"]],
  ["model", () => "no-such-model", []],
  ["provider_id", () => house.own.provider_id, ["own"]],
  ["tag", () => "batch", ["own"]],
  ["status", () => "error", ["teams"]],
  ["status", () => "ok", ["own", "elsewhere", "nobodys"]],
  ["from", () => "2026-03-10T12:00:00.001Z", []],
  ["to", () => "2026-03-10T12:00:00Z", []],
];

describe("the list", () => {
  test.each(filters)("filters by %s (%#)", async (field, value, found) => {
    const { body, status } = await admin.get(`/usage/events?${field}=${encodeURIComponent(value())}`);
    expect(status).toBe(200);
    expect(body.data.map((event) => event.id).sort()).toEqual(found.map((name) => house[name].id).sort());
  });

  test("pages without skipping or repeating, though all calls began at the same instant", async () => {
    const { key } = await makeKey(t.db);
    const burst = Array.from({ length: 7 }, () => makeEvent({ key_id: key.id, started_at: new Date(noon) }));
    burst.push(makeEvent({ key_id: key.id, started_at: new Date(noon + 1) }));
    await recordUsage(t.pool, burst);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body }: Awaited<ReturnType<typeof api.get>> = await admin.get(
        `/usage/events?key_id=${key.id}&limit=3${cursor ? `&cursor=${cursor}` : ""}`,
      );
      expect(body.data.length).toBeLessThanOrEqual(3);
      seen.push(...body.data.map((event) => event.id));
      cursor = body.next_cursor;
    }
    expect(seen[0]).toBe(burst.at(-1)?.id);
    expect([...seen].sort()).toEqual(burst.map((event) => event.id).sort());
  });

  test.each([
    ["/usage/events?from=yesterday", "from"],
    ["/usage/events?status=fine", "status"],
    ["/usage/events?key_id=team_1", "key_id"],
    ["/usage/events?cursor=nonsense", "cursor"],
    ["/usage/events?colour=red", "colour"],
    ["/usage/events?tag=%00", "tag"],
    ["/usage/export?format=xlsx", "format"],
    ["/usage/summary?interval=week", "interval"],
    ["/usage/summary?group_by=colour", "group_by"],
    ["/usage/summary?timezone=Mars/Olympus", "timezone"],
    ["/usage/summary?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "from"],
    ["/usage/summary?from=2025-01-01T00:00:00Z&to=2026-03-01T00:00:00Z&interval=hour", "from"],
  ])("%s is refused and names the field", async (path, field) => {
    const { status, body } = await admin.get(path);
    expect(status).toBe(422);
    expect(body.error.fields[0]?.path).toBe(field);
  });

  test("refuses a cursor of another list, and one with an impossible time", async () => {
    for (const position of [
      ["-name", "x", "evt_1"],
      ["-started_at", "never", "evt_1"],
      ["-started_at", null, "evt_1"],
    ]) {
      const cursor = Buffer.from(JSON.stringify(position)).toString("base64url");
      expect((await admin.get(`/usage/events?cursor=${cursor}`)).status).toBe(422);
    }
  });
});

describe("the export", () => {
  test("is CSV that no spreadsheet takes for a formula, oldest first", async () => {
    const { key } = await makeKey(t.db);
    const later = makeEvent({
      key_id: key.id,
      started_at: new Date(noon + 5_000),
      client: '=HYPERLINK("http://evil.test")',
    });
    const earlier = makeEvent({ key_id: key.id, started_at: new Date(noon), client: "@cmd, +1", tags: ["-x", "two"] });
    await recordUsage(t.pool, [later, earlier]);
    const { body, headers } = await admin.get(`/usage/export?key_id=${key.id}`);
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("content-disposition")).toBe('attachment; filename="usage.csv"');
    const [head, first, second, ...rest] = String(body.text).split("\r\n");
    expect(head).toBe(eventColumns.join(","));
    expect(first).toContain(earlier.id);
    expect(first).toContain(`"'@cmd, +1"`);
    expect(first).toContain(",'-x;two,");
    expect(second).toContain(`"'=HYPERLINK(""http://evil.test"")"`);
    expect(rest).toEqual([""]);
  });

  test("holds every call of more than one page, once", async () => {
    const { key } = await makeKey(t.db);
    const many = Array.from({ length: 2_345 }, (_, index) =>
      makeEvent({ key_id: key.id, started_at: new Date(noon + Math.floor(index / 10)) }),
    );
    for (let first = 0; first < many.length; first += 500) await recordUsage(t.pool, many.slice(first, first + 500));
    const { body } = await admin.get(`/usage/export?format=ndjson&key_id=${key.id}`);
    const rows = String(body.text)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(rows.map((row) => row.id))).toEqual(new Set(many.map((event) => event.id)));
    expect(rows).toHaveLength(many.length);
    expect(Object.keys(rows[0])).toEqual([...eventColumns]);
  });
});
