import { describe, expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { newId } from "@/lib/ids";
import { type AnswerBody, createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makePerson } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);
const missing = "model_01jd0c4x8k9m2n3p4q5r6s7t8v";
const price = { input_per_mtok_usd: "2", output_per_mtok_usd: "8.5" };
const shipped = {
  input_per_mtok_nano: 500_000_000n,
  output_per_mtok_nano: 1_000_000_000n,
  source: "catalogue",
  created_by: "system:boot",
};

let count = 0;
async function makeProvider(fields: Record<string, unknown> = {}) {
  const caller = api.as(await makeAdminBearer(t.db));
  const body = { name: `m${++count}`, base_url: "https://models.example.com/v1", ...fields };
  const answer = await caller.post("/providers", body);
  expect(answer.status).toBe(201);
  return { caller, provider: answer.body, path: `/providers/${answer.body.id}/models` };
}

async function makeModel(fields: Record<string, unknown> = {}) {
  const { caller, path, provider } = await makeProvider();
  const { status, body } = await caller.post(path, { name: `model-${count}`, ...fields });
  expect(status).toBe(201);
  return { caller, model: body, provider, path: `/models/${body.id}` };
}

const names = (body: AnswerBody) => body.data.map((model) => model.name);
const priceRows = (id: string) => t.db.modelPrice.count({ where: { model_id: id } });

describe("adding a model", () => {
  test("answers 201 with all that was given, the price to the nano, and audits it", async () => {
    const { model, provider, caller } = await makeModel({
      name: "acme/chat@2",
      display_name: "Acme Chat",
      upstream_name: "acme-chat-2026",
      max_input_tokens: 200_000,
      max_output_tokens: 8_192,
      price: { ...price, cached_input_per_mtok_usd: "0.000000001", cache_write_per_mtok_usd: null },
    });
    expect(model).toMatchObject({
      provider_id: provider.id,
      provider: provider.name,
      name: "acme/chat@2",
      upstream_name: "acme-chat-2026",
      kind: "chat",
      enabled: true,
      builtin: false,
      max_input_tokens: 200_000,
      max_output_tokens: 8_192,
      price_known: true,
      price: {
        input_per_mtok_usd: "2.00",
        cached_input_per_mtok_usd: "0.000000001",
        cache_write_per_mtok_usd: null,
        output_per_mtok_usd: "8.50",
        source: "manual",
      },
    });
    expect((await caller.get(`/models?provider_id=${provider.id}`)).body.data).toEqual([model]);
    const audit = await t.db.auditEntry.findMany({ where: { target_id: model.id } });
    expect(audit.map((entry) => entry.action)).toEqual(["model.created"]);
  });

  test("without a price takes the list price of what is called upstream, and the context window", async () => {
    const { caller, provider } = await makeProvider({ name: "openai", base_url: "https://proxy.example.com/v1" });
    const { body } = await caller.post(`/providers/${provider.id}/models`, {
      name: "cheap",
      upstream_name: "gpt-4o-mini",
    });
    expect(body).toMatchObject({
      name: "cheap",
      max_input_tokens: 128_000,
      price: { input_per_mtok_usd: "0.15", cached_input_per_mtok_usd: "0.075", source: "catalogue" },
    });
    const named = await caller.post(`/providers/${provider.id}/models`, { name: "text-embedding-3-small" });
    expect(named.body).toMatchObject({ kind: "embedding", price: { output_per_mtok_usd: "0.00" } });
  });

  test("whose price nobody knows has none: not zero, no row", async () => {
    const { model, caller, path } = await makeModel();
    expect(model).toMatchObject({ price: null, price_known: false });
    expect(await priceRows(model.id)).toBe(0);
    expect((await caller.get(`${path}/price`)).body).toEqual({
      model_id: model.id,
      price_known: false,
      current: null,
      list: null,
      history: [],
    });
  });

  test.each([
    [{}, "name"],
    [{ name: "two words" }, "name"],
    [{ name: "gpt-*" }, "name"],
    [{ name: "m", kind: "image" }, "kind"],
    [{ name: "m", max_input_tokens: 0 }, "max_input_tokens"],
    [{ name: "m", max_output_tokens: -1 }, "max_output_tokens"],
    [{ name: "m", colour: "red" }, "colour"],
    [{ name: "m", price: { input_per_mtok_usd: "1" } }, "price.output_per_mtok_usd"],
    [{ name: "m", price: { ...price, input_per_mtok_usd: 1 } }, "price.input_per_mtok_usd"],
    [{ name: "m", price: { ...price, input_per_mtok_usd: "-1" } }, "price.input_per_mtok_usd"],
    [{ name: "m", price: { ...price, input_per_mtok_usd: "1.0000000001" } }, "price.input_per_mtok_usd"],
    [{ name: "m", price: { ...price, output_per_mtok_usd: "1000000.000000001" } }, "price.output_per_mtok_usd"],
    [{ name: "m", price: { ...price, batch_usd: "1" } }, "price.batch_usd"],
  ])("refuses %j and names the field", async (body, field) => {
    const { caller, path } = await makeProvider();
    const answer = await caller.post(path, body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields[0]?.path).toBe(field);
  });

  test("of a name that its provider already has is a conflict; another provider may have it", async () => {
    const { caller, path } = await makeProvider({ models: ["twin"] });
    expect((await caller.post(path, { name: "twin" })).status).toBe(409);
    const other = await makeProvider({ models: ["twin"] });
    expect((await caller.get("/models?q=twin&limit=200")).body.data).toHaveLength(2);
    expect((await other.caller.get(other.path)).body.data).toHaveLength(1);
  });
});

