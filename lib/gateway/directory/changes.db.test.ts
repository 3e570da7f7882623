/** Whatever an admin changes reaches every directory within a second, with notices and with nothing but polling. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/lib/db/client";
import { newId } from "@/lib/ids";
import { seal } from "@/lib/secrets/key-ring";
import { openTestDatabase } from "@/lib/testing/database";
import { type OpenedDirectory, openDirectory } from "@/lib/testing/directory";
import { eventually } from "@/lib/testing/eventually";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeBudget, makeModel, testConfig } from "@/lib/testing/gateway";
import type { Directory } from "./directory";
import type { KeyEntry } from "./types";

const t = openTestDatabase();
const bound = 1_000;

async function makeWorld(db: Db) {
  const organisation = await makeTeam(db);
  const team = await makeTeam(db, { parent_id: organisation.id });
  const elsewhere = await makeTeam(db);
  const user = await makeUser(db);
  // A member of the organisation, and so of the team below it.
  await makeMember(db, organisation, user);
  const { key: parent } = await makeKey(db, { team_id: team.id, type: "team" });
  const { key, secret } = await makeKey(db, { user_id: user.id, team_id: team.id, parent_key_id: parent.id });
  const { model, provider } = await makeModel(db, "http://127.0.0.1:9/v1", { credentials: ["sk-first"] });
  const memberBudget = await makeBudget(db, { type: "member", id: `${organisation.id}/${user.id}` }, "1");
  return { organisation, team, elsewhere, user, parent, key, secret, model, provider, memberBudget };
}
type World = Awaited<ReturnType<typeof makeWorld>>;

interface Case {
  name: string;
  change(db: Db, world: World): Promise<unknown>;
  isKnown(world: World, entry: KeyEntry | null, directory: Directory): boolean | undefined;
}

const now = () => new Date();
const teamOf = ({ team }: World, { snapshot }: Directory) => snapshot.teams.get(team.id);
const modelOf = ({ model }: World, { snapshot }: Directory) => snapshot.models.get(model.name);
const setKey = (db: Db, { key }: World, data: Parameters<Db["key"]["update"]>[0]["data"]) =>
  db.key.update({ where: { id: key.id }, data });
const setUser = (db: Db, { user }: World, data: Parameters<Db["user"]["update"]>[0]["data"]) =>
  db.user.update({ where: { id: user.id }, data });
const setTeam = (db: Db, { team }: World, data: Parameters<Db["team"]["update"]>[0]["data"]) =>
  db.team.update({ where: { id: team.id }, data });
const budgetOf = (db: Db, type: string, id: string) => makeBudget(db, { type, id }, "1");
const hasBudget = (entry: KeyEntry | null, type: string) => entry?.budgets.some(({ scopeType }) => scopeType === type);

const ofKeys: Case[] = [
  {
    name: "a revoked key",
    change: (db, world) => setKey(db, world, { revoked_at: now() }),
    isKnown: (_w, entry) => entry?.state === "revoked",
  },
  {
    name: "a blocked key",
    change: (db, world) => setKey(db, world, { blocked_at: now() }),
    isKnown: (_w, entry) => entry?.state === "blocked",
  },
  {
    name: "an expiry",
    change: (db, world) => setKey(db, world, { expires_at: new Date(5) }),
    isKnown: (_w, entry) => entry?.expiresAtMs === 5,
  },
  {
    name: "a key's rate limit",
    change: (db, world) => setKey(db, world, { rpm_limit: 7 }),
    isKnown: (_w, entry) => entry?.levels[0]?.rpm === 7,
  },
  {
    name: "a key's team",
    change: (db, world) => setKey(db, world, { team_id: world.elsewhere.id }),
    isKnown: (world, entry) => entry?.teamId === world.elsewhere.id,
  },
  {
    name: "a deleted key",
    change: (db, { key }) => db.key.delete({ where: { id: key.id } }),
    isKnown: (_w, entry) => entry === null,
  },
  {
    name: "a rotated secret's end",
    change: (db, { key }) => db.keySecret.updateMany({ where: { key_id: key.id }, data: { expires_at: new Date(5) } }),
    isKnown: (_w, entry) => entry?.replacedAtMs === 5,
  },
  {
    name: "a deleted secret",
    change: (db, { key }) => db.keySecret.deleteMany({ where: { key_id: key.id } }),
    isKnown: (_w, entry) => entry === null,
  },
  {
    name: "a revoked parent key",
    change: (db, { parent }) => db.key.update({ where: { id: parent.id }, data: { revoked_at: now() } }),
    isKnown: (_w, entry) => entry?.state === "revoked",
  },
  {
    name: "a disabled owner",
    change: (db, world) => setUser(db, world, { disabled_at: now() }),
    isKnown: (_w, entry) => entry?.state === "blocked",
  },
  {
    name: "an owner's limit",
    change: (db, world) => setUser(db, world, { tpm_limit: 9 }),
    isKnown: (_w, entry) => entry?.levels.some(({ tpm }) => tpm === 9),
  },
  {
    name: "a deleted owner",
    change: (db, { user }) => db.user.delete({ where: { id: user.id } }),
    isKnown: (_w, entry) => entry === null,
  },
  {
    name: "a membership that ends",
    change: (db, { user }) => db.membership.deleteMany({ where: { user_id: user.id } }),
    isKnown: (_w, entry) => entry?.state === "blocked",
  },
  {
    name: "a team that moves away from its members",
    change: async (db, world) =>
      setTeam(db, world, { parent_id: world.elsewhere.id, path: [...world.elsewhere.path, world.team.id] }),
    isKnown: (_w, entry) => entry?.state === "blocked" && !hasBudget(entry, "member"),
  },
];
const ofBudgets: Case[] = [
  {
    name: "a key's new budget",
    change: (db, { key }) => budgetOf(db, "key", key.id),
    isKnown: (_w, entry) => hasBudget(entry, "key"),
  },
  {
    name: "a parent key's new budget",
    change: (db, { parent }) => budgetOf(db, "key", parent.id),
    isKnown: (_w, entry) => hasBudget(entry, "key"),
  },
  {
    name: "a person's new budget",
    change: (db, { user }) => budgetOf(db, "user", user.id),
    isKnown: (_w, entry) => hasBudget(entry, "user"),
  },
  {
    name: "a deleted member budget",
    change: (db, { memberBudget }) => db.budget.delete({ where: { id: memberBudget.id } }),
    isKnown: (_w, entry) => entry !== null && !hasBudget(entry, "member"),
  },
  {
    name: "an organisation's new budget",
    change: (db, { organisation }) => budgetOf(db, "team", organisation.id),
    isKnown: (world, _e, directory) => teamOf(world, directory)?.budgets.length === 1,
  },
];
const ofTheRest: Case[] = [
  {
    name: "a team's limit",
    change: (db, world) => setTeam(db, world, { parallel_limit: 3 }),
    isKnown: (world, _e, directory) => teamOf(world, directory)?.levels[0]?.parallel === 3,
  },
  {
    name: "a team's models",
    change: (db, world) => setTeam(db, world, { blocked_models: ["*"] }),
    isKnown: (world, _e, directory) =>
      teamOf(world, directory)?.levels[0]?.permits({ name: "any", provider: { name: "any" } }) === false,
  },
  {
    name: "a price",
    change: (db, { model }) =>
      db.modelPrice.create({
        data: {
          id: newId("price"),
          model_id: model.id,
          source: "manual",
          created_by: "test",
          valid_from: new Date(1),
          input_per_mtok_nano: 42n,
          output_per_mtok_nano: 1n,
        },
      }),
    isKnown: (world, _e, directory) => modelOf(world, directory)?.price?.inputPerMtokNano === 42n,
  },
  {
    name: "a disabled model",
    change: (db, { model }) => db.model.update({ where: { id: model.id }, data: { enabled: false } }),
    isKnown: (world, _e, directory) => !modelOf(world, directory),
  },
  {
    name: "a deleted model",
    change: (db, { model }) => db.model.update({ where: { id: model.id }, data: { deleted_at: now() } }),
    isKnown: (world, _e, directory) => !modelOf(world, directory),
  },
  {
    name: "a provider's address",
    change: (db, { provider }) =>
      db.provider.update({ where: { id: provider.id }, data: { base_url: "http://127.0.0.1:10/v1" } }),
    isKnown: (world, _e, directory) => modelOf(world, directory)?.provider.baseUrl === "http://127.0.0.1:10/v1",
  },
  {
    name: "a disabled provider",
    change: (db, { provider }) => db.provider.update({ where: { id: provider.id }, data: { enabled: false } }),
    isKnown: (world, _e, directory) => !modelOf(world, directory),
  },
  {
    name: "a credential's new secret",
    change: async (db, { provider }) => {
      const { id } = await db.credential.findFirstOrThrow({ where: { provider_id: provider.id } });
      const secret = seal(testConfig().encryptionKeys, { table: "credentials", row: id, field: "secret" }, "sk-second");
      return db.credential.update({ where: { id }, data: { secret } });
    },
    isKnown: (world, _e, directory) => modelOf(world, directory)?.provider.credentials[0]?.secret === "sk-second",
  },
  {
    name: "a disabled credential",
    change: (db, { provider }) =>
      db.credential.updateMany({ where: { provider_id: provider.id }, data: { enabled: false } }),
    isKnown: (world, _e, directory) => modelOf(world, directory)?.provider.credentials.length === 0,
  },
  {
    name: "a server-wide default",
    change: (db) =>
      db.settings.update({
        where: { id: 1 },
        data: { data: { default_rpm_limit: 60 } },
      }),
    isKnown: (_w, _e, { snapshot }) => snapshot.settings.defaultRpm !== null,
  },
];

describe.each([
  ["with notices", false],
  ["by polling alone", true],
])("%s", (_how, isDeaf) => {
  let opened: OpenedDirectory[];
  beforeAll(async () => {
    await t.db.settings.update({ where: { id: 1 }, data: { data: {} } });
    const listenUrl = isDeaf ? "postgresql://nobody@127.0.0.1:9/none" : t.url;
    opened = await Promise.all([openDirectory({ url: t.url, listenUrl }), openDirectory({ url: t.url, listenUrl })]);
  });
  afterAll(async () => {
    for (const each of opened) await each.close();
  });

  test.each([...ofKeys, ...ofBudgets, ...ofTheRest])(
    "$name is known everywhere within a second",
    async ({ change, isKnown }) => {
      const world = await makeWorld(t.db);
      const ask = async (directory: Directory) => isKnown(world, await directory.findKey(world.secret), directory);
      for (const { directory } of opened) {
        await directory.sync();
        expect(await ask(directory)).toBeFalsy();
      }
      await change(t.db, world);
      const changedAtMs = performance.now();
      await Promise.all(
        opened.map(({ directory }) => eventually(async () => (await ask(directory)) || undefined, bound)),
      );
      expect(performance.now() - changedAtMs).toBeLessThan(bound);
    },
  );
});
