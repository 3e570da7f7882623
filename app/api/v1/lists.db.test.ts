import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { type Callers, makeCallers } from "@/lib/testing/callers";
import { openTestDatabase } from "@/lib/testing/database";
import { requestOf } from "@/lib/testing/rights";
import { rightsRequests } from "@/lib/testing/rights-requests";
import { Targets } from "@/lib/testing/targets";

const t = openTestDatabase();
const api = createApi(routes);

function shapeOf(schema: z.ZodType | undefined): Record<string, z.ZodType> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}

/** Every route that answers a page, with what it takes: generated, so that a new one is among them. */
const lists = Object.entries(routes).flatMap(([path, { GET }]) => {
  const declaration = GET?.declaration;
  return declaration && "next_cursor" in shapeOf(declaration.output)
    ? [{ path, query: shapeOf(declaration.query) }]
    : [];
});

/** The fields that a list may be sorted by, as its schema names them. */
function sortsOf(query: Record<string, z.ZodType>): string[] {
  const { enum: names = [] } = z.toJSONSchema(query.sort ?? z.undefined(), { io: "input", unrepresentable: "any" });
  return [...new Set(names.map((name) => String(name).replace(/^-/, "")))];
}

/** Lists in the order of time alone, which are narrowed by their filters. */
const unsorted = ["/usage/refusals"];
/** Lists with no word in them to look for. */
const unsearched = ["/budgets/{id}/periods", "/usage/refusals"];

/**
 * What makes an order cheap: the table whose index leads with these columns and then the field, or what bounds the list, so that
 * sorting it is nothing.
 */
const orders: Record<string, { table: string; after?: string[]; text?: string } | { bounded: string }> = {
  "/alerts": { table: "alerts" },
  "/audit": { table: "audit_entries" },
  "/budgets": { table: "budgets" },
  "/budgets/{id}/alerts": { bounded: "one for each threshold and period of a budget" },
  "/budgets/{id}/periods": { table: "budget_periods", after: ["budget_id"] },
  "/invitations": { bounded: "made by hand; the newest are found by an index" },
  "/keys": { table: "keys" },
  "/me/budgets": { bounded: "those of one person's keys and teams" },
  "/me/keys": { bounded: "those of one person" },
  "/me/models": { bounded: "what providers offer" },
  "/me/sessions": { bounded: "the newest 200 of one person" },
  "/me/teams": { bounded: "those of one person" },
  "/models": { bounded: "what providers offer" },
  "/providers": { bounded: "made by hand" },
  "/providers/with-keys": { bounded: "made by hand" },
  "/providers/{id}/credentials": { bounded: "those of one provider" },
  "/providers/{id}/models": { bounded: "those of one provider" },
  "/requests": { table: "budget_requests" },
  "/sign-ins": { table: "sign_ins" },
  "/teams": { table: "teams" },
  "/teams/{id}/members": { bounded: "the people of one team" },
  "/usage/events": { table: "usage_events" },
  "/users": { table: "users" },
  "/webhooks": { bounded: "made by hand" },
  "/webhooks/{id}/deliveries": { table: "deliveries", after: ["webhook_id"] },
};

let world: Callers;
let targets: Targets;
beforeAll(async () => {
  world = await makeCallers(t.db);
  targets = new Targets(t.db, world.team, world.callers["master key"]);
});

async function ask(path: string, caller: keyof Callers["callers"], query: string) {
  const recipe = rightsRequests[`GET ${path}`];
  if (!recipe) throw new Error(`no request for GET ${path}`);
  const asked = { ...(await recipe(targets)), query };
  const request = requestOf(`GET ${path}`, asked, world.callers[caller]);
  return api.get(request.path, { headers: request.headers });
}

describe("every list", () => {
  test("takes limit and cursor, sort by name, and q where there are words to look for", () => {
    expect(lists.length).toBeGreaterThan(20);
    for (const { path, query } of lists) {
      expect(Object.keys(query), path).toEqual(expect.arrayContaining(["limit", "cursor"]));
      expect(sortsOf(query).length > 0, path).toBe(!unsorted.includes(path));
      expect("q" in query, path).toBe(!unsearched.includes(path));
    }
  });

  test("is sorted by what an index leads to, or is bounded by what it belongs to", async () => {
    expect(Object.keys(orders).sort()).toEqual(
      lists
        .map(({ path }) => path)
        .filter((path) => !unsorted.includes(path))
        .sort(),
    );
    const { rows } = await t.pool.query<{ table: string; text: string }>(
      "SELECT tablename AS table, indexdef AS text FROM pg_indexes WHERE schemaname = current_schema()",
    );
    const columns = await t.pool.query<{ name: string }>(
      "SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = current_schema()",
    );
    const isColumn = (name: string) => columns.rows.some((row) => row.name === name);
    for (const { path, query } of lists) {
      const order = orders[path];
      if (!order || "bounded" in order) continue;
      // What is no column is ranked from sums that are kept anyway, which is proven where they are made.
      for (const field of sortsOf(query).filter((name) => isColumn(`${order.table}.${name}`))) {
        const leading = [...(order.after ?? []), field].join(", ");
        const found = rows.filter(
          ({ table, text }) => table === order.table && text.replaceAll('"', "").includes(`(${leading}`),
        );
        expect(found.length, `${path} by ${field}`).toBeGreaterThan(0);
      }
    }
  });

  test.each(lists.filter(({ path }) => !unsorted.includes(path)))(
    "$path answers to each of its sorts, both ways, and to no other",
    async ({ path, query }) => {
      for (const field of sortsOf(query)) {
        for (const sort of [field, `-${field}`])
          expect((await ask(path, "master key", `sort=${sort}`)).status, sort).toBe(200);
      }
      for (const sort of ["colour", "", "--name", "__proto__"]) {
        const { status, body } = await ask(path, "master key", `sort=${sort}`);
        expect([status, body.error.fields[0]?.path], sort).toEqual([422, "sort"]);
      }
    },
  );
});

