import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { systemContext } from "@/lib/context";
import { newId } from "@/lib/ids";
import { openTestDatabase } from "@/lib/testing/database";
import { type KeyRing, type RingKey, seal, sealedBy, sealedColumns, unseal } from "./key-ring";
import { rewrapSecrets } from "./rewrap";

const t = openTestDatabase();
const makeKey = (id: string): RingKey => ({ id, bytes: randomBytes(32) });
const [old, fresh] = [makeKey("old"), makeKey("fresh")];
const both: KeyRing = [fresh, old];
const ctx = () => systemContext(t.db, "rewrap");

beforeEach(async () => {
  await t.db.provider.deleteMany();
  await t.db.webhook.deleteMany();
  await t.db.auditEntry.deleteMany();
});

async function makeCredentials(count: number, ring: KeyRing): Promise<string[]> {
  const provider_id = newId("provider");
  await t.db.provider.create({ data: { id: provider_id, name: provider_id, base_url: "https://models.example.com" } });
  const data = Array.from({ length: count }, (_, index) => {
    const id = newId("credential");
    const secret = seal(ring, { table: "credentials", row: id, field: "secret" }, `key of ${id}`);
    return { id, provider_id, name: `c${index}`, secret, last_four: "" };
  });
  await t.db.credential.createMany({ data });
  return data.map((row) => row.id);
}

async function makeWebhook(ring: KeyRing): Promise<string> {
  const id = newId("webhook");
  const sealField = (field: string) => seal(ring, { table: "webhooks", row: id, field }, `${field} of ${id}`);
  const secrets = { secret: sealField("secret"), previous_secret: sealField("previous_secret") };
  await t.db.webhook.create({ data: { id, url: "https://hooks.example.com", events: [], ...secrets } });
  return id;
}

async function openAll(ring: KeyRing): Promise<string[]> {
  const credentials = await t.db.credential.findMany({ orderBy: { id: "asc" } });
  const webhooks = await t.db.webhook.findMany({ orderBy: { id: "asc" } });
  return [
    ...credentials.map((row) => unseal(ring, { table: "credentials", row: row.id, field: "secret" }, row.secret)),
    ...webhooks.flatMap((row) => [
      unseal(ring, { table: "webhooks", row: row.id, field: "secret" }, row.secret),
      unseal(ring, { table: "webhooks", row: row.id, field: "previous_secret" }, row.previous_secret ?? ""),
    ]),
  ];
}

