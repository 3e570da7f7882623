import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { recordUsage } from "@/lib/gateway/meter/write";
import { newId } from "@/lib/ids";
import type { ProviderFigures } from "@/lib/providers/schema";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makePerson } from "@/lib/testing/factories";
import { makeEvent } from "@/lib/testing/usage-seed";

const t = openTestDatabase();
const api = createApi(routes);
const hourMs = 3_600_000;
const thisHour = Math.floor(Date.now() / hourMs) * hourMs;

let count = 0;
async function makeProvider(fields: Record<string, unknown> = {}) {
  const caller = api.as(await makeAdminBearer(t.db));
  const body = { name: `figured-${++count}`, base_url: "https://models.example.com/v1", ...fields };
  const answer = await caller.post("/providers", body);
  expect(answer.status).toBe(201);
  const path = `/providers/${answer.body.id}`;
  const figures = async () => (await caller.get(`${path}?include=figures`)).body.figures as ProviderFigures;
  return { caller, path, figures, name: body.name, id: answer.body.id };
}

/** Credentials by name, each with its weight, whether it is enabled, and for how long it rests. */
async function addCredentials(on: Awaited<ReturnType<typeof makeProvider>>, rests: Record<string, object>) {
  for (const [name, data] of Object.entries(rests)) {
    const { body } = await on.caller.post(`${on.path}/credentials`, { name, api_key: `sk-${name}-0123456789` });
    await t.db.credential.update({ where: { id: body.id }, data });
  }
}

describe("figures of a provider", () => {
  test("stand in the list and in the reading of one where they are asked for, and only then", async () => {
    const { caller, path, name, figures } = await makeProvider();
    expect((await caller.get(path)).body).not.toHaveProperty("figures");
    const list = await caller.get(`/providers?q=${name}&include=figures`);
    expect(list.body.data).toMatchObject([{ name, figures: await figures() }]);
    expect((await caller.get(`/providers?q=${name}`)).body.data[0]).not.toHaveProperty("figures");
    expect((await caller.get("/providers?include=secrets")).status).toBe(422);
    const csv = await caller.get(`/providers?q=${name}&include=figures&format=csv`);
    expect(csv.headers.get("content-type")).toMatch(/^text\/csv/);
  });

  test("count the credentials that calls may use, and tell which rests the shortest and why", async () => {
    const on = await makeProvider();
    const later = (seconds: number) => new Date(Date.now() + seconds * 1_000);
    const soon = later(60);
    await addCredentials(on, {
      rested: { cooldown_until: later(-1), cooldown_cause: "http_500" },
      soon: { cooldown_until: soon, cooldown_cause: "http_429" },
      late: { cooldown_until: later(600), cooldown_cause: "http_401" },
      off: { enabled: false, cooldown_until: later(5), cooldown_cause: "http_403" },
      weightless: { weight: 0, cooldown_until: later(5), cooldown_cause: "http_403" },
    });
    expect((await on.figures()).credentials).toEqual({
      stored: 5,
      usable: 3,
      resting: 2,
      next_rested_at: soon.toISOString(),
      cause: "http_429",
    });
    const named = async (resting: boolean) =>
      (await on.caller.get(`/providers?q=${on.name}&resting=${resting}`)).body.data.map(({ name }) => name);
    expect([await named(true), await named(false)]).toEqual([[on.name], []]);
    await t.db.credential.updateMany({ where: { provider_id: on.id }, data: { cooldown_until: null } });
    expect([await named(true), await named(false)]).toEqual([[], [on.name]]);
  });

  test("count its models, those that are enabled, and those of them without a price", async () => {
    const on = await makeProvider({ models: ["unpriced-a", "unpriced-b", "gone"] });
    await on.caller.post(`${on.path}/models`, {
      name: "priced",
      price: { input_per_mtok_usd: "1", output_per_mtok_usd: "2" },
    });
    const { body } = await on.caller.get(`${on.path}/models`);
    const idOf = (name: string) => body.data.find((model) => model.name === name)?.id;
    await on.caller.patch(`/models/${idOf("unpriced-b")}`, { enabled: false });
    await on.caller.delete(`/providers/models/${idOf("gone")}`);
    expect((await on.figures()).models).toEqual({ known: 3, enabled: 2, unpriced: 1 });
  });

  test("sum calls, failures and durations of whole hours, and nobody else's", async () => {
    const on = await makeProvider();
    const event = (hoursAgo: number, fields: object) =>
      makeEvent({
        started_at: new Date(thisHour - hoursAgo * hourMs + 1),
        provider_id: on.id,
        provider: on.name,
        model_id: `${on.id}-model`,
        model: "m",
        is_stream: true,
        ...fields,
      });
    await recordUsage(t.pool, [
      event(0, { latency_ms: 100, first_token_ms: 10 }),
      event(1, { status: "error", http_status: 502, error_code: "provider_error", first_token_ms: null }),
      event(2, { latency_ms: 1_000, first_token_ms: 200 }),
      event(24, { latency_ms: 9_000 }),
      makeEvent({ provider_id: newId("provider"), model_id: newId("model") }),
    ]);
    const { hour, day } = await on.figures();
    if (!hour || !day) throw new Error("an admin sees how calls went");
    expect(hour).toMatchObject({ since: new Date(thisHour - hourMs).toISOString(), requests: 2, errors: 1 });
    expect(day).toMatchObject({ since: new Date(thisHour - 23 * hourMs).toISOString(), requests: 3, errors: 1 });
    // A histogram's answer is the upper end of the bucket that the call is in.
    expect(hour.p95_ms).toBeGreaterThanOrEqual(100);
    expect(hour.p95_ms).toBeLessThan(120);
    expect(day.p95_ms).toBeGreaterThanOrEqual(1_000);
    expect(day.first_token_p95_ms).toBeGreaterThanOrEqual(200);
    expect(day.first_token_p95_ms).toBeLessThan(240);
  });

  test("hide how calls went from a key that may not see usage, and show the rest", async () => {
    const on = await makeProvider();
    const made = await on.caller.post("/keys", {
      type: "admin",
      name: "narrow",
      scopes: ["providers.read", "models.read"],
    });
    const { body } = await api.as(String(made.body.secret)).get(`${on.path}?include=figures`);
    expect(body.figures).toMatchObject({ credentials: { stored: 0 }, models: { known: 0 }, hour: null, day: null });
  });
});

describe("the catalogue", () => {
  test("tells who is known and which of them there is a provider for", async () => {
    const caller = api.as(await makeAdminBearer(t.db));
    const entries = async () => (await caller.get("/providers/catalogue")).body.data;
    const before = await entries();
    expect(before.map(({ name }) => name)).toEqual(["openai", "anthropic", "xai", "google"]);
    const { body } = await caller.post("/providers", { name: "google" });
    expect((await entries()).at(-1)).toMatchObject({ base_url: body.base_url, provider_id: body.id });
    await caller.delete(`/providers/${body.id}`);
    expect((await entries()).at(-1)).toMatchObject({ name: "google", provider_id: null });
  });

  test("is for whoever may see providers", async () => {
    expect((await api.get("/providers/catalogue")).status).toBe(401);
    expect((await api.as((await makePerson(t.db)).bearer).get("/providers/catalogue")).status).toBe(403);
  });
});
