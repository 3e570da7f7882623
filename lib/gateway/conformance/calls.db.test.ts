import { describe, expect, test } from "vitest";
import { chatBody, doors, newRequestId, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeBudget } from "@/lib/testing/gateway";
import { chatCompletion, errorResponse, head, jsonResponse, usageOf, write } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

describe.each(doors)("a call in one piece behind the %s door", (door) => {
  const stage = openStage(t, { door });

  test("goes on byte for byte, comes back byte for byte, and is booked exactly on every level", async () => {
    const parent = await makeTeam(t.db);
    const team = await makeTeam(t.db, { parent_id: parent.id });
    const user = await makeUser(t.db);
    await makeMember(t.db, team, user);
    const caller = await stage.makeCaller({
      key: { user_id: user.id, team_id: team.id, tags: ["blue"] },
      model: { price: { input: "3", cached: "0.3", output: "15" } },
    });
    const scopes = [
      { type: "key", id: caller.key.id },
      { type: "member", id: `${team.id}/${user.id}` },
      { type: "user", id: user.id },
      { type: "team", id: team.id },
      { type: "team", id: parent.id },
    ];
    for (const scope of scopes) await makeBudget(t.db, scope, "5", { period: "monthly" });
    await stage.running.gateway.refresh();
    // Spaces, escapes and a number that JSON.parse cannot hold: nothing of it may be written anew.
    const sent = `\n{ "model" : ${JSON.stringify(caller.model.name)}, "messages":[{"role":"user","content":"h\\u0069 \\/ é"}],"seed":12345678901234567890 }\n`;
    const usage = usageOf({ prompt: 1000, cached: 200, completion: 50, reasoning: 20 });
    const answer = `{ "id": "x",\r\n "choices": [{"message":{"content":"h\\u00e9llo"}}], "usage": ${JSON.stringify(usage)}, "odd": 1e400 }`;
    stage.upstream.enqueue(jsonResponse(200, answer));
    const requestId = newRequestId();
    const response = await stage.send(caller.secret, sent, { requestId });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(answer);
    // 800 × 3 + 200 × 0.3 + 50 × 15 USD per million tokens.
    expect(response.headers.get("x-pllm-cost-usd")).toBe("0.00321");
    expect(stage.upstream.requests.at(-1)?.rawBody.toString()).toBe(sent);
    expect(await stage.eventOf(requestId)).toMatchObject({
      status: "ok",
      prompt_tokens: 1000,
      cached_tokens: 200,
      completion_tokens: 50,
      reasoning_tokens: 20,
      cost_nano: 3_210_000n,
      cost_source: "usage",
      user_id: user.id,
      team_id: team.id,
      team_path: [parent.id, team.id],
      tags: ["blue"],
      attempts: 1,
      http_status: 200,
      is_stream: false,
    });
    const accounts = await t.db.budgetPeriod.findMany({
      where: { budget: { scope_id: { in: scopes.map((scope) => scope.id) } } },
    });
    expect(accounts.map(({ spent_nano, held_nano }) => [spent_nano, held_nano])).toEqual(
      scopes.map(() => [3_210_000n, 0n]),
    );
  });

  test("embeddings go the same way, and are held for every text that they embed", async () => {
    const caller = await stage.makeCaller({
      model: { kind: "embedding", maxInputTokens: 100, maxOutputTokens: 0, price: { input: "2", output: "0" } },
    });
    await makeBudget(t.db, { type: "key", id: caller.key.id }, "0.0003");
    await stage.running.gateway.refresh();
    const embed = (input: unknown) =>
      stage.send(caller.secret, { model: caller.model.name, input }, { path: "/embeddings" });
    const text = "x".repeat(200);
    // One text fills its window of 100 tokens at most; three of them fill three.
    const refused = await embed([text, text, text]);
    expect([refused.status, await refused.json()]).toMatchObject([413, { error: { code: "request_too_large" } }]);
    const answer = { object: "list", data: [{ embedding: [0.5] }], usage: { prompt_tokens: 40, total_tokens: 40 } };
    stage.upstream.enqueue(jsonResponse(200, answer));
    const response = await embed([[1, 2, 3]]);
    expect(await response.json()).toEqual(answer);
    expect(stage.upstream.requests.at(-1)?.path).toBe("/v1/embeddings");
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({
      endpoint: "embeddings",
      cost_nano: 80_000n,
      cost_source: "usage",
      completion_tokens: 0,
    });
  });

  test("without room it is refused before the provider hears of it, and the binding budget is named", async () => {
    const team = await makeTeam(t.db, { name: `Tight ${door}` });
    const caller = await stage.makeCaller({
      key: { type: "team", team_id: team.id },
      model: { price: { input: "0", output: "1000" } },
    });
    const budget = await makeBudget(t.db, { type: "team", id: team.id }, "0.5");
    await stage.running.gateway.refresh();
    const asked = stage.upstream.requests.length;
    const call = (max_tokens: number) => stage.send(caller.secret, chatBody(caller.model, { max_tokens }));
    stage.upstream.enqueue(chatCompletion({ usage: usageOf({ prompt: 1, completion: 400 }) }));
    await (await call(400)).text();
    await stage.eventsOf(caller.key.id, 1);
    const exceeded = await call(400);
    expect([exceeded.status, exceeded.headers.get("x-should-retry"), await exceeded.json()]).toMatchObject([
      429,
      "false",
      {
        error: {
          type: "budget_error",
          code: "budget_exceeded",
          message: expect.stringContaining(`"Tight ${door}"`),
          details: { budget: { id: budget.id }, limit_usd: "0.50", spent_usd: "0.40", held_usd: "0.00" },
        },
      },
    ]);
    const tooLarge = await call(900);
    expect([tooLarge.status, await tooLarge.json()]).toMatchObject([413, { error: { code: "request_too_large" } }]);
    expect(tooLarge.headers.get("retry-after")).toBeNull();
    expect(stage.upstream.requests.length).toBe(asked + 1);
  });

  test("a call whose bound no account could hold is refused, though no budget binds it", async () => {
    const caller = await stage.makeCaller({
      model: { price: { input: "0", output: "1000000000" }, maxOutputTokens: 100_000_000 },
    });
    const asked = stage.upstream.requests.length;
    const answer = await stage.send(caller.secret, chatBody(caller.model, { max_tokens: 100_000_000 }));
    expect([answer.status, await answer.json()]).toMatchObject([413, { error: { code: "request_too_large" } }]);
    expect(stage.upstream.requests.length).toBe(asked);
  });

  test("what other calls hold is told apart: budget_busy, with the time to wait", async () => {
    const caller = await stage.makeCaller({ model: { price: { input: "0", output: "1000" } } });
    await makeBudget(t.db, { type: "key", id: caller.key.id }, "0.5");
    await stage.running.gateway.refresh();
    const gate = stage.upstream.gate();
    const [first, ...rest] = chatCompletion({ usage: usageOf({ prompt: 1, completion: 1 }) });
    const asked = stage.upstream.requests.length;
    stage.upstream.enqueue([{ do: "wait", until: gate.opened }, ...(first ? [first] : []), ...rest]);
    const running = stage.send(caller.secret, chatBody(caller.model, { max_tokens: 400 }));
    await stage.upstream.waitForRequests(asked + 1);
    const busy = await stage.send(caller.secret, chatBody(caller.model, { max_tokens: 400 }));
    expect([busy.status, await busy.json()]).toMatchObject([429, { error: { code: "budget_busy" } }]);
    expect(Number(busy.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(busy.headers.get("x-should-retry")).toBeNull();
    gate.open();
    expect((await running).status).toBe(200);
  });

  test.each([400, 409, 413, 422])(
    "a refusal with %i is the caller's own, comes back as it is, and is free",
    async (status) => {
      const caller = await stage.makeCaller();
      const refusal = `{"error": {"message":"no, \\u0022thanks\\u0022","type":"invalid_request_error","param":"messages","code":null}}`;
      stage.upstream.enqueue(jsonResponse(status, refusal));
      const response = await stage.send(caller.secret, chatBody(caller.model));
      expect([response.status, await response.text()]).toEqual([status, refusal]);
      const [event] = await stage.eventsOf(caller.key.id, 1);
      expect(event).toMatchObject({
        status: "error",
        error_code: "refused_by_provider",
        http_status: status,
        cost_nano: 0n,
        attempts: 1,
      });
    },
  );

  test.each([
    ["401", errorResponse(401)],
    ["402", errorResponse(402)],
    ["403", errorResponse(403)],
    ["404", errorResponse(404)],
    ["500", errorResponse(500)],
    ["a redirect", [head(307, { location: "http://127.0.0.1:1/" }), write('{"error":{"message":"elsewhere"}}')]],
    ["a refusal that is not JSON", [head(400, { "content-type": "text/html" }), write("<h1>Bad</h1>")]],
  ])("%s concerns our account or route, and becomes a provider_error that says nothing more", async (_name, script) => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(script);
    const response = await stage.send(caller.secret, chatBody(caller.model));
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      error: { type: "provider_error", param: null, code: "provider_error" },
    });
    const [event] = await stage.eventsOf(caller.key.id, 1);
    expect(event).toMatchObject({ status: "error", error_code: "provider_error", cost_nano: 0n });
  });
});
