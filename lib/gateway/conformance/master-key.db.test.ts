import { beforeAll, describe, expect, test } from "vitest";
import { generateSecret } from "@/lib/auth/key-format";
import { ensureMasterKey } from "@/lib/auth/master-key";
import { chatBody, doors, newRequestId, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { chatCompletion, usageOf } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const kinds = [
  ["one that a person chose", "a-master-key-that-somebody-chose-7Kq2"],
  ["one of our format", generateSecret("master")],
] as const;

describe.each(doors)("the master key at the %s door", (door) => {
  describe.each(kinds)("where it may call models, %s", (_name, secret) => {
    beforeAll(async () => {
      await ensureMasterKey(t.db, secret);
    });
    const stage = openStage(t, { door, env: { PLLM_MASTER_KEY: secret, PLLM_MASTER_KEY_CALLS_MODELS: "on" } });
    const get = (path: string, headers: Record<string, string>) => fetch(stage.running.url + path, { headers });

    test("calls every model, is charged to nobody, and is over once another one is in force", async () => {
      const { model } = await stage.makeCaller();
      stage.upstream.respondWith(chatCompletion({ usage: usageOf({ prompt: 10, completion: 5 }) }));
      const requestId = newRequestId();
      expect((await stage.send(secret, chatBody(model), { requestId })).status).toBe(200);
      expect(await stage.eventOf(requestId)).toMatchObject({
        key_id: null,
        user_id: null,
        team_id: null,
        cost_nano: 20_000n,
        budget_ids: [],
      });
      expect((await get("/models", { "x-api-key": secret })).status).toBe(200);
      expect(await (await get("/me", { authorization: `Bearer ${secret}` })).json()).toMatchObject({
        id: null,
        name: "master key",
        budgets: [],
      });
      for (const wrong of [`${secret}x`, secret.slice(0, -1), generateSecret("master")])
        expect((await get("/models", { authorization: `Bearer ${wrong}` })).status).toBe(401);
      await ensureMasterKey(t.db, "another-master-key-altogether-9XcR");
      const refused = await eventually(async () => {
        const response = await stage.send(secret, chatBody(model));
        return response.status === 401 ? response : undefined;
      }, 1_000);
      expect(await refused.json()).toMatchObject({ error: { code: "invalid_api_key" } });
      const seen = stage.upstream.requests.length;
      expect((await stage.send(secret, chatBody(model))).status).toBe(401);
      expect(stage.upstream.requests.length).toBe(seen);
    });
  });

  describe("where it may not", () => {
    const [, secret] = kinds[0];
    beforeAll(async () => {
      await ensureMasterKey(t.db, secret);
    });
    const stage = openStage(t, { door, env: { PLLM_MASTER_KEY: secret } });

    test("is no key at all", async () => {
      const { model } = await stage.makeCaller();
      const response = await stage.send(secret, chatBody(model));
      expect([response.status, await response.json()]).toMatchObject([401, { error: { code: "invalid_api_key" } }]);
      expect(stage.upstream.requests.length).toBe(0);
    });
  });
});
