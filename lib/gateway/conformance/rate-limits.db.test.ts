import { afterEach, describe, expect, test } from "vitest";
import { type Caller, chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { makeBudget } from "@/lib/testing/gateway";
import { chatCompletion, chatStream, errorResponse, usageOf, wait } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();
const used = usageOf({ prompt: 10, completion: 5 });

describe.each(doors)("rate limits at the %s door", (door) => {
  const clock = createFakeClock(Date.now());
  const stage = openStage(t, { door, clock });

  async function call(caller: Caller, fields: Record<string, unknown> = {}) {
    const response = await stage.send(caller.secret, chatBody(caller.model, fields));
    const text = await response.text();
    const limits = Object.fromEntries([...response.headers].filter(([name]) => name.startsWith("x-ratelimit-")));
    const { error } = response.status === 200 ? { error: null } : JSON.parse(text);
    return { status: response.status, limits, error, retryAfter: response.headers.get("retry-after") };
  }
  const guessOf = (caller: Caller, fields: { max_tokens: number }) =>
    Math.ceil(JSON.stringify(chatBody(caller.model, fields)).length / 4) + fields.max_tokens;

  test("on requests: a bucket of a minute, told in headers on answers and refusals", async () => {
    const caller = await stage.makeCaller({ key: { rpm_limit: 3 } });
    stage.upstream.respondWith(chatCompletion({ usage: used }));
    const figures = (remaining: string, reset: string) => ({
      "x-ratelimit-limit-requests": "3",
      "x-ratelimit-remaining-requests": remaining,
      "x-ratelimit-reset-requests": reset,
    });
    expect(await call(caller)).toMatchObject({ status: 200, limits: figures("2", "20s") });
    expect(await call(caller, { stream: false })).toMatchObject({ status: 200, limits: figures("1", "40s") });
    expect(await call(caller)).toMatchObject({ status: 200, limits: figures("0", "60s") });
    const refused = await call(caller);
    expect(refused).toMatchObject({ status: 429, limits: figures("0", "60s"), retryAfter: "20" });
    expect(refused.error).toMatchObject({
      type: "rate_limit_error",
      code: "rate_limit_exceeded",
      param: null,
      details: { limit: { kind: "requests", value: 3 }, level: { type: "key", id: caller.key.id } },
    });
    clock.advance(19_900);
    expect(await call(caller)).toMatchObject({ status: 429, retryAfter: "1" });
    clock.advance(100);
    expect(await call(caller)).toMatchObject({ status: 200, limits: figures("0", "60s") });
  });

  test("on tokens: taken by estimate, put right by the usage, told in headers", async () => {
    const caller = await stage.makeCaller({ key: { tpm_limit: 1_000 } });
    stage.upstream.respondWith(chatCompletion({ usage: used }));
    const fields = { max_tokens: 400 };
    const guess = guessOf(caller, fields);
    expect(await call(caller, fields)).toMatchObject({
      status: 200,
      limits: { "x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": `${1_000 - guess}` },
    });
    const second = await call(caller, fields);
    expect(second.limits["x-ratelimit-remaining-tokens"]).toBe(`${1_000 - 15 - guess}`);
    const refused = await call(caller, { max_tokens: 1_000 });
    expect(refused).toMatchObject({ status: 429, error: { details: { limit: { kind: "tokens", value: 1_000 } } } });
    expect(refused.limits["x-ratelimit-remaining-tokens"]).toBe("970");
    // 30 tokens come back in 1.8 seconds, and a full bucket lets even a larger call pass.
    expect(refused.retryAfter).toBe("2");
    clock.advance(1_800);
    expect((await call(caller, { max_tokens: 1_000 })).status).toBe(200);
  });

  test("on tokens are not emptied by asking for more than the model can say", async () => {
    const caller = await stage.makeCaller({ key: { tpm_limit: 10_000 }, model: { maxOutputTokens: 1_000 } });
    const gate = stage.upstream.gate();
    const asked = stage.upstream.requests.length;
    stage.upstream.enqueue([wait(gate), ...chatCompletion({ usage: used })], chatCompletion({ usage: used }));
    const first = call(caller, { max_tokens: 100_000_000 });
    await stage.upstream.waitForRequests(asked + 1);
    const second = await call(caller);
    expect(second.status).toBe(200);
    expect(Number(second.limits["x-ratelimit-remaining-tokens"])).toBeGreaterThan(8_900);
    gate.open();
    await first;
  });

  test("on calls at once: the place is free again when the answer is there, however it ended", async () => {
    const caller = await stage.makeCaller({ key: { parallel_limit: 2, rpm_limit: 1_000 } });
    const gate = stage.upstream.gate();
    const asked = stage.upstream.requests.length;
    stage.upstream.enqueue(
      [wait(gate), ...errorResponse(500)],
      [wait(gate), ...chatStream({ tokens: ["a"], usage: used })],
    );
    const running = [call(caller), call(caller, { stream: true })];
    await stage.upstream.waitForRequests(asked + 2);
    const refused = await call(caller);
    expect(refused).toMatchObject({
      status: 429,
      retryAfter: "1",
      error: { details: { limit: { kind: "parallel", value: 2 } } },
    });
    expect(refused.limits["x-ratelimit-remaining-requests"]).toBe("998");
    gate.open();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([502, 200]);
    const single = await stage.makeCaller({ key: { parallel_limit: 1 } });
    stage.upstream.respondWith(({ headers }) =>
      headers.accept === "text/event-stream"
        ? chatStream({ tokens: ["a"], usage: used })
        : chatCompletion({ usage: used }),
    );
    for (let round = 0; round < 20; round++) expect((await call(single, { stream: round % 2 === 0 })).status).toBe(200);
    // Hanging up, being refused for the budget and sending nonsense free the place as well.
    const gone = new AbortController();
    const before = stage.upstream.requests.length;
    stage.upstream.enqueue([wait(stage.upstream.gate())]);
    const lost = stage.send(single.secret, chatBody(single.model, { stream: true }), { signal: gone.signal });
    await stage.upstream.waitForRequests(before + 1);
    gone.abort();
    await expect(lost).rejects.toThrow();
    await eventually(async () => ((await call(single)).status === 200 ? true : undefined));
    expect((await stage.send(single.secret, "{")).status).toBe(400);
    expect((await call(single)).status).toBe(200);
  });

  test("are given back where a budget refuses", async () => {
    const caller = await stage.makeCaller({ key: { rpm_limit: 5, tpm_limit: 5_000, parallel_limit: 1 } });
    await makeBudget(t.db, { type: "key", id: caller.key.id }, "0.000001");
    await stage.running.gateway.refresh();
    for (let round = 0; round < 8; round++) {
      const refused = await call(caller, { max_tokens: 900 });
      expect(refused).toMatchObject({ status: 413, error: { code: "request_too_large" } });
      expect(refused.limits).toMatchObject({
        "x-ratelimit-limit-requests": "5",
        "x-ratelimit-remaining-requests": "4",
      });
    }
  });

  test("hold on every level of the chain, and the level that binds is named", async () => {
    const grandparent = await makeTeam(t.db, { name: `Organisation ${door}` });
    const team = await makeTeam(t.db, { name: "Team", parent_id: grandparent.id });
    const user = await makeUser(t.db);
    await makeMember(t.db, team, user);
    const parent = await makeKey(t.db, { name: "parent", user_id: user.id, team_id: team.id });
    const key = { name: "child", user_id: user.id, team_id: team.id, parent_key_id: parent.key.id };
    const caller = await stage.makeCaller({ key });
    const sibling = await stage.makeCaller({ key: { ...key, name: "sibling" } });
    stage.upstream.respondWith(chatCompletion({ usage: used }));
    const limits = [
      {
        level: { type: "team", name: `Organisation ${door}` },
        set: (rpm_limit: number | null) => t.db.team.update({ where: { id: grandparent.id }, data: { rpm_limit } }),
      },
      {
        level: { type: "team", name: "Team" },
        set: (rpm_limit: number | null) => t.db.team.update({ where: { id: team.id }, data: { rpm_limit } }),
      },
      {
        level: { type: "user", name: user.email },
        set: (rpm_limit: number | null) => t.db.user.update({ where: { id: user.id }, data: { rpm_limit } }),
      },
      {
        level: { type: "key", name: "parent" },
        set: (rpm_limit: number | null) => t.db.key.update({ where: { id: parent.key.id }, data: { rpm_limit } }),
      },
    ];
    for (const { level, set } of limits) {
      await set(2);
      await stage.running.gateway.refresh();
      expect((await call(caller)).limits["x-ratelimit-remaining-requests"]).toBe("1");
      // A sibling draws on the same bucket.
      expect((await call(sibling)).limits["x-ratelimit-remaining-requests"]).toBe("0");
      expect(await call(caller)).toMatchObject({ status: 429, error: { details: { level } } });
      await set(null);
      await stage.running.gateway.refresh();
      expect((await call(caller)).status).toBe(200);
    }
    await limits[0]?.set(100);
    await limits[2]?.set(50);
    await stage.running.gateway.refresh();
    expect((await call(caller)).limits).toMatchObject({
      "x-ratelimit-limit-requests": "50",
      // Two were used before the limit was raised.
      "x-ratelimit-remaining-requests": "47",
    });
  });

  describe("by default", () => {
    afterEach(() => t.db.settings.deleteMany());

    test("hold for keys that name none, and for none that does", async () => {
      const [plain, own] = [await stage.makeCaller(), await stage.makeCaller({ key: { rpm_limit: 9 } })];
      await t.db.settings.upsert({
        where: { id: 1 },
        create: { id: 1, data: { default_rpm_limit: 2 } },
        update: { data: { default_rpm_limit: 2 } },
      });
      await stage.running.gateway.refresh();
      stage.upstream.respondWith(chatCompletion({ usage: used }));
      expect((await call(plain)).limits["x-ratelimit-limit-requests"]).toBe("2");
      expect((await call(own)).limits["x-ratelimit-limit-requests"]).toBe("9");
      await call(plain);
      expect((await call(plain)).status).toBe(429);
    });
  });

  test("are not mentioned where there are none", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(chatCompletion({ usage: used }));
    expect((await call(caller)).limits).toEqual({});
  });
});