describe("reading models", () => {
  test("anyone who is signed in may, nobody else", async () => {
    const { model } = await makeModel({ price });
    expect((await api.get("/models")).status).toBe(401);
    expect((await api.get(`/models/${model.id}/price`)).status).toBe(401);
    for (const role of ["viewer", "user", "manager"]) {
      const { bearer } = await makePerson(t.db, { role });
      const { status, body } = await api.as(bearer).get(`/models?q=${model.name}`);
      expect(status).toBe(200);
      expect(body.data).toMatchObject([{ id: model.id, price: { output_per_mtok_usd: "8.50" } }]);
      expect((await api.as(bearer).get(`/models/${model.id}/price`)).status).toBe(200);
    }
  });

  test("one by its id, as the list shows it; one that is missing, or went with its provider, is not there", async () => {
    const { model, path, caller, provider } = await makeModel({ price });
    expect((await caller.get(path)).body).toEqual(model);
    expect((await caller.get(path)).headers.get("etag")).toBe(`"${model.version}"`);
    expect((await api.get(path)).status).toBe(401);
    expect((await caller.get(`/models/${missing}`)).status).toBe(404);
    await caller.delete(`/providers/${provider.id}`);
    expect((await caller.get(path)).status).toBe(404);
  });

  test("filters by whether a price is known", async () => {
    const { caller, provider, path } = await makeProvider({ models: ["nobody-knows"] });
    await caller.post(path, { name: "known", price });
    const named = async (known: boolean) =>
      names((await caller.get(`/models?provider_id=${provider.id}&price_known=${known}`)).body);
    expect([await named(true), await named(false)]).toEqual([["known"], ["nobody-knows"]]);
    expect(names((await caller.get(`${path}?price_known=false`)).body)).toEqual(["nobody-knows"]);
  });

  test("sorts by the price in force, page by page; what has none is the cheapest", async () => {
    const { caller, provider, path } = await makeProvider({ models: ["unknown"] });
    const priced = async (name: string, input: string, output: string) =>
      caller.post(path, { name, price: { input_per_mtok_usd: input, output_per_mtok_usd: output } });
    const { body } = await priced("was-dear", "900", "900");
    await priced("middle", "2", "9");
    await priced("dear", "10", "8");
    const cheap = { input_per_mtok_usd: "0.000000001", output_per_mtok_usd: "10" };
    await caller.patch(`/models/${body.id}`, { price: cheap });
    const inOrder = async (sort: string) => {
      const found: unknown[] = [];
      for (let cursor = ""; ; ) {
        const page = await caller.get(`/models?provider_id=${provider.id}&limit=1&sort=${sort}${cursor}`);
        found.push(...names(page.body));
        if (page.body.next_cursor === null) return found;
        cursor = `&cursor=${page.body.next_cursor}`;
      }
    };
    expect(await inOrder("input_price")).toEqual(["unknown", "was-dear", "middle", "dear"]);
    expect(await inOrder("-input_price")).toEqual(["dear", "middle", "was-dear", "unknown"]);
    expect(await inOrder("-output_price")).toEqual(["was-dear", "middle", "dear", "unknown"]);
  });

  test("filters by provider, kind, state and part of the name, sorts and pages", async () => {
    const { caller, provider, path } = await makeProvider();
    await caller.post(path, { name: "b-chat", display_name: "Zebra" });
    await caller.post(path, { name: "a-embed" });
    await caller.post(path, { name: "c-chat", enabled: false });
    const list = async (query: string) =>
      names((await caller.get(`/models?provider_id=${provider.id}&sort=name${query}`)).body);
    expect(await list("")).toEqual(["a-embed", "b-chat", "c-chat"]);
    expect(await list("&kind=embedding")).toEqual(["a-embed"]);
    expect(await list("&enabled=true")).toEqual(["a-embed", "b-chat"]);
    expect(await list("&enabled=false")).toEqual(["c-chat"]);
    expect(await list("&q=CHAT")).toEqual(["b-chat", "c-chat"]);
    expect(await list("&q=zeb")).toEqual(["b-chat"]);
    const first = (await caller.get(`${path}?sort=-name&limit=2`)).body;
    const rest = (await caller.get(`${path}?sort=-name&limit=2&cursor=${first.next_cursor}`)).body;
    expect([...names(first), ...names(rest)]).toEqual(["c-chat", "b-chat", "a-embed"]);
    expect((await caller.get("/models?provider_id=nope")).body.error.fields[0]?.path).toBe("provider_id");
    expect((await caller.get("/models?colour=red")).body.error.fields[0]?.path).toBe("colour");
  });
});

