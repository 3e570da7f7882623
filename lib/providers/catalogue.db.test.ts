import { describe, expect, test } from "vitest";
import { getConfig } from "@/lib/config/config";
import { systemContext } from "@/lib/context";
import { createClient } from "@/lib/db/client";
import { updateModel } from "@/lib/models/service";
import { parseUsd } from "@/lib/money";
import { seal, unseal } from "@/lib/secrets/key-ring";
import { simulatorModels } from "@/lib/simulator/models";
import { cloneDatabase, openTestDatabase } from "@/lib/testing/database";
import { loadCatalogue, registerSimulator } from "./catalogue";
import { type CatalogueProvider, catalogue } from "./catalogue-data";
import { createProvider, deleteProvider, updateProvider } from "./service";

const t = openTestDatabase();
const nothing = { providers: [], models: [], prices: 0 };
const ctx = () => systemContext(t.db, "test");

const currentPrice = async (modelId: string) =>
  t.db.modelPrice.findFirst({ where: { model_id: modelId }, orderBy: { valid_from: "desc" } });

const modelOf = (provider: string, name: string) =>
  t.db.model.findFirstOrThrow({ where: { name, provider: { name: provider } } });

/** A copy of the catalogue of one provider with one model more. */
function extended(name: string, model: string): CatalogueProvider[] {
  return catalogue
    .filter((provider) => provider.name === name)
    .map((provider) => ({ ...provider, models: [...provider.models, { name: model, kind: "chat" as const }] }));
}

