import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { getConfig } from "@/lib/config/config";
import { seal } from "@/lib/secrets/key-ring";
import { type Caller, chatBody, doors, failureOf, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { startGateway } from "@/lib/testing/gateway";
import { seededRandom } from "@/lib/testing/random";
import { chatCompletion, destroy, errorResponse, type Script } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const good = chatCompletion();
const faults: [cause: string, script: Script][] = [
  ...[401, 402, 403, 408, 429, 500, 502, 503, 529].map((status): [string, Script] => [
    `http_${status}`,
    errorResponse(status),
  ]),
  ["no_answer", [destroy()]],
];

async function findClosedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

describe.each(doors)("credentials behind the %s door", (door) => {
  const clock = createFakeClock(Date.now());
  const stage = openStage(t, { door, clock, random: seededRandom(7) });

  const secrets = ["sk-first", "sk-second"];
  const makeCaller = () => stage.makeCaller({ model: { credentials: secrets } });
  const call = async (caller: Caller) => {
    const response = await stage.send(caller.secret, chatBody(caller.model));
    return { response, body: (await response.json()) as Record<string, unknown> };
  };
  /** The secrets that the provider has seen since its request number `from`. */
  const usedSince = (from: number) =>
    stage.upstream.requests.slice(from).map(({ headers }) => String(headers.authorization).replace("Bearer ", ""));
  const credentialsOf = (caller: Caller) =>
    t.db.credential.findMany({ where: { provider_id: caller.provider.id }, orderBy: { name: "asc" } });
  const other = (secret: string | undefined) => (secret === "sk-first" ? "sk-second" : "sk-first");

  test.each(faults)("after %s the next one takes over, and only the failed one rests", async (cause, script) => {
    const caller = await makeCaller();
    const asked = stage.upstream.requests.length;
    stage.upstream.respondWith(good);
    stage.upstream.enqueue(script);
    expect((await call(caller)).response.status).toBe(200);
    const [failed, ...rest] = usedSince(asked);
    expect(rest).toEqual([other(failed)]);
    const [event] = await stage.eventsOf(caller.key.id, 1);
    const rows = await eventually(async () => {
      const found = await credentialsOf(caller);
      return found.some(({ cooldown_until }) => cooldown_until) ? found : undefined;
    });
    const index = secrets.indexOf(failed ?? "");
    expect(event).toMatchObject({ status: "ok", attempts: 2, credential_id: rows[1 - index]?.id });
    expect(rows[index]).toMatchObject({ cooldown_cause: cause, cooldown_until: new Date(clock.now() + 30_000) });
    expect(rows[1 - index]).toMatchObject({ cooldown_cause: null, cooldown_until: null });
    // While it rests it is not asked; afterwards it is again.
    for (let round = 0; round < 5; round++) await call(caller);
    expect(usedSince(asked + 2)).toEqual(Array(5).fill(other(failed)));
    clock.advance(30_001);
    for (let round = 0; round < 20; round++) await call(caller);
    expect(usedSince(asked + 7)).toContain(failed);
  });

  test.each([400, 404, 409, 413, 422])("after %i none is tried, for it would be told the same", async (status) => {
    const caller = await makeCaller();
    const asked = stage.upstream.requests.length;
    stage.upstream.enqueue(errorResponse(status));
    await call(caller);
    expect(usedSince(asked).length).toBe(1);
    expect((await credentialsOf(caller)).every(({ cooldown_until }) => cooldown_until === null)).toBe(true);
  });

  test("where nobody listens all are tried, and the error is the provider's", async () => {
    const baseUrl = `http://127.0.0.1:${await findClosedPort()}/v1`;
    const caller = await stage.makeCaller({ model: { baseUrl, credentials: secrets } });
    const { response, body } = await call(caller);
    expect([response.status, body]).toMatchObject([502, { error: { code: "provider_error" } }]);
    expect((await stage.eventsOf(caller.key.id, 1))[0]).toMatchObject({ attempts: 2, cost_nano: 0n });
  });

  test.each([
    ["seconds", () => "120"],
    ["a date", () => new Date(clock.now() + 120_000).toUTCString()],
  ])("Retry-After in %s says how long one rests", async (_name, retryAfter) => {
    const caller = await makeCaller();
    const asked = stage.upstream.requests.length;
    stage.upstream.respondWith(good);
    stage.upstream.enqueue(errorResponse(429, { retryAfter: retryAfter() }));
    await call(caller);
    const [failed] = usedSince(asked);
    clock.advance(118_000);
    for (let round = 0; round < 10; round++) await call(caller);
    expect(usedSince(asked + 2)).toEqual(Array(10).fill(other(failed)));
    clock.advance(3_000);
    for (let round = 0; round < 20; round++) await call(caller);
    expect(usedSince(asked + 12)).toContain(failed);
  });

  test("where all rest, the one that recovers first is tried all the same", async () => {
    const caller = await makeCaller();
    const asked = stage.upstream.requests.length;
    stage.upstream.enqueue(errorResponse(429, { retryAfter: 60 }), errorResponse(429, { retryAfter: 20 }));
    const { response, body } = await call(caller);
    expect([response.status, response.headers.get("retry-after")]).toEqual([502, "20"]);
    expect(body).toMatchObject({ error: { code: "provider_error", message: expect.stringContaining("limiting") } });
    const [, last] = usedSince(asked);
    stage.upstream.respondWith(good);
    for (let round = 0; round < 3; round++) expect((await call(caller)).response.status).toBe(200);
    expect(usedSince(asked + 2)).toEqual(Array(3).fill(last));
  });

  test("what rests in one process rests in the others", async () => {
    const caller = await makeCaller();
    const asked = stage.upstream.requests.length;
    stage.upstream.respondWith(good);
    stage.upstream.enqueue(errorResponse(401));
    await call(caller);
    const [failed] = usedSince(asked);
    await eventually(async () => (await credentialsOf(caller)).find(({ cooldown_until }) => cooldown_until));
    const second = await startGateway({ door, clock });
    try {
      const headers = { authorization: `Bearer ${caller.secret}` };
      const body = JSON.stringify(chatBody(caller.model));
      for (let round = 0; round < 10; round++)
        await (await fetch(`${second.url}/chat/completions`, { method: "POST", headers, body })).text();
      expect(usedSince(asked + 2)).toEqual(Array(10).fill(other(failed)));
    } finally {
      await second.close();
    }
  });

  test("one that is given a new key is used at once, however long the old one was to rest", async () => {
    const caller = await makeCaller();
    const asked = stage.upstream.requests.length;
    stage.upstream.respondWith(good);
    stage.upstream.enqueue(errorResponse(429, { retryAfter: 3_600 }));
    await call(caller);
    const [failed] = usedSince(asked);
    const rested = await eventually(async () =>
      (await credentialsOf(caller)).find(({ cooldown_until }) => cooldown_until),
    );
    const place = { table: "credentials", row: rested.id, field: "secret" };
    const secret = seal(getConfig().encryptionKeys, place, "sk-renewed");
    await t.db.credential.update({ where: { id: rested.id }, data: { secret, cooldown_until: null } });
    await stage.running.gateway.refresh();
    for (let round = 0; round < 20; round++) await call(caller);
    expect(usedSince(asked + 2)).toContain("sk-renewed");
    expect(usedSince(asked + 2)).not.toContain(failed);
  });

  test("are drawn by weight", async () => {
    const caller = await makeCaller();
    const [, heavy] = await credentialsOf(caller);
    await t.db.credential.update({ where: { id: heavy?.id ?? "" }, data: { weight: 3 } });
    await stage.running.gateway.refresh();
    stage.upstream.respondWith(good);
    const asked = stage.upstream.requests.length;
    const rounds = Array.from({ length: 400 }).keys();
    const work = async () => {
      for (const _round of rounds) await call(caller);
    };
    await Promise.all(Array.from({ length: 8 }, work));
    const share = usedSince(asked).filter((secret) => secret === "sk-second").length;
    // Of 400 draws 300 are expected; four standard deviations are 35.
    expect(share).toBeGreaterThan(265);
    expect(share).toBeLessThan(335);
  });

  test("are not needed: a provider without any is called without authorization", async () => {
    const caller = await stage.makeCaller({ model: { credentials: [] } });
    stage.upstream.enqueue(good);
    expect((await call(caller)).response.status).toBe(200);
    expect(stage.upstream.requests.at(-1)?.headers.authorization).toBeUndefined();
    expect((await stage.eventsOf(caller.key.id, 1))[0]?.credential_id).toBeNull();
  });

  test.each<[string, (caller: Caller) => Promise<unknown>]>([
    [
      "are switched off",
      ({ provider }) => t.db.credential.updateMany({ where: { provider_id: provider.id }, data: { enabled: false } }),
    ],
    [
      "have no weight",
      ({ provider }) => t.db.credential.updateMany({ where: { provider_id: provider.id }, data: { weight: 0 } }),
    ],
    [
      "cannot be opened",
      ({ provider }) =>
        t.db.credential.updateMany({ where: { provider_id: provider.id }, data: { secret: "v1.gone.AAAA.AAAA" } }),
    ],
    [
      "of a provider of the catalogue are missing",
      async ({ provider }) => {
        await t.db.credential.deleteMany({ where: { provider_id: provider.id } });
        await t.db.provider.update({ where: { id: provider.id }, data: { builtin: true } });
      },
    ],
  ])("where they %s, nothing is sent or charged, and the model is not listed", async (_name, spoil) => {
    const caller = await makeCaller();
    await spoil(caller);
    await stage.running.gateway.refresh();
    const asked = stage.upstream.requests.length;
    const { response, body } = await call(caller);
    expect([response.status, body]).toMatchObject([
      502,
      { error: { code: "provider_error", message: expect.stringContaining("no usable credential") } },
    ]);
    expect(stage.upstream.requests.length).toBe(asked);
    const client = stage.client(caller.secret);
    expect((await client.models.list()).data.map(({ id }) => id)).not.toContain(caller.model.name);
    expect(await failureOf(client.models.retrieve(caller.model.name))).toMatchObject({ code: "model_not_found" });
    expect(await t.db.usageEvent.count({ where: { key_id: caller.key.id } })).toBe(0);
  });
});
