/**
 * What the console asks of the control plane at the size of a large organisation: the first page, the search and every sort of each list,
 * with figures, the palette's search, burn-downs and the charts, through the routes in this process, on PostgreSQL as the product embeds
 * it.
 *
 * Method: scripts/seed makes `KEYS` (100,000) keys, `USERS` (5,000) people, `TEAMS` (500) teams and `EVENTS` (3,000,000) calls over 90
 * days. Each request is made `ROUNDS` (20) times, one at a time, authenticated by an admin's key, after three that only warm the
 * caches; the time is from the request to the last byte of the answer, without a network. `DATABASE_URL` names a database that was
 * seeded already, instead. What begins with "owner" is asked by the owner of the organisation, whose reach is all of its teams one by
 * one and no less; what begins with "my" by the person who spends most. An argument names the requests to make by a part of their
 * names. The last column says which of 300 ms (100 ms for search) was kept. Run: npx tsx bench/console.ts
 */
import { routes } from "@/app/api/v1/routes";
import { getConfig } from "@/lib/config/config";
import { createClient, getDb } from "@/lib/db/client";
import { createPool, getPool } from "@/lib/db/pool";
import { type AnswerBody, createApi } from "@/lib/testing/api";
import { makeAdminBearer, makeKey, makeMember, makePerson } from "@/lib/testing/factories";
import { seedOrganisation } from "../scripts/seed/seed";
import { openBench } from "./setup";

const sizes = {
  keys: Number(process.env.KEYS ?? 100_000),
  users: Number(process.env.USERS ?? 5_000),
  teams: Number(process.env.TEAMS ?? 500),
  events: Number(process.env.EVENTS ?? 3_000_000),
  audit: Number(process.env.AUDIT ?? 200_000),
  deliveries: Number(process.env.DELIVERIES ?? 50_000),
  requests: Number(process.env.REQUESTS ?? 2_000),
};
const rounds = Number(process.env.ROUNDS ?? 20);
const dayMs = 86_400_000;

async function openSeeded(): Promise<{ close(): Promise<void> }> {
  if (process.env.DATABASE_URL) return { close: async () => undefined };
  const bench = await openBench();
  const pool = createPool(bench.databaseUrl);
  const say = (what: string) => console.log(what);
  await seedOrganisation({ pool, db: bench.db, sizes, ring: getConfig().encryptionKeys, say });
  await pool.end();
  return bench;
}

const bench = await openSeeded();
const db = createClient(process.env.DATABASE_URL ?? "");
const admin = createApi(routes, await makeAdminBearer(db));