describe("the built-in catalogue", () => {
  test("fills an empty database, with a price and an output limit wherever one is stated, and no key", async () => {
    const changes = await loadCatalogue(ctx());
    expect(changes.providers).toEqual(["openai", "anthropic", "xai", "google"]);
    const models = await t.db.model.findMany({ include: { prices: true, provider: true } });
    expect(models).toHaveLength(catalogue.flatMap((provider) => provider.models).length);
    for (const model of models) {
      expect(model, model.name).toMatchObject({ builtin: true, enabled: true, max_input_tokens: expect.any(Number) });
      expect(model.prices, model.name).toMatchObject([{ source: "catalogue", created_by: "system:test" }]);
      expect(model.prices[0]?.input_per_mtok_nano, model.name).toBeGreaterThan(0n);
      if (model.kind === "chat") expect(model.prices[0]?.output_per_mtok_nano, model.name).toBeGreaterThan(0n);
      if (model.provider.name !== "xai") expect(model.max_output_tokens, model.name).not.toBeNull();
    }
    expect(await t.db.credential.count()).toBe(0);
    expect(await t.db.auditEntry.count({ where: { action: "catalogue.loaded" } })).toBe(1);
  });

  test("loaded again changes nothing and says nothing", async () => {
    await loadCatalogue(ctx());
    const count = () => Promise.all([t.db.model.count(), t.db.modelPrice.count(), t.db.auditEntry.count()]);
    const before = await count();
    expect(await loadCatalogue(ctx())).toEqual(nothing);
    expect(await count()).toEqual(before);
  });

  test("adds what a later version ships", async () => {
    await loadCatalogue(ctx());
    const changes = await loadCatalogue(ctx(), extended("openai", "gpt-4-turbo"));
    expect(changes).toEqual({ providers: [], models: ["openai/gpt-4-turbo"], prices: 0 });
    expect(await currentPrice((await modelOf("openai", "gpt-4-turbo")).id)).toMatchObject({
      input_per_mtok_nano: parseUsd("10"),
    });
  });

  test("never brings back what an admin deleted, model or provider", async () => {
    await loadCatalogue(ctx());
    const model = await modelOf("google", "gemini-2.5-pro");
    await t.db.model.update({ where: { id: model.id }, data: { deleted_at: new Date() } });
    const { id } = await t.db.provider.findUniqueOrThrow({ where: { name: "xai" } });
    await deleteProvider(ctx(), id);
    expect(await loadCatalogue(ctx())).toEqual(nothing);
    expect(await loadCatalogue(ctx(), extended("xai", "grok-3"))).toEqual(nothing);
    expect((await t.db.model.findUniqueOrThrow({ where: { id: model.id } })).deleted_at).not.toBeNull();
    expect((await t.db.provider.findUniqueOrThrow({ where: { id } })).deleted_at).not.toBeNull();
    expect(await t.db.model.count({ where: { provider_id: id, deleted_at: null } })).toBe(0);
  });

  test("never undoes an edit", async () => {
    await loadCatalogue(ctx());
    const provider = await t.db.provider.findUniqueOrThrow({ where: { name: "anthropic" } });
    const edits = { base_url: "https://proxy.example.com/v1", enabled: false, display_name: "Ours" };
    await updateProvider(ctx(), provider.id, edits, null);
    const model = await modelOf("anthropic", "claude-haiku-4-5");
    await updateModel(ctx(), model.id, { enabled: false, max_output_tokens: 100, display_name: "Small" }, null);
    expect(await loadCatalogue(ctx())).toEqual(nothing);
    expect(await t.db.provider.findUniqueOrThrow({ where: { id: provider.id } })).toMatchObject(edits);
    expect(await t.db.model.findUniqueOrThrow({ where: { id: model.id } })).toMatchObject({
      enabled: false,
      max_output_tokens: 100,
      display_name: "Small",
    });
  });

  test("follows a list price that changed, keeps the old one in the history, and leaves a manual price alone", async () => {
    await loadCatalogue(ctx());
    const followed = await modelOf("openai", "gpt-4o");
    const shipped = await currentPrice(followed.id);
    // As if an earlier version of the product had shipped another price.
    await t.db.modelPrice.updateMany({ where: { model_id: followed.id }, data: { input_per_mtok_nano: 1n } });
    const manual = await modelOf("openai", "gpt-4o-mini");
    await updateModel(ctx(), manual.id, { price: { input_per_mtok_usd: "9", output_per_mtok_usd: "9" } }, null);
    expect(await loadCatalogue(ctx())).toEqual({ ...nothing, prices: 1 });
    expect(await currentPrice(followed.id)).toMatchObject({
      input_per_mtok_nano: shipped?.input_per_mtok_nano,
      source: "catalogue",
    });
    expect(await t.db.modelPrice.count({ where: { model_id: followed.id } })).toBe(2);
    expect(await currentPrice(manual.id)).toMatchObject({ input_per_mtok_nano: parseUsd("9"), source: "manual" });
  });

  test("takes up a list price on the day from which it holds", async () => {
    const later = { ...ctx(), clock: { now: () => Date.UTC(2027, 0, 2) } };
    await loadCatalogue(ctx());
    const model = await modelOf("google", "gemini-3.8-flash");
    const before = await currentPrice(model.id);
    expect((await loadCatalogue(later)).prices).toBeGreaterThan(0);
    expect((await currentPrice(model.id))?.input_per_mtok_nano).not.toBe(before?.input_per_mtok_nano);
    await loadCatalogue(ctx());
  });

  test("leaves alone a provider that an admin made under a built-in name at another address", async () => {
    const clone = await cloneDatabase();
    const db = createClient(clone.url);
    const fresh = systemContext(db, "test");
    const own = { kind: "openai", enabled: true, models: ["mine"] } as const;
    await createProvider(fresh, { ...own, models: ["mine"], name: "openai", base_url: "https://gw.example.com/v1" });
    const changes = await loadCatalogue(fresh);
    expect(changes.providers).toEqual(["anthropic", "xai", "google"]);
    expect(await db.model.findMany({ where: { provider: { name: "openai" } } })).toMatchObject([{ name: "mine" }]);
    await db.$disconnect();
    await clone.drop();
  });

  test("comes back whole when an admin creates a deleted built-in provider again at its own address", async () => {
    await loadCatalogue(ctx());
    const { id } = await t.db.provider.findUniqueOrThrow({ where: { name: "google" } });
    await deleteProvider(ctx(), id);
    const revived = await createProvider(ctx(), { name: "google", kind: "openai", enabled: true });
    expect(revived).toMatchObject({ id, builtin: true, has_api_key: false });
    const shipped = catalogue.find((provider) => provider.name === "google")?.models.length;
    expect(await t.db.model.count({ where: { provider_id: id, deleted_at: null } })).toBe(shipped);
    expect(await loadCatalogue(ctx())).toEqual(nothing);
  });

  test("is loaded once by processes that start together, and all of them come up", async () => {
    const clone = await cloneDatabase();
    const clients = Array.from({ length: 4 }, () => createClient(clone.url));
    const all = await Promise.all(clients.map((db) => loadCatalogue(systemContext(db, "boot"))));
    expect(all.filter((changes) => changes.providers.length > 0)).toHaveLength(1);
    const total = catalogue.flatMap((provider) => provider.models).length;
    expect(await clients[0]?.model.count()).toBe(total);
    expect(await clients[0]?.modelPrice.count()).toBe(total);
    await Promise.all(clients.map((db) => db.$disconnect()));
    await clone.drop();
  });
});