/** A word that finds the targets' own row in each list, and the rest of the URL that the list is asked with. */
const words: Record<string, (targets: Targets) => Promise<string>> = {
  "/alerts": async (on) => (await on.budget()) && on.team(),
  "/audit": async () => "key.created",
  "/budgets": async (on) => (await on.budget()) && on.team(),
  "/budgets/{id}/alerts": async (on) => (await on.budget()) && on.team(),
  "/invitations": async (on) =>
    emailOf(await t.db.invitation.findUniqueOrThrow({ where: { id: await on.invitation() } })),
  "/keys": (on) => on.key(),
  "/me/budgets": async (on) => (await on.ownBudget()) && emailOf(await personOf(on)),
  "/me/keys": (on) => on.ownKey(),
  "/me/sessions": async () => "Firefox",
  "/me/models": (on) => on.model(),
  "/me/teams": (on) => on.team(),
  "/models": (on) => on.model(),
  "/providers": async (on) => (await on.provider()).replace("_", "-"),
  "/providers/with-keys": async (on) => (await on.credential()) && (await on.provider()).replace("_", "-"),
  "/providers/{id}/credentials": (on) => on.credential(),
  "/providers/{id}/models": (on) => on.model(),
  "/requests": async (on) => (await on.request()) && emailOf(await personOf(on)),
  "/sign-ins": async () => "signer@example.test",
  "/teams": (on) => on.team(),
  "/teams/{id}/members": async (on) => emailOf(await personOf(on)),
  "/usage/events": async (on) => (await on.event()) && "test-model",
  "/users": async (on) => emailOf(await personOf(on)),
  "/webhooks": async (on) => (await on.webhook()) && "receiver.invalid",
  "/webhooks/{id}/deliveries": async (on) => (await on.delivery()) && "team.crea",
};

const emailOf = ({ email }: { email: string }) => email;
const personOf = async (on: Targets) => t.db.user.findUniqueOrThrow({ where: { id: await on.person() } });

/** Lists of the caller's own: nobody else's are in them, whatever is asked. */
const own = ["/me/budgets", "/me/keys", "/me/sessions", "/me/teams"];

describe("q", () => {
  beforeAll(async () => {
    await t.db.signIn.create({ data: { id: "sgn_1", method: "oidc", outcome: "ok", email: "signer@example.test" } });
    await api.post("/keys", { type: "admin", name: "audited" }, { headers: world.callers["master key"].headers });
    await t.pool.query(
      "INSERT INTO usage_models VALUES ('model_test', 'test-model', 'prov_test', 'test') ON CONFLICT DO NOTHING",
    );
  });

  test("has a word to be tried with in every list that takes it", () => {
    expect(Object.keys(words).sort()).toEqual(
      lists
        .map(({ path }) => path)
        .filter((path) => !unsearched.includes(path))
        .sort(),
    );
  });

  test.each(Object.keys(words).filter((path) => !own.includes(path)))(
    "finds a row of %s by a part of it, in whatever case, and nothing by what it does not hold",
    async (path) => {
      const word = (await words[path]?.(targets)) ?? "";
      if (path === "/alerts" || path === "/budgets/{id}/alerts")
        await t.pool.query("UPDATE alerts SET data = jsonb_set(data, '{scope,name}', to_jsonb($1::text))", [word]);
      for (const q of new Set([word, word.slice(1), path === "/keys" ? word : word.toUpperCase()])) {
        if (path === "/keys" && q !== word) continue;
        expect((await ask(path, "master key", `q=${encodeURIComponent(q)}`)).body.data.length, q).toBeGreaterThan(0);
      }
      for (const q of ["no-such-thing", "%", "\\", `${word.slice(0, -1)}_`]) {
        expect((await ask(path, "master key", `q=${encodeURIComponent(q)}`)).body.data, q).toEqual([]);
      }
    },
  );

  test.each(Object.keys(words))("shows nobody a row of %s that is hidden from them", async (path) => {
    const word = (await words[path]?.(targets)) ?? "";
    for (const caller of ["other team's member", "demoted"] as const) {
      const { status, body } = await ask(path, caller, `q=${encodeURIComponent(word)}`);
      // Models are for everybody.
      if (path.endsWith("/models")) continue;
      if (status !== 200) expect([403, 404], caller).toContain(status);
      else expect(body.data, caller).toEqual([]);
    }
  });
});
