/** Calls for the pages of usage: a team with a budget and a limit, a key of it with a tag, one call that ran and one that was refused. */
import type { APIRequestContext } from "@playwright/test";
import { expect } from "./fixtures";
import { masterKey } from "./settings";

const authorization = `Bearer ${masterKey}`;

async function create<T>(request: APIRequestContext, path: string, data: object): Promise<T> {
  const answer = await request.post(`/api/v1${path}`, { data, headers: { authorization } });
  expect(answer.status(), `${path}: ${await answer.text()}`).toBe(201);
  return answer.json();
}

export interface Calls {
  teamId: string;
  keyId: string;
}

/** Resolves once both are told by the API. `name` is unlike any other team's. */
export async function makeCalls(request: APIRequestContext, name: string): Promise<Calls> {
  const team = await create<{ id: string }>(request, "/teams", {
    name,
    rpm_limit: 50,
    budget: { limit_usd: "5", period: "monthly" },
  });
  const { key, secret } = await create<{ key: { id: string }; secret: string }>(request, "/keys", {
    type: "team",
    name: `${name} key`,
    team_id: team.id,
    tags: [`tag-${team.id}`],
    blocked_models: ["sim-large"],
  });
  const call = (model: string) =>
    request.post("/v1/chat/completions", {
      data: { model, max_tokens: 20, messages: [{ role: "user", content: "Hello" }] },
      headers: { authorization: `Bearer ${secret}` },
    });
  const ran = await call("sim-small");
  expect(ran.status(), await ran.text()).toBe(200);
  expect((await call("sim-large")).status()).toBe(403);
  for (const list of ["events", "refusals"]) {
    const count = async () => {
      const answer = await request.get(`/api/v1/usage/${list}?key_id=${key.id}`, { headers: { authorization } });
      return (await answer.json()).data.length;
    };
    await expect.poll(count, `${list} of ${name}`).toBe(1);
  }
  return { teamId: team.id, keyId: key.id };
}