describe("the simulator as a provider", () => {
  const given = { baseUrl: "http://127.0.0.1:4100/v1", apiKey: "simulated-key-0123456789" };
  const provider = () =>
    t.db.provider.findUniqueOrThrow({ where: { name: "simulator" }, include: { credentials: true } });
  const place = (row: string) => ({ table: "credentials", row, field: "secret" });

  test("is registered with its key, its models and their prices", async () => {
    const id = await registerSimulator(ctx(), given);
    const row = await provider();
    expect(row).toMatchObject({ id, base_url: given.baseUrl, builtin: true, deleted_at: null });
    const [credential] = row.credentials;
    expect(unseal(getConfig().encryptionKeys, place(credential?.id ?? ""), credential?.secret ?? "")).toBe(
      given.apiKey,
    );
    for (const simulated of simulatorModels) {
      const model = await modelOf("simulator", simulated.name);
      const { name, price, ...fields } = simulated;
      expect(model, name).toMatchObject(fields);
      expect(await currentPrice(model.id), name).toMatchObject({
        source: "catalogue",
        input_per_mtok_nano: parseUsd(price.input_per_mtok_usd),
        output_per_mtok_nano: parseUsd(price.output_per_mtok_usd),
      });
    }
  });

  test("at a later start takes the new port and key, and otherwise writes nothing", async () => {
    await registerSimulator(ctx(), given);
    const before = await provider();
    await registerSimulator(ctx(), given);
    expect(await provider()).toEqual(before);
    await registerSimulator(ctx(), { baseUrl: "http://127.0.0.1:4200/v1", apiKey: "another-key-0123456789" });
    const after = await provider();
    expect(after).toMatchObject({ id: before.id, base_url: "http://127.0.0.1:4200/v1" });
    expect(after.credentials).toHaveLength(1);
    expect(after.credentials[0]?.secret).not.toBe(before.credentials[0]?.secret);
  });

  test("gets a key that opens where the stored one no longer does", async () => {
    await registerSimulator(ctx(), given);
    const { credentials } = await provider();
    const id = credentials[0]?.id ?? "";
    const lost = seal([{ id: "lost", bytes: Buffer.alloc(32, 7) }], place(id), given.apiKey);
    await t.db.credential.update({ where: { id }, data: { secret: lost } });
    await registerSimulator(ctx(), given);
    const renewed = (await provider()).credentials[0]?.secret ?? "";
    expect(unseal(getConfig().encryptionKeys, place(id), renewed)).toBe(given.apiKey);
  });

  test("keeps a price that an admin set, and stays deleted once an admin deleted it", async () => {
    await registerSimulator(ctx(), given);
    const model = await modelOf("simulator", "sim-small");
    await updateModel(ctx(), model.id, { price: { input_per_mtok_usd: "7", output_per_mtok_usd: "7" } }, null);
    await registerSimulator(ctx(), given);
    expect(await currentPrice(model.id)).toMatchObject({ input_per_mtok_nano: parseUsd("7") });
    await deleteProvider(ctx(), (await provider()).id);
    expect(await registerSimulator(ctx(), given)).toBeNull();
    expect((await provider()).deleted_at).not.toBeNull();
    expect((await provider()).credentials).toEqual([]);
  });
});