describe("changing a model", () => {
  test("needs the right, an existing model and good values", async () => {
    const { path, caller } = await makeModel();
    expect((await api.patch(path, {})).status).toBe(401);
    const { bearer } = await makePerson(t.db, { role: "manager" });
    expect((await api.as(bearer).patch(path, { enabled: false })).status).toBe(403);
    expect((await caller.patch(`/models/${missing}`, { enabled: false })).status).toBe(404);
    expect((await caller.get(`/models/${missing}/price`)).status).toBe(404);
    for (const [body, field] of [
      [{ enabled: 1 }, "enabled"],
      [{ name: "renamed" }, "name"],
      [{ price: {} }, "price.input_per_mtok_usd"],
      [{ upstream_name: "" }, "upstream_name"],
    ] as const) {
      const answer = await caller.patch(path, body);
      expect(answer.status).toBe(422);
      expect(answer.body.error.fields[0]?.path).toBe(field);
    }
  });

  test("touches what is named, counts the version and audits before and after", async () => {
    const { model, path, caller } = await makeModel({ display_name: "Old", max_output_tokens: 10 });
    const { body, headers } = await caller.patch(path, {
      enabled: false,
      display_name: null,
      kind: "embedding",
      max_input_tokens: 5,
    });
    expect(body).toMatchObject({ enabled: false, display_name: null, kind: "embedding", max_input_tokens: 5 });
    expect(body).toMatchObject({ max_output_tokens: 10, version: 2 });
    expect(headers.get("etag")).toBe('"2"');
    const [entry] = await t.db.auditEntry.findMany({ where: { target_id: model.id, action: "model.updated" } });
    expect(entry).toMatchObject({ before: { enabled: true, display_name: "Old" }, after: { enabled: false } });
    expect((await caller.patch(path, { enabled: true }, { headers: { "if-match": '"1"' } })).status).toBe(412);
  });

  test("a deleted one is missing, leaves the list, and can be added again with its price history", async () => {
    const { model, path, provider, caller } = await makeModel({ name: "phoenix", price, display_name: "First" });
    expect((await api.delete(`/providers/models/${model.id}`)).status).toBe(401);
    expect((await caller.delete(`/providers/models/${model.id}`)).status).toBe(204);
    expect((await caller.delete(`/providers/models/${model.id}`)).status).toBe(404);
    expect((await caller.patch(path, { enabled: false })).status).toBe(404);
    expect((await caller.get(`${path}/price`)).status).toBe(404);
    expect((await caller.get("/models?q=phoenix")).body.data).toEqual([]);
    const again = await caller.post(`/providers/${provider.id}/models`, { name: "phoenix" });
    expect(again.status).toBe(201);
    expect(again.body).toMatchObject({ id: model.id, display_name: null, price: { input_per_mtok_usd: "2.00" } });
  });
});

