import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { rowSchemaOf } from "@/lib/api/list-csv";
import { type Api, createApi } from "@/lib/testing/api";
import { type Callers, makeCallers } from "@/lib/testing/callers";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makePerson, makeTeam } from "@/lib/testing/factories";
import { rightsRequests } from "@/lib/testing/rights-requests";
import { Targets } from "@/lib/testing/targets";

const t = openTestDatabase();
const lists = Object.entries(routes).flatMap(([path, table]) => {
  const row = rowSchemaOf(table.GET?.declaration?.output);
  return row ? [{ path, row }] : [];
});
let world: Callers;
let admin: Api;

beforeAll(async () => {
  world = await makeCallers(t.db);
  admin = createApi(routes, await makeAdminBearer(t.db));
});

/** RFC 4180, as a spreadsheet reads it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (let rest = text; rest !== ""; ) {
    const row: string[] = [];
    for (;;) {
      const [all, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))/.exec(rest) ?? [""];
      row.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
      rest = rest.slice(all.length);
      if (!rest.startsWith(",")) break;
      rest = rest.slice(1);
    }
    if (!rest.startsWith("\r\n")) throw new Error(`a line ends with ${JSON.stringify(rest.slice(0, 20))}`);
    rest = rest.slice(2);
    rows.push(row);
  }
  return rows;
}

async function readCsv(api: Api, path: string): Promise<Record<string, string>[]> {
  const answer = await api.get(path);
  expect(answer.status, path).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  const [header = [], ...rows] = parseCsv(String(answer.body.text));
  return rows.map((row) => {
    expect(row).toHaveLength(header.length);
    return Object.fromEntries(header.map((name, index) => [name, row[index] ?? ""]));
  });
}

/** Names on the wire as the file has them; what is asked for apart stands in no plain row. */
function namesIn(row: object, prefix = ""): string[] {
  return Object.entries(row).flatMap(([name, value]) => {
    const isPart = typeof value === "object" && value !== null && !Array.isArray(value);
    return isPart ? namesIn(value, `${prefix}${name}.`) : [`${prefix}${name}`];
  });
}

describe.each(lists)("GET $path?format=csv", ({ path, row }) => {
  async function target(): Promise<string> {
    const recipe = rightsRequests[`GET ${path}`];
    if (!recipe) throw new Error(`no request to ${path} is written down`);
    const targets = new Targets(t.db, world.team, world.callers.admin);
    // Something in most lists, whoever made it.
    for (const make of [
      targets.budget,
      targets.key,
      targets.event,
      targets.delivery,
      targets.invitation,
      targets.model,
      targets.request,
    ])
      await make.call(targets);
    const { params = {} } = await recipe(targets);
    return Object.entries(params).reduce((url, [name, value]) => url.replace(`{${name}}`, value), path);
  }

  test("answers the rows of the list with its fields as columns", async () => {
    const url = await target();
    const { body } = await admin.get(`${url}?limit=200`);
    const rows = await readCsv(admin, `${url}?format=csv`);
    expect(rows).toHaveLength(body.data.length);
    for (const [index, one] of body.data.entries()) {
      const line = rows[index] ?? {};
      for (const name of ["id", "name", "email", "seq", "user_id", "period_start"])
        if (typeof one[name] === "string") expect(line[name]).toBe(one[name]);
    }
    const first = body.data[0];
    const required = Object.keys(row.shape).filter((name) => !row.shape[name]?.safeParse(undefined).success);
    for (const name of required)
      expect(Object.keys(rows[0] ?? row.shape).some((column) => column === name || column.startsWith(`${name}.`))).toBe(
        true,
      );
    if (first && path === "/budgets")
      expect(Object.keys(rows[0] ?? {})).toEqual(expect.arrayContaining(namesIn(first)));
  });

  test("refuses what it would not keep to", async () => {
    const url = await target();
    for (const [query, field] of [
      ["format=xml", "format"],
      ["format=csv&limit=5", "limit"],
      ["format=csv&cursor=abc", "cursor"],
      ["format=csv&nonsense=1", "nonsense"],
    ] as const) {
      const { status, body } = await admin.get(`${url}?${query}`);
      expect(status, query).toBe(422);
      expect(body.error.fields.map((problem) => problem.path)).toEqual([field]);
    }
    expect((await admin.get(`${url}?format=json`)).status).toBe(200);
  });
});

test("there are lists, and routes that are none take no format", async () => {
  expect(lists.length).toBeGreaterThan(20);
  expect((await admin.get("/me?format=csv")).status).toBe(422);
  expect((await admin.get("/usage/summary?format=csv")).status).toBe(422);
});

describe("the file", () => {
  test("has all rows, whatever a page holds, in the order that is asked for", async () => {
    const names = Array.from({ length: 1_203 }, (_, index) => `many ${String(index).padStart(4, "0")}`);
    await t.db.team.createMany({
      data: names.map((name, index) => ({
        id: `team_${String(index).padStart(26, "0")}`,
        name,
        path: [`team_${String(index).padStart(26, "0")}`],
      })),
    });
    const rows = await readCsv(admin, "/teams?format=csv&q=many&sort=-name");
    expect(rows.map((row) => row.name)).toEqual([...names].reverse());
  });

  test("has figures in columns of their own where they are asked for, and none where they are not", async () => {
    const [plain] = await readCsv(admin, "/teams?format=csv");
    expect(Object.keys(plain ?? {}).filter((name) => name.startsWith("figures"))).toEqual([]);
    await makeTeam(t.db, { name: "without a budget" });
    const [row] = await readCsv(admin, "/teams?format=csv&include=figures&q=without a budget");
    expect(row).toMatchObject({ "figures.spend_usd": "0.00", "figures.requests": "0", "figures.budget.id": "" });
  });

  test("holds no formula that came from a caller's hand", async () => {
    await makeTeam(t.db, { name: '=HYPERLINK("https://evil.example","x")' });
    const rows = await readCsv(admin, "/teams?format=csv&q=HYPERLINK");
    expect(rows.map((row) => row.name)).toEqual([`'=HYPERLINK("https://evil.example","x")`]);
  });

  test("holds no row that the caller may not see, and no field that the list does not show", async () => {
    const { user, bearer } = await makePerson(t.db);
    const rows = await readCsv(createApi(routes, bearer), "/keys?format=csv");
    expect(rows.map((row) => row.user_id)).toEqual([user.id]);
    expect(Object.keys(rows[0] ?? {})).not.toEqual(expect.arrayContaining(["hash"]));
    expect(Object.keys(rows[0] ?? {})).not.toEqual(expect.arrayContaining(["secret"]));
  });

  test("is refused as the list is", async () => {
    expect((await admin.as(null).get("/keys?format=csv")).status).toBe(401);
    const { bearer } = await makePerson(t.db);
    expect((await admin.as(bearer).get("/audit?format=csv")).status).toBe(403);
    expect((await admin.get("/budgets/bud_01jd0c4x8k9m2n3p4q5r6s7t8v/alerts?format=csv")).status).toBe(404);
  });

  test("is named after its list", async () => {
    const { headers } = await admin.get("/keys?format=csv");
    expect(headers.get("content-disposition")).toBe('attachment; filename="keys.csv"');
    expect(headers.get("x-request-id")).toMatch(/^req_/);
  });
});