async function ask(path: string, api = admin): Promise<AnswerBody> {
  const answer = await api.get(path);
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function first(path: string, find: (row: AnswerBody) => boolean = () => true): Promise<AnswerBody> {
  const row = (await ask(path)).data.find(find);
  if (!row) throw new Error(`${path} has no such row`);
  return row;
}

const team = await first("/teams?limit=200&sort=-spend");
const person = await makePerson(db);
await makeMember(db, team, person.user, "owner");
const owner = createApi(routes, person.bearer);
const leaf = await first("/teams?limit=200&sort=name", (row) => (row.path as string[]).length === 4);
const user = await first("/users?limit=50&sort=-spend&include=figures");
const key = await first("/keys?limit=50&sort=-spend&include=figures");
const teamBudget = await first(`/budgets?scope_type=team&scope_id=${team.id}`);
const budgetOf = (type: string) => first(`/budgets?scope_type=${type}&limit=200&sort=-spent`);
const [keyBudget, userBudget] = [await budgetOf("key"), await budgetOf("user")];
const second = (await ask("/keys?limit=50&sort=-spend")).next_cursor;
const deep = (await ask("/keys?limit=200&sort=name")).next_cursor;
const event = await first("/usage/events");
const model = await first("/models?q=gpt-5-mini");
const provider = await first("/providers?q=openai");
const webhook = await first("/webhooks");
const actor = await first("/audit?actor_type=user&target_type=key&limit=1");
const own = await makeKey(db, { type: "user", user_id: user.id, scopes: ["*"] });
const developer = createApi(routes, own.secret);

const since = (days: number) => new Date(Math.floor(Date.now() / dayMs) * dayMs - days * dayMs).toISOString();
const usage = (days: number, rest: string) => `/usage/summary?from=${since(days)}&${rest}`;

const berlin = "timezone=Europe/Berlin";

const requests: Record<string, string> = {
  users: "/users?include=figures",
  "users: search": "/users?include=figures&q=garcia",
  "users: by e-mail": "/users?include=figures&sort=email",
  "users: by spend": "/users?include=figures&sort=-spend",
  "users: by budget": "/users?include=figures&sort=-budget_percent",
  "users: search by budget": "/users?include=figures&sort=-budget_percent&q=garcia",
  "users: disabled": "/users?include=figures&disabled=true",
  "users: of a role": "/users?include=figures&role=manager&sort=email",
  "users: of a team, by spend": `/users?include=figures&sort=-spend&team_id=${team.id}`,
  "users: one": `/users/${user.id}?include=figures`,
  invitations: "/invitations",
  teams: "/teams?include=figures",
  "teams: search": "/teams?include=figures&q=pay",
  "teams: by name": "/teams?include=figures&sort=name",
  "teams: by spend": "/teams?include=figures&sort=-spend",
  "teams: by budget": "/teams?include=figures&sort=-budget_percent",
  "teams: below one": `/teams?include=figures&parent_id=${team.id}&sort=name`,
  "teams: tree": "/teams?tree=true&include=figures",
  "teams: one": `/teams/${team.id}?include=figures`,
  "teams: members": `/teams/${leaf.id}/members?inherited=true`,
  "teams: effective": `/teams/${leaf.id}/effective`,
  keys: "/keys?include=figures",
  "keys: search": "/keys?include=figures&q=notebook&sort=name",
  "keys: rare search": "/keys?include=figures&q=guest notebook 99&sort=name",
  "keys: by name": "/keys?include=figures&sort=name",
  "keys: by name, further on": `/keys?include=figures&sort=name&limit=50&cursor=${deep}`,
  "keys: by age": "/keys?include=figures&sort=created_at",
  "keys: by spend": "/keys?include=figures&sort=-spend",
  "keys: by spend, second page": `/keys?include=figures&sort=-spend&cursor=${second}`,
  "keys: search by spend": "/keys?include=figures&sort=-spend&q=notebook",
  "keys: by budget": "/keys?include=figures&sort=-budget_percent",
  "keys: active by budget": "/keys?include=figures&sort=-budget_percent&status=active",
  "keys: active": "/keys?include=figures&status=active",
  "keys: revoked by name": "/keys?include=figures&status=revoked&sort=name",
  "keys: expired by name": "/keys?include=figures&status=expired&sort=name",
  "keys: of a tag by name": "/keys?include=figures&tag=production&sort=name",
  "keys: of a person": `/keys?include=figures&user_id=${user.id}`,
  "keys: of a team": `/keys?include=figures&team_id=${leaf.id}`,
  "keys: one": `/keys/${key.id}?include=figures`,
  "keys: chain of one": `/keys/${key.id}/chain`,
  budgets: "/budgets",
  "budgets: search": "/budgets?q=notebook",
  "budgets: search for nobody": "/budgets?q=zzqqxx",
  "budgets: search by percent": "/budgets?q=notebook&sort=-percent",
  "budgets: by percent": "/budgets?sort=-percent",
  "budgets: by spent": "/budgets?sort=-spent",
  "budgets: by limit": "/budgets?sort=-limit",
  "budgets: by reset": "/budgets?sort=resets_at",
  "budgets: at risk by percent": "/budgets?at_risk=true&sort=-percent",
  "budgets: of people by percent": "/budgets?scope_type=user&sort=-percent",
  "budgets: one": `/budgets/${teamBudget.id}`,
  "budgets: periods of one": `/budgets/${teamBudget.id}/periods`,
  "burn-down: a team, monthly": `/budgets/${teamBudget.id}/burn-down`,
  "burn-down: the busiest key": `/budgets/${keyBudget.id}/burn-down`,
  "burn-down: the busiest person": `/budgets/${userBudget.id}/burn-down`,
  alerts: "/alerts",
  "alerts: search": "/alerts?q=notebook",
  "alerts: search for nobody": "/alerts?q=zzqqxx",
  "alerts: of a budget": `/alerts?budget_id=${teamBudget.id}`,
  requests: "/requests?sort=-created_at",
  "requests: waiting": "/requests?decided=false&decidable=true&sort=created_at",
  "requests: decided": "/requests?decided=true&sort=-created_at",
  "requests: search": "/requests?q=garcia&sort=-created_at",
  models: "/models?sort=name",
  "models: search": "/models?q=gpt&sort=name",
  "models: by price": "/models?sort=-output_price",
  "models: without a price": "/models?price_known=false&sort=name",
  "models: one": `/models/${model.id}`,
  "models: prices of one": `/models/${model.id}/price`,
  providers: "/providers?include=figures&sort=name",
  "providers: search": "/providers?include=figures&q=open&sort=name",
  "providers: resting": "/providers?include=figures&resting=true",
  "providers: one": `/providers/${provider.id}?include=figures`,
  webhooks: "/webhooks?include=figures",
  "webhooks: one": `/webhooks/${webhook.id}?include=figures`,
  deliveries: `/webhooks/${webhook.id}/deliveries`,
  "deliveries: search": `/webhooks/${webhook.id}/deliveries?q=exceeded`,
  "deliveries: search for none": `/webhooks/${webhook.id}/deliveries?q=zzqqxx`,
  "deliveries: failed": `/webhooks/${webhook.id}/deliveries?state=failed`,
  "deliveries: pending": `/webhooks/${webhook.id}/deliveries?state=pending`,
  "deliveries: of a type": `/webhooks/${webhook.id}/deliveries?type=budget.exceeded`,
  "deliveries: failed, of a type": `/webhooks/${webhook.id}/deliveries?type=budget.exceeded&state=failed&sort=created_at`,
  audit: "/audit",
  "audit: search": "/audit?q=rotated",
  "audit: search for a person": "/audit?q=garcia",
  "audit: search for an address": "/audit?q=10.20.77.7",
  "audit: search for nobody": "/audit?q=zzqqxx",
  "audit: by keys": "/audit?actor_type=key",
  "audit: by people": "/audit?actor_type=user",
  "audit: by one": `/audit?actor_id=${actor.actor_id}`,
  "audit: on one thing": `/audit?target_id=${actor.target_id}`,
  "audit: on a key and what is on it": `/audit?target_id=${[key.id, keyBudget.id, user.id].join(",")}`,
  "audit: of an action": "/audit?action=key.revoked",
  "audit: of an action that never was": "/audit?action=webhook.disabled",
  "audit: of a day": `/audit?from=${since(40)}&to=${since(39)}`,
  "audit: oldest first": "/audit?sort=seq&target_type=team",
  status: "/status",
  events: "/usage/events",
  "events: search": "/usage/events?q=gpt-5-mini",
  "events: search for a request": `/usage/events?q=${event.request_id}`,
  "events: of a key": `/usage/events?key_id=${key.id}`,
  "events: of a team": `/usage/events?team_id=${team.id}`,
  "events: errors": "/usage/events?status=error",
  "events: one": `/usage/events/${event.id}`,
  refusals: "/usage/refusals",
  "search: a person": "/search?q=garcia",
  "search: a team": "/search?q=payments",
  "search: keys": "/search?q=notebook",
  "search: two letters": "/search?q=ad",
  "search: nothing": "/search?q=zzqqxx",
  "chart: today by hour": usage(0, "interval=hour"),
  "chart: 30 days by day": usage(29, ""),
  "chart: 30 days by model": usage(29, "group_by=model"),
  "chart: 30 days by team, total": usage(29, "group_by=team&interval=total"),
  "chart: 30 days by provider": usage(29, "group_by=provider"),
  "chart: 30 days by tag": usage(29, "group_by=tag"),
  "chart: 30 days by key": usage(29, "group_by=key&top=8"),
  "chart: 30 days by person": usage(29, "group_by=user&top=8"),
  "chart: 90 days by model": usage(89, "group_by=model"),
  "chart: 90 days by team": usage(89, "group_by=team&top=8"),
  "chart: 90 days by tag": usage(89, "group_by=tag&top=8"),
  "chart: 90 days by person": usage(89, "group_by=user&top=8"),
  "chart: 30 days of Berlin by model": usage(29, `group_by=model&top=8&${berlin}`),
  "chart: 30 days of Berlin by team": usage(29, `group_by=team&top=8&${berlin}`),
  "chart: 30 days of Berlin by tag": usage(29, `group_by=tag&top=8&${berlin}`),
  "chart: 30 days of Berlin by key": usage(29, `group_by=key&top=8&${berlin}`),
  "chart: 30 days of Berlin by person": usage(29, `group_by=user&top=8&${berlin}`),
  "chart: 30 days of a team by model": usage(29, `group_by=model&team_id=${team.id}`),
  "chart: 30 days of a person by model": usage(29, `group_by=model&user_id=${user.id}`),
  "chart: 30 days of a tag by model": usage(29, "group_by=model&tag=production"),
  "chart: 30 days of a key": usage(29, `key_id=${key.id}`),
  "chart: 30 days of latency": `/usage/latency?from=${since(29)}&interval=day`,
};

const mine: Record<string, string> = {
  me: "/me",
  "my keys": "/me/keys?include=figures",
  "my keys: by budget": "/me/keys?include=figures&sort=-budget_percent",
  "my budgets": "/me/budgets?limit=200&sort=-percent",
  "my teams": "/me/teams?include=figures",
  "my models": "/me/models",
  "my models: search": "/me/models?q=gpt",
  "my usage: 30 days by model": usage(29, "group_by=model&top=8").replace("/usage/summary", "/me/usage"),
  "my usage: 30 days of Berlin": usage(29, berlin).replace("/usage/summary", "/me/usage"),
  "my requests": "/requests?mine=true&sort=-created_at",
  "my calls": "/usage/events",
};

const ofOwner = [
  "users",
  "users: search",
  "users: by spend",
  "users: by budget",
  "teams",
  "teams: tree",
  "teams: by spend",
  "teams: by budget",
  "keys",
  "keys: search",
  "keys: by name",
  "keys: by spend",
  "keys: by budget",
  "keys: one",
  "keys: chain of one",
  "budgets",
  "budgets: search",
  "budgets: by percent",
  "budgets: at risk by percent",
  "alerts",
  "alerts: search",
  "requests: waiting",
  "requests: decided",
  "search: keys",
  "events",
  "refusals",
  "chart: today by hour",
  "chart: 30 days by model",
  "chart: 30 days by person",
  "chart: 30 days by tag",
];
const asked = [
  ...Object.entries(requests).map(([name, path]) => ({ name, path, api: admin })),
  ...ofOwner.map((name) => ({ name: `owner, ${name}`, path: requests[name] ?? "", api: owner })),
  ...Object.entries(mine).map(([name, path]) => ({ name, path, api: developer })),
];

function quantile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

const wanted = process.argv[2] ?? "";
const rows: Record<string, object> = {};
for (const { name, path, api } of asked.filter((one) => one.name.includes(wanted))) {
  const taken: number[] = [];
  for (let round = -3; round < rounds; round++) {
    const startedAt = performance.now();
    await ask(path, api);
    if (round >= 0) taken.push(performance.now() - startedAt);
  }
  taken.sort((a, b) => a - b);
  const [p50, p95] = [quantile(taken, 0.5), quantile(taken, 0.95)];
  const most = name.includes("search") ? 100 : 300;
  rows[name] = { "p50 ms": p50.toFixed(1), "p95 ms": p95.toFixed(1), kept: p95 < most ? "yes" : `over ${most}` };
}
console.table(rows);
await db.$disconnect();
await getDb().$disconnect();
await getPool().end();
await bench.close();
