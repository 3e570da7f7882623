import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditBooks } from "@/lib/testing/books";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { type Door, makeBudget, makeModel, type RunningGateway, startGateway } from "@/lib/testing/gateway";
import { type ScriptedUpstream, startUpstream } from "@/lib/testing/scripted-upstream";
import { chatCompletion, chatStream, errorResponse, usageOf } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

describe.each<Door>(["node", "web"])("the gateway behind its %s door", (door) => {
  let upstream: ScriptedUpstream;
  let running: RunningGateway;

  beforeAll(async () => {
    upstream = await startUpstream();
    running = await startGateway({ door });
  });
  afterAll(async () => {
    await running.close();
    await upstream.close();
    expect(await auditBooks(t.pool)).toEqual({});
  });

  const client = (apiKey: string) => new OpenAI({ apiKey, baseURL: running.url, maxRetries: 0 });
  const eventsOf = (keyId: string) => t.db.usageEvent.findMany({ where: { key_id: keyId }, orderBy: { id: "asc" } });
  const firstEventOf = (keyId: string) => eventually(async () => (await eventsOf(keyId))[0]);

  test("forwards a call byte for byte and books its exact cost on every level", async () => {
    const parent = await makeTeam(t.db);
    const team = await makeTeam(t.db, { parent_id: parent.id });
    const user = await makeUser(t.db);
    await makeMember(t.db, team, user);
    const { key, secret } = await makeKey(t.db, { user_id: user.id, team_id: team.id, tags: ["blue"] });
    const { model } = await makeModel(t.db, upstream.url, { price: { input: "3", cached: "0.3", output: "15" } });
    const scopes = [
      { type: "key", id: key.id },
      { type: "member", id: `${team.id}/${user.id}` },
      { type: "user", id: user.id },
      { type: "team", id: team.id },
      { type: "team", id: parent.id },
    ];
    for (const scope of scopes) await makeBudget(t.db, scope, "5", { period: "monthly" });
    await running.gateway.refresh();
    const body = JSON.stringify({
      model: model.name,
      messages: [{ role: "user", content: "hi" }],
      seed: 12345678901234567890n.toString().length,
    });
    upstream.enqueue(
      chatCompletion({
        content: "hello",
        model: model.name,
        usage: usageOf({ prompt: 1000, cached: 200, completion: 50, reasoning: 20 }),
      }),
    );
    const response = await fetch(`${running.url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body,
    });
    expect(response.status).toBe(200);
    // 800 × 3 + 200 × 0.3 + 50 × 15 USD per million tokens.
    expect(response.headers.get("x-pllm-cost-usd")).toBe("0.00321");
    expect(upstream.requests.at(-1)?.rawBody.toString()).toBe(body);
    expect(upstream.requests.at(-1)?.headers.authorization).toBe("Bearer sk-upstream");
    const event = await firstEventOf(key.id);
    expect(event).toMatchObject({
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

  test.each([
    { asks: false, name: "takes the usage chunk out where the caller did not ask for it" },
    { asks: true, name: "leaves it where they did" },
  ])("streams chunk by chunk and $name", async ({ asks }) => {
    const { key, secret } = await makeKey(t.db);
    const { model } = await makeModel(t.db, upstream.url);
    const plain = chatStream({
      tokens: ["a", "b", "c"],
      model: model.name,
      usage: usageOf({ prompt: 10, completion: 3 }),
      includeUsage: asks,
    });
    const full = chatStream({
      tokens: ["a", "b", "c"],
      model: model.name,
      usage: usageOf({ prompt: 10, completion: 3 }),
      includeUsage: true,
    });
    upstream.enqueue(full);
    const body = {
      model: model.name,
      messages: [{ role: "user", content: "hi" }],
      stream: true,
      ...(asks ? { stream_options: { include_usage: true } } : {}),
    };
    const response = await fetch(`${running.url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify(body),
    });
    const bytes = await response.text();
    const written = plain.flatMap((step) => (step.do === "write" ? [step.bytes.toString()] : [])).join("");
    const withoutIds = (text: string) => text.replace(/"(id|created)":("[^"]*"|\d+)/g, "");
    expect(withoutIds(bytes)).toBe(withoutIds(written));
    expect(upstream.requests.at(-1)?.body).toMatchObject({ stream_options: { include_usage: true } });
    expect(await firstEventOf(key.id)).toMatchObject({
      status: "ok",
      prompt_tokens: 10,
      completion_tokens: 3,
      is_stream: true,
    });
  });

  test("the official client lists models, completes, streams and embeds", async () => {
    const { secret } = await makeKey(t.db);
    const { model } = await makeModel(t.db, upstream.url);
    const openai = client(secret);
    const models = await openai.models.list();
    expect(models.data.map(({ id }) => id)).toContain(model.name);
    upstream.enqueue(
      chatCompletion({ content: "hello", model: model.name, usage: usageOf({ prompt: 5, completion: 1 }) }),
    );
    const completion = await openai.chat.completions.create({
      model: model.name,
      messages: [{ role: "user", content: "hi" }],
    });
    expect(completion.choices[0]?.message.content).toBe("hello");
    upstream.enqueue(
      chatStream({
        tokens: ["x", "y"],
        model: model.name,
        usage: usageOf({ prompt: 5, completion: 2 }),
        includeUsage: true,
      }),
    );
    let text = "";
    for await (const chunk of await openai.chat.completions.create({
      model: model.name,
      messages: [{ role: "user", content: "hi" }],
      stream: true,
    })) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
    expect(text).toBe("xy");
  });

  test("a call without room is refused before the provider hears of it, and names the binding budget", async () => {
    const team = await makeTeam(t.db, { name: `Tight ${door}` });
    const { secret } = await makeKey(t.db, { type: "team", team_id: team.id });
    const { model } = await makeModel(t.db, upstream.url, { price: { input: "0", output: "1000" } });
    const budget = await makeBudget(t.db, { type: "team", id: team.id }, "0.5");
    await running.gateway.refresh();
    const asked = upstream.requests.length;
    const openai = client(secret);
    upstream.enqueue(
      chatCompletion({ content: "x", model: model.name, usage: usageOf({ prompt: 1, completion: 400 }) }),
    );
    await openai.chat.completions.create({
      model: model.name,
      messages: [{ role: "user", content: "hi" }],
      max_tokens: 400,
    });
    await eventually(
      async () =>
        (await t.db.budgetPeriod.findFirst({
          where: { budget_id: budget.id, held_nano: 0n, spent_nano: 400_000_000n },
        })) ?? undefined,
    );
    const error = await openai.chat.completions
      .create({ model: model.name, messages: [{ role: "user", content: "hi" }], max_tokens: 400 })
      .catch((refusal) => refusal);
    expect(error).toMatchObject({
      status: 429,
      code: "budget_exceeded",
      error: { details: { budget: { id: budget.id }, limit_usd: "0.50", spent_usd: "0.40" } },
    });
    expect(error.headers.get("x-should-retry")).toBe("false");
    expect(upstream.requests.length).toBe(asked + 1);
    const tooLarge = await openai.chat.completions
      .create({ model: model.name, messages: [{ role: "user", content: "hi" }], max_tokens: 900 })
      .catch((refusal) => refusal);
    expect(tooLarge).toMatchObject({ status: 413, code: "request_too_large" });
  });

  test.each([
    ["no key", undefined, 401, "invalid_api_key"],
    ["a mistyped key", "sk-user-xyz", 401, "invalid_api_key"],
  ])("refuses %s in OpenAI's shape", async (_name, bearer, status, code) => {
    const response = await fetch(`${running.url}/models`, {
      headers: bearer ? { authorization: `Bearer ${bearer}` } : {},
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code, type: "authentication_error", param: null } });
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
  });

  test("revoking, blocking, expiry and a disabled owner are told apart, and hold from the next call on", async () => {
    const user = await makeUser(t.db);
    const { key, secret } = await makeKey(t.db, { user_id: user.id });
    const status = async () =>
      (await (await fetch(`${running.url}/models`, { headers: { authorization: `Bearer ${secret}` } })).json()) as {
        error?: { code: string };
      };
    expect((await status()).error).toBeUndefined();
    const becomes = (code: string | undefined) =>
      eventually(async () => ((await status()).error?.code === code ? true : undefined), 1_000);
    await t.db.user.update({ where: { id: user.id }, data: { disabled_at: new Date() } });
    await becomes("key_blocked");
    await t.db.user.update({ where: { id: user.id }, data: { disabled_at: null } });
    await becomes(undefined);
    await t.db.key.update({ where: { id: key.id }, data: { expires_at: new Date(Date.now() - 1) } });
    await becomes("key_expired");
    await t.db.key.update({ where: { id: key.id }, data: { revoked_at: new Date() } });
    await becomes("key_revoked");
  });

  test("another credential takes over before the first byte, and the failed one rests", async () => {
    const { secret } = await makeKey(t.db);
    const { model, provider } = await makeModel(t.db, upstream.url, { credentials: ["sk-one", "sk-two"] });
    const asked = upstream.requests.length;
    upstream.enqueue(
      errorResponse(429, { retryAfter: 60 }),
      chatCompletion({ content: "ok", model: model.name, usage: usageOf({ prompt: 1, completion: 1 }) }),
    );
    const answer = await client(secret).chat.completions.create({
      model: model.name,
      messages: [{ role: "user", content: "hi" }],
    });
    expect(answer.choices[0]?.message.content).toBe("ok");
    const [first, second] = upstream.requests.slice(asked);
    expect(new Set([first?.headers.authorization, second?.headers.authorization])).toEqual(
      new Set(["Bearer sk-one", "Bearer sk-two"]),
    );
    const rested = await eventually(
      async () =>
        (await t.db.credential.findFirst({ where: { provider_id: provider.id, cooldown_until: { not: null } } })) ??
        undefined,
    );
    expect(rested.cooldown_cause).toBe("http_429");
  });

  test("a refusal that is the caller's own goes through; one of our credential does not", async () => {
    const { key, secret } = await makeKey(t.db);
    const { model } = await makeModel(t.db, upstream.url);
    upstream.enqueue(errorResponse(400), errorResponse(401));
    const call = () =>
      client(secret)
        .chat.completions.create({ model: model.name, messages: [{ role: "user", content: "hi" }] })
        .catch((error) => error);
    expect(await call()).toMatchObject({ status: 400 });
    expect(await call()).toMatchObject({ status: 502, code: "provider_error" });
    const events = await eventually(async () =>
      (await eventsOf(key.id)).length === 2 ? await eventsOf(key.id) : undefined,
    );
    expect(events.map(({ status, cost_nano }) => [status, cost_nano])).toEqual([
      ["error", 0n],
      ["error", 0n],
    ]);
  });
});