describe("prices", () => {
  const amount = (usd: string) => ({ price: { input_per_mtok_usd: usd, output_per_mtok_usd: "1" } });

  test("are added and never changed: the newest is in force, the history tells who set which and when", async () => {
    const { model, path, caller } = await makeModel();
    for (const usd of ["1", "2", "3"]) {
      const { body } = await caller.patch(path, amount(usd));
      expect(body.price).toMatchObject({ input_per_mtok_usd: `${usd}.00`, source: "manual" });
    }
    const { body } = await caller.get(`${path}/price`);
    const history = body.history as { input_per_mtok_usd: string; valid_from: string; created_by: string }[];
    expect(history.map((entry) => entry.input_per_mtok_usd)).toEqual(["3.00", "2.00", "1.00"]);
    expect(body.current).toEqual(history[0]);
    expect(history.every((entry) => entry.created_by.startsWith("key:key_"))).toBe(true);
    const times = history.map((entry) => Date.parse(entry.valid_from));
    expect(times.every((time, index) => index === 0 || time < (times[index - 1] ?? 0))).toBe(true);
    const changes = await t.db.auditEntry.findMany({ where: { target_id: model.id, action: "model.updated" } });
    expect(changes).toHaveLength(3);
  });

  test("an equal price adds nothing, however it is written", async () => {
    const { model, path, caller } = await makeModel({ price });
    const same = { input_per_mtok_usd: "2.000", output_per_mtok_usd: "8.50", cached_input_per_mtok_usd: null };
    const { status, body } = await caller.patch(path, { price: same });
    expect(status).toBe(200);
    expect(body).toEqual(model);
    expect(await priceRows(model.id)).toBe(1);
    // A cache bucket at zero is not the same as none, which is charged as input.
    await caller.patch(path, { price: { ...same, cached_input_per_mtok_usd: "0" } });
    expect(await priceRows(model.id)).toBe(2);
  });

  test("set at the same moment are all kept, in one order for everybody", async () => {
    const { model, path, caller } = await makeModel();
    const amounts = Array.from({ length: 12 }, (_, index) => String(index + 1));
    await Promise.all(amounts.map((usd) => caller.patch(path, amount(usd))));
    const rows = await t.db.modelPrice.findMany({ where: { model_id: model.id } });
    expect(rows).toHaveLength(12);
    expect(new Set(rows.map((row) => row.valid_from.getTime())).size).toBe(12);
    const listed = await caller.get(`/models?q=${model.name}`);
    const current = (await caller.get(`${path}/price`)).body.current as { input_per_mtok_usd: string };
    expect(listed.body.data[0]?.price).toMatchObject({ input_per_mtok_usd: current.input_per_mtok_usd });
  });

  test("are never in the future of the database, by whose clock the gateway reads them", async () => {
    const { model } = await makeModel({ price });
    const { rows } = await t.pool.query(
      "SELECT valid_from <= now() AS in_force FROM model_prices WHERE model_id = $1",
      [model.id],
    );
    expect(rows).toEqual([{ in_force: true }]);
  });

  test("follow the upstream name while no admin has set one", async () => {
    const { caller, provider } = await makeProvider({ name: "anthropic", base_url: "https://proxy.example.com/v1" });
    const { body } = await caller.post(`/providers/${provider.id}/models`, {
      name: "smart",
      upstream_name: "claude-haiku-4-5",
    });
    expect(body.price).toMatchObject({ input_per_mtok_usd: "1.00", source: "catalogue" });
    const moved = await caller.patch(`/models/${body.id}`, { upstream_name: "claude-opus-4-8" });
    expect(moved.body.price).toMatchObject({ input_per_mtok_usd: "5.00", source: "catalogue" });
    await caller.patch(`/models/${body.id}`, { price });
    const back = await caller.patch(`/models/${body.id}`, { upstream_name: "claude-haiku-4-5" });
    expect(back.body.price).toMatchObject({ input_per_mtok_usd: "2.00", source: "manual" });
  });

  test("go back from one set by hand to the list's, even to the same amounts, and follow the list again", async () => {
    const { caller, provider } = await makeProvider({ base_url: "https://api.openai.com/v1" });
    const { body } = await caller.post(`/providers/${provider.id}/models`, { name: "gpt-4o-mini", price });
    const path = `/models/${body.id}`;
    const { list } = (await caller.get(`${path}/price`)).body;
    expect(list).toMatchObject({ input_per_mtok_usd: "0.15", cached_input_per_mtok_usd: "0.075" });
    const back = await caller.patch(path, { price: null });
    expect(back.body.price).toMatchObject({ input_per_mtok_usd: "0.15", source: "catalogue" });
    expect((await caller.patch(path, { price: null })).body).toEqual(back.body);
    const audit = await t.db.auditEntry.findMany({ where: { target_id: body.id, action: "model.updated" } });
    expect(audit).toMatchObject([
      { before: { price: { source: "manual" } }, after: { price: { source: "catalogue" } } },
    ]);
    await caller.patch(path, { price });
    await caller.patch(path, { price: list });
    expect((await caller.patch(path, { price: null })).body.price).toMatchObject({ source: "catalogue" });
    expect(await priceRows(body.id)).toBe(5);
    const moved = await caller.patch(path, { upstream_name: "gpt-4o" });
    expect(moved.body.price).toMatchObject({ input_per_mtok_usd: "2.50", source: "catalogue" });
  });

  test("go back to what a shipped model came with, where the price data does not know it", async () => {
    const { model, path, caller } = await makeModel();
    await t.db.model.update({ where: { id: model.id }, data: { builtin: true } });
    await t.db.modelPrice.create({
      data: { ...shipped, id: newId("price"), model_id: model.id, valid_from: new Date("2026-01-01T00:00:00Z") },
    });
    await caller.patch(path, { price });
    expect((await caller.patch(path, { price: null })).body.price).toMatchObject({
      input_per_mtok_usd: "0.50",
      source: "catalogue",
    });
  });

  test("stay as they are where no list price is known, which is a conflict; other fields too", async () => {
    const { model, path, caller } = await makeModel({ price });
    const { status, body } = await caller.patch(path, { price: null, enabled: false });
    expect([status, body.error.code]).toEqual([409, "conflict"]);
    expect(body.error.message).toContain(model.name);
    expect((await caller.get(path)).body).toEqual(model);
  });
});