describe("rewrap", () => {
  test("after a rotation puts every secret under the new key, so that the old one can be dropped", async () => {
    const credentials = await makeCredentials(7, [old]);
    const webhook = await makeWebhook([old]);
    await makeCredentials(2, both);
    const before = await openAll(both);
    const result = await rewrapSecrets(ctx(), { batch: 3, ring: both });
    expect(result).toEqual({ rewrapped: 9, failed: [], remaining: 0 });
    expect(await openAll([fresh])).toEqual(before);
    expect(before).toContain(`key of ${credentials[0]}`);
    expect(before).toContain(`previous_secret of ${webhook}`);
    expect(await t.db.auditEntry.findMany()).toMatchObject([
      { action: "secrets.rewrapped", details: { key_id: "fresh", rewrapped: 9, remaining: 0 } },
    ]);
  });

  test("repeated touches nothing, not even the log", async () => {
    await makeCredentials(3, [old]);
    await rewrapSecrets(ctx(), { ring: both });
    const before = await t.db.credential.findMany({ orderBy: { id: "asc" } });
    expect(await rewrapSecrets(ctx(), { ring: both })).toEqual({ rewrapped: 0, failed: [], remaining: 0 });
    expect(await t.db.credential.findMany({ orderBy: { id: "asc" } })).toEqual(before);
    expect(await t.db.auditEntry.count()).toBe(1);
  });

  test("is no change of the row: version and time of change stay", async () => {
    const [id = ""] = await makeCredentials(1, [old]);
    const before = await t.db.credential.findUniqueOrThrow({ where: { id } });
    await rewrapSecrets(ctx(), { ring: both });
    const after = await t.db.credential.findUniqueOrThrow({ where: { id } });
    expect({ ...after, secret: before.secret }).toEqual(before);
    expect(after.secret).not.toBe(before.secret);
  });

  test("goes on where it was interrupted", async () => {
    await makeCredentials(6, [old]);
    // The database fails at the fourth row, as a killed process would.
    await t.pool.query(`
      CREATE FUNCTION fail_at_fourth() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF (SELECT count(*) FROM credentials WHERE split_part(secret, '.', 2) = 'fresh') >= 3 THEN RAISE 'interrupted'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER interrupt BEFORE UPDATE ON credentials FOR EACH ROW EXECUTE FUNCTION fail_at_fourth();`);
    await expect(rewrapSecrets(ctx(), { batch: 2, ring: both })).rejects.toThrow("interrupted");
    const sealers = (await t.db.credential.findMany()).map((row) => sealedBy(row.secret)).sort();
    expect(sealers).toEqual(["fresh", "fresh", "fresh", "old", "old", "old"]);
    expect((await openAll(both)).length).toBe(6);
    await t.pool.query("DROP TRIGGER interrupt ON credentials; DROP FUNCTION fail_at_fourth()");
    expect(await rewrapSecrets(ctx(), { batch: 2, ring: both })).toEqual({ rewrapped: 3, failed: [], remaining: 0 });
  });

  test("never overwrites a secret that somebody set meanwhile", async () => {
    const [id = ""] = await makeCredentials(1, [old]);
    const place = { table: "credentials", row: id, field: "secret" };
    const changed = seal([old], place, "the admin's new key");
    // The change comes between reading the row and writing it back.
    const meddling = t.db.$extends({
      query: {
        async $executeRaw({ args, query }) {
          await t.db.credential.update({ where: { id }, data: { secret: changed } });
          return query(args);
        },
      },
    }) as unknown as typeof t.db;
    const result = await rewrapSecrets({ ...ctx(), db: meddling }, { ring: both });
    expect(result).toEqual({ rewrapped: 0, failed: [], remaining: 1 });
    await rewrapSecrets(ctx(), { ring: both });
    const { secret } = await t.db.credential.findUniqueOrThrow({ where: { id } });
    expect(unseal([fresh], place, secret)).toBe("the admin's new key");
  });

  test("in several processes at once seals each secret once", async () => {
    await makeCredentials(40, [old]);
    const results = await Promise.all([1, 7, 100].map((batch) => rewrapSecrets(ctx(), { batch, ring: both })));
    expect(results.reduce((sum, result) => sum + result.rewrapped, 0)).toBe(40);
    expect(await openAll([fresh])).toHaveLength(40);
  });

  test("reports what cannot be opened by its place, leaves it as it is, and does the rest", async () => {
    await makeCredentials(3, [old]);
    const [lost = ""] = await makeCredentials(1, [makeKey("lost")]);
    const [moved = "", donor = ""] = await makeCredentials(2, [old]);
    const donated = await t.db.credential.findUniqueOrThrow({ where: { id: donor } });
    await t.db.credential.update({ where: { id: moved }, data: { secret: donated.secret } });
    const { rewrapped, failed, remaining } = await rewrapSecrets(ctx(), { batch: 2, ring: both });
    expect({ rewrapped, remaining }).toEqual({ rewrapped: 4, remaining: 2 });
    expect(failed.map((place) => place.row).sort()).toEqual([lost, moved].sort());
    expect((await t.db.credential.findUniqueOrThrow({ where: { id: moved } })).secret).toBe(donated.secret);
  });
});

test("every column that is called a secret is known to the rewrap", async () => {
  const { rows } = await t.pool.query(`
    SELECT table_name AS table, column_name AS field FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name ~ '(secret|refresh_token)$' ORDER BY 1, 2 DESC`);
  expect(rows).toEqual(sealedColumns);
});
