/**
 * What the console asks of the control plane at the size of a large organisation: the first page, the search and every sort of each list,
 * with figures, the palette's search, burn-downs and the charts, through the routes in this process, on PostgreSQL as the product embeds
 * it.
 *
 * Method: scripts/seed makes `KEYS` (100,000) keys, `USERS` (5,000) people, `TEAMS` (500) teams and `EVENTS` (3,000,000) calls over 90
 * days. Each request is made `ROUNDS` (20) times, one at a time, authenticated by an admin's key, after three that only warm the
 * caches; the time is from the request to the last byte of the answer, without a network. `DATABASE_URL` names a database that was
 * seeded already, instead. What begins with "owner" is asked by the owner of the organisation, whose reach is all of its teams one by
 * one and no less. The last column says which of 300 ms (100 ms for search) was kept. Run: npx tsx bench/console.ts
 */
import { routes } from "@/app/api/v1/routes";
import { createClient, getDb } from "@/lib/db/client";
import { createPool, getPool } from "@/lib/db/pool";
import { type AnswerBody, createApi } from "@/lib/testing/api";
import { makeAdminBearer, makeMember, makePerson } from "@/lib/testing/factories";
import { seedOrganisation } from "../scripts/seed/seed";
import { openBench } from "./setup";

const sizes = {
  keys: Number(process.env.KEYS ?? 100_000),
  users: Number(process.env.USERS ?? 5_000),
  teams: Number(process.env.TEAMS ?? 500),
  events: Number(process.env.EVENTS ?? 3_000_000),
};
const rounds = Number(process.env.ROUNDS ?? 20);
const dayMs = 86_400_000;

async function openSeeded(): Promise<{ close(): Promise<void> }> {
  if (process.env.DATABASE_URL) return { close: async () => undefined };
  const bench = await openBench();
  const pool = createPool(bench.databaseUrl);
  const say = (what: string) => console.log(what);
  await seedOrganisation({ pool, db: bench.db, sizes, ring: null, say });
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

const since = (days: number) => new Date(Math.floor(Date.now() / dayMs) * dayMs - days * dayMs).toISOString();
const usage = (days: number, rest: string) => `/usage/summary?from=${since(days)}&${rest}`;

const requests: Record<string, string> = {
  users: "/users?include=figures",
  "users: search": "/users?include=figures&q=garcia",
  "users: by e-mail": "/users?include=figures&sort=email",
  "users: by spend": "/users?include=figures&sort=-spend",
  "users: by budget": "/users?include=figures&sort=-budget_percent",
  "users: of a team, by spend": `/users?include=figures&sort=-spend&team_id=${team.id}`,
  "users: one": `/users/${user.id}?include=figures`,
  teams: "/teams?include=figures",
  "teams: search": "/teams?include=figures&q=pay",
  "teams: by name": "/teams?include=figures&sort=name",
  "teams: by spend": "/teams?include=figures&sort=-spend",
  "teams: by budget": "/teams?include=figures&sort=-budget_percent",
  "teams: tree": "/teams?tree=true&include=figures",
  "teams: members": `/teams/${leaf.id}/members`,
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
  "keys: of a person": `/keys?include=figures&user_id=${user.id}`,
  "keys: of a team": `/keys?include=figures&team_id=${leaf.id}`,
  "keys: one": `/keys/${key.id}?include=figures`,
  budgets: "/budgets",
  "budgets: search": "/budgets?q=notebook",
  "budgets: by percent": "/budgets?sort=-percent",
  "budgets: by spent": "/budgets?sort=-spent",
  "budgets: by limit": "/budgets?sort=-limit",
  "budgets: by reset": "/budgets?sort=resets_at",
  "budgets: at risk by percent": "/budgets?at_risk=true&sort=-percent",
  "burn-down: a team, monthly": `/budgets/${teamBudget.id}/burn-down`,
  "burn-down: the busiest key": `/budgets/${keyBudget.id}/burn-down`,
  "burn-down: the busiest person": `/budgets/${userBudget.id}/burn-down`,
  alerts: "/alerts",
  models: "/models",
  providers: "/providers",
  webhooks: "/webhooks",
  audit: "/audit",
  "audit: search": "/audit?q=rotated",
  events: "/usage/events",
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
  "chart: 90 days by model": usage(89, "group_by=model"),
  "chart: 30 days of a team by model": usage(29, `group_by=model&team_id=${team.id}`),
  "chart: 30 days of a person by model": usage(29, `group_by=model&user_id=${user.id}`),
  "chart: 30 days of a key": usage(29, `key_id=${key.id}`),
};

const ofOwner = [
  "users",
  "users: search",
  "users: by spend",
  "users: by budget",
  "teams",
  "teams: by spend",
  "teams: by budget",
  "keys",
  "keys: search",
  "keys: by name",
  "keys: by spend",
  "keys: by budget",
  "budgets",
  "budgets: by percent",
  "budgets: at risk by percent",
  "search: keys",
];
const asked = [
  ...Object.entries(requests).map(([name, path]) => ({ name, path, api: admin })),
  ...ofOwner.map((name) => ({ name: `owner, ${name}`, path: requests[name] ?? "", api: owner })),
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
  const most = name.includes("search: ") ? 100 : 300;
  rows[name] = { "p50 ms": p50.toFixed(1), "p95 ms": p95.toFixed(1), kept: p95 < most ? "yes" : `over ${most}` };
}
console.table(rows);
await db.$disconnect();
await getDb().$disconnect();
await getPool().end();
await bench.close();
