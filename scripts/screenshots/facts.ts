/** What the pictures need beside the seeded organisation: a developer with a key, a budget and calls of today. */
import { setTimeout as delay } from "node:timers/promises";
import type { DemoServer } from "../demo/server";
import type { Facts } from "./shots";

interface Thing {
  id: string;
  name?: string;
}

/** How often each model is called. */
const calls = { "sim-small": 9, "sim-large": 4, "sim-cached": 3 };

function clientOf({ url, masterKey }: DemoServer) {
  return async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${masterKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  };
}

async function call(url: string, secret: string, model: string): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", "user-agent": "openai-python" },
    body: JSON.stringify({ model, max_tokens: 200, messages: [{ role: "user", content: "What is a budget for?" }] }),
  });
  if (!response.ok) throw new Error(`a call answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

function firstOf(things: readonly Thing[], what: string): Thing {
  const [first] = things;
  if (!first) throw new Error(`there is no ${what}`);
  return first;
}

/** The developer has signed in already, and is a member of the team Platform. */
export async function makeFacts(server: DemoServer): Promise<Facts> {
  const ask = clientOf(server);
  const list = async (path: string) => (await ask<{ data: Thing[] }>("GET", path)).data;
  const developer = firstOf(await list("/users?q=dora"), "developer");
  const team = firstOf(await list("/teams?q=Platform"), "team");
  await ask("POST", "/budgets", {
    scope: { type: "user", id: developer.id },
    limit_usd: "0.05",
    period: "monthly",
  });
  await ask("POST", "/budgets", { scope: { type: "team", id: team.id }, limit_usd: "40", period: "monthly" });
  const { key, secret } = await ask<{ key: Thing; secret: string }>("POST", "/keys", {
    type: "user",
    name: "laptop",
    user_id: developer.id,
    team_id: team.id,
    rpm_limit: 60,
    expires_in: "90d",
  });
  for (const [model, count] of Object.entries(calls))
    for (let index = 0; index < count; index++) await call(server.url, secret, model);
  for (let waits = 0; waits < 100; waits++) {
    const booked = await list(`/usage/events?key_id=${key.id}&limit=50`);
    if (booked.length === Object.values(calls).reduce((sum, count) => sum + count)) break;
    await delay(100);
  }
  const largest = "/budgets?scope_type=team&sort=-limit&limit=1";
  return {
    callId: firstOf(await list(`/usage/events?key_id=${key.id}&limit=1`), "call").id,
    budgetId: firstOf(await list(largest), "budget").id,
    keyId: key.id,
  };
}
