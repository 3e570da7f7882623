import { afterEach, describe, expect, test } from "vitest";
import type { Prisma } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";
import { type Caller, chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { type ModelOptions, makeModel } from "@/lib/testing/gateway";
import { chatCompletion, usageOf } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

interface Rules {
  allowed_models?: string[];
  blocked_models?: string[];
}

describe.each(doors)("models at the %s door", (door) => {
  const stage = openStage(t, { door });
  afterEach(() => t.db.settings.deleteMany());

  const setSettings = async (data: Prisma.InputJsonObject) => {
    await t.db.settings.upsert({ where: { id: 1 }, create: { id: 1, data }, update: { data } });
    await stage.running.gateway.refresh();
  };
  async function call(secret: string, model: string, fields: Record<string, unknown> = {}) {
    stage.upstream.respondWith(chatCompletion({ usage: usageOf({ prompt: 10, completion: 5 }) }));
    const response = await stage.send(secret, chatBody(model, fields));
    const body = (await response.json()) as { error?: { code: string; param: string; details?: unknown } };
    return { status: response.status, headers: response.headers, error: body.error };
  }
  const get = async (secret: string, path: string) => {
    const response = await fetch(stage.running.url + path, { headers: { authorization: `Bearer ${secret}` } });
    return {
      status: response.status,
      body: (await response.json()) as { data: { id: string }[]; error?: { code: string } },
    };
  };

  describe("rules", () => {
    /** A key at the end of a whole chain, with three models, and a way to set the rules of each level. */
    async function makeChain() {
      const organisation = await makeTeam(t.db);
      const team = await makeTeam(t.db, { parent_id: organisation.id });
      const user = await makeUser(t.db);
      await makeMember(t.db, team, user);
      const parent = await makeKey(t.db, { user_id: user.id, team_id: team.id });
      const child = await makeKey(t.db, { user_id: user.id, team_id: team.id, parent_key_id: parent.key.id });
      const tag = newId("model").slice(-8);
      const names = [`alpha-1-${tag}`, `alpha-2-${tag}`, `beta-1-${tag}`];
      const { provider } = await makeModel(t.db, stage.upstream.url, { name: names[0] ?? "" });
      for (const name of names.slice(1)) await makeModel(t.db, stage.upstream.url, { name, provider });
      const { name: providerName } = await t.db.provider.findUniqueOrThrow({ where: { id: provider.id } });
      const levels: Record<string, (rules: Rules) => Promise<unknown>> = {
        key: (data) => t.db.key.update({ where: { id: child.key.id }, data }),
        "parent key": (data) => t.db.key.update({ where: { id: parent.key.id }, data }),
        user: (data) => t.db.user.update({ where: { id: user.id }, data }),
        team: (data) => t.db.team.update({ where: { id: team.id }, data }),
        organisation: (data) => t.db.team.update({ where: { id: organisation.id }, data }),
        defaults: ({ allowed_models = [], blocked_models = [] }) =>
          setSettings({ default_allowed_models: allowed_models, default_blocked_models: blocked_models }),
      };
      const shortNames = names.map((name) => name.slice(0, -tag.length - 1));
      /** Which of the three may be called; listing, retrieving and calling have to agree. */
      const permitted = async () => {
        await stage.running.gateway.refresh();
        const listed = (await get(child.secret, "/models")).body.data.map(({ id }) => id);
        const open: string[] = [];
        for (const [index, name] of names.entries()) {
          const { status, error } = await call(child.secret, name);
          const retrieved = await get(child.secret, `/models/${name}`);
          expect([status, error?.code]).toEqual(status === 200 ? [200, undefined] : [403, "model_not_allowed"]);
          // What a key may not use does not exist for it.
          expect([retrieved.status, retrieved.body.error?.code]).toEqual(
            status === 200 ? [200, undefined] : [404, "model_not_found"],
          );
          expect(listed.includes(name)).toBe(status === 200);
          if (status === 200) open.push(shortNames[index] ?? "");
        }
        return open;
      };
      return { secret: child.secret, names, providerName, tag, levels, permitted };
    }

    test.each(["key", "parent key", "user", "team", "organisation", "defaults"])(
      "of the %s alone are enough to refuse",
      async (level) => {
        const { levels, permitted, secret, names, providerName, tag } = await makeChain();
        const set = levels[level] ?? expect.fail();
        expect(await permitted()).toEqual(["alpha-1", "alpha-2", "beta-1"]);
        await set({ allowed_models: ["alpha-*"] });
        expect(await permitted()).toEqual(["alpha-1", "alpha-2"]);
        const { error } = await call(secret, names[2] ?? "");
        expect(error).toMatchObject({
          param: "model",
          details: {
            level: { type: level === "organisation" || level === "defaults" ? "team" : level.split(" ").at(-1) },
          },
        });
        await set({ allowed_models: [], blocked_models: [`alpha-2-${tag}`, "be*1*"] });
        expect(await permitted()).toEqual(["alpha-1"]);
        await set({ allowed_models: ["alpha-*"], blocked_models: ["*-1-*"] });
        expect(await permitted()).toEqual(["alpha-2"]);
        await set({ allowed_models: [`${providerName}/beta*`], blocked_models: [] });
        expect(await permitted()).toEqual(["beta-1"]);
        await set({ allowed_models: ["alpha-"], blocked_models: [] });
        expect(await permitted()).toEqual([]);
      },
    );

    test("of all levels are intersected", async () => {
      const { levels, permitted } = await makeChain();
      await levels.organisation?.({ allowed_models: ["alpha-*", "beta-*"] });
      await levels.team?.({ allowed_models: ["alpha-*"], blocked_models: [] });
      await levels["parent key"]?.({ allowed_models: ["*-1-*"] });
      expect(await permitted()).toEqual(["alpha-1"]);
      await levels.user?.({ blocked_models: ["alpha-1*"] });
      expect(await permitted()).toEqual([]);
    });
  });

  test("of two providers with one name: the plain one is the older's, provider/name is always that provider's", async () => {
    const name = `shared-${door}`;
    const older = await stage.makeCaller({ model: { name, credentials: ["sk-older"] } });
    const newer = await stage.makeCaller({ model: { name, credentials: ["sk-newer"] } });
    const [first, second] = await Promise.all(
      [older, newer].map(({ provider }) => t.db.provider.findUniqueOrThrow({ where: { id: provider.id } })),
    );
    for (const [asked, owner, secret] of [
      [name, first, "sk-older"],
      [`${first?.name}/${name}`, first, "sk-older"],
      [`${second?.name}/${name}`, second, "sk-newer"],
    ] as const) {
      const { status, headers } = await call(older.secret, asked);
      expect([status, headers.get("x-pllm-provider"), headers.get("x-pllm-model")]).toEqual([200, owner?.name, name]);
      expect(stage.upstream.requests.at(-1)).toMatchObject({
        body: { model: name },
        headers: { authorization: `Bearer ${secret}` },
      });
      expect((await get(older.secret, `/models/${encodeURIComponent(asked)}`)).body).toMatchObject({
        owned_by: owner?.name,
      });
    }
    const listed = (await get(older.secret, "/models")).body.data.map(({ id }) => id).filter((id) => id.endsWith(name));
    expect(listed.sort()).toEqual([name, `${second?.name}/${name}`].sort());
  });

  test("serve their own endpoint only, and are not found under names that objects have", async () => {
    const chat = await stage.makeCaller();
    const embedding = await stage.makeCaller({ model: { kind: "embedding" } });
    expect(await call(chat.secret, embedding.model.name)).toMatchObject({
      status: 400,
      error: { code: "invalid_request", param: "model" },
    });
    const crossed = await stage.send(chat.secret, { model: chat.model.name, input: "x" }, { path: "/embeddings" });
    expect([crossed.status, await crossed.json()]).toMatchObject([400, { error: { param: "model" } }]);
    for (const name of ["__proto__", "constructor", "toString", "x".repeat(300)])
      expect(await call(chat.secret, name)).toMatchObject({
        status: 404,
        error: { code: "model_not_found", param: "model" },
      });
  });

  test("without a price are refused, or charged at the ceiling and flagged, whatever the usage says", async () => {
    const caller = await stage.makeCaller({ model: { price: null } });
    const asked = stage.upstream.requests.length;
    expect(await call(caller.secret, caller.model.name)).toMatchObject({
      status: 403,
      error: { code: "model_price_unknown", param: "model" },
    });
    expect(stage.upstream.requests.length).toBe(asked);
    await setSettings({
      unknown_price_policy: "ceiling",
      ceiling_price: { input_per_mtok_usd: "3", output_per_mtok_usd: "7" },
    });
    const { status, headers } = await call(caller.secret, caller.model.name);
    expect([status, headers.get("x-pllm-cost-usd")]).toEqual([200, "0.000065"]);
    stage.upstream.enqueue(chatCompletion({ content: "" }));
    await (await stage.send(caller.secret, chatBody(caller.model))).text();
    const [exact, estimated] = await stage.eventsOf(caller.key.id, 2);
    expect(exact).toMatchObject({ cost_source: "ceiling", cost_nano: 65_000n, price_id: null });
    expect(estimated).toMatchObject({ cost_source: "ceiling", price_id: null });
    expect(estimated?.cost_nano).toBeGreaterThan(0n);
  });

  describe("are held for the most that a call can cost", () => {
    const perOutput = { price: { input: "0", output: "1" } };
    const perInput = { price: { input: "1", output: "0" } };
    const estimateOf = async (caller: Caller, fields: Record<string, unknown>) => {
      await call(caller.secret, caller.model.name, fields);
      return Number((await stage.eventsOf(caller.key.id, 1))[0]?.estimate_nano) / 1_000;
    };
    const image = { type: "image_url", image_url: { url: "https://example.test/a.png" } };
    const audio = { type: "input_audio", input_audio: { data: "", format: "wav" } };
    const parts = (content: unknown[]) => ({ messages: [{ role: "user", content }] });

    test.each<[name: string, model: ModelOptions, fields: Record<string, unknown>, tokens: number]>([
      ["the model's longest answer", perOutput, {}, 1_000],
      ["the answer asked for", perOutput, { max_tokens: 50 }, 50],
      ["the answer asked for by its newer name", perOutput, { max_completion_tokens: 60 }, 60],
      ["no more than the model can say", perOutput, { max_tokens: 5_000 }, 1_000],
      ["every choice", perOutput, { max_tokens: 50, n: 3 }, 150],
      ["every choice of the longest", perOutput, { n: 128 }, 128_000],
      ["a long answer where nobody says how long", { ...perOutput, maxOutputTokens: null }, {}, 32_768],
      ["an even longer one, if asked for", { ...perOutput, maxOutputTokens: null }, { max_tokens: 100_000 }, 100_000],
      ["the model's window", { ...perInput, maxInputTokens: 20 }, {}, 20],
      ["its window, whatever is shown to it", { ...perInput, maxInputTokens: 20 }, parts([image, image]), 20],
      [
        "the dearest way to read a prompt",
        { maxInputTokens: 10, price: { input: "1", cached: "2", cacheWrite: "5", output: "0" } },
        {},
        50,
      ],
    ])("that is %s", async (_name, model, fields, tokens) => {
      expect(await estimateOf(await stage.makeCaller({ model }), fields)).toBe(tokens);
    });

    test("that is as many tokens as the body has bytes, and a bound for everything that it only refers to", async () => {
      for (const content of [
        [{ type: "text", text: "é" }],
        [image, { type: "text", text: "x" }, audio],
        [image, image, image],
      ]) {
        const caller = await stage.makeCaller({ model: { ...perInput, maxInputTokens: null } });
        const bytes = Buffer.byteLength(JSON.stringify(chatBody(caller.model, parts(content))));
        const media = content.filter(({ type }) => type !== "text").length;
        expect(await estimateOf(caller, parts(content))).toBe(bytes + media * 50_000);
      }
    });
  });
});
