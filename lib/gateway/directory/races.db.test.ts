/** What must not be missed by a directory, however it falls together with a look, a load, an outage. */
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { billEverything, callChat } from "@/lib/testing/calls";
import { openTestDatabase } from "@/lib/testing/database";
import { type OpenedDirectory, openDirectory } from "@/lib/testing/directory";
import { eventually } from "@/lib/testing/eventually";
import { makeKey, makeTeam } from "@/lib/testing/factories";
import { makeBudget, makeModel, startGateway } from "@/lib/testing/gateway";
import { type PostgresProxy, startPostgresProxy } from "@/lib/testing/postgres-proxy";
import { startUpstream } from "@/lib/testing/scripted-upstream";

const t = openTestDatabase();
const nowhere = "postgresql://nobody@127.0.0.1:9/none";
let proxy: PostgresProxy;
let opened: OpenedDirectory;

beforeAll(async () => {
  proxy = await startPostgresProxy(t.url);
});
afterAll(() => proxy.close());
beforeEach(async () => {
  // Deaf, so that only the test decides when it looks, twice a second apart.
  opened = await openDirectory({ url: proxy.url, listenUrl: nowhere });
});
afterEach(async () => {
  proxy.open();
  await opened.close();
});

const revoke = (id: string, client: Pick<pg.Client, "query"> = t.pool) =>
  client.query("UPDATE keys SET revoked_at = now() WHERE id = $1", [id]);
const stateOf = async (secret: string) => (await opened.directory.findKey(secret))?.state;

async function inOpenTransaction<T>(
  statement: string,
  values: unknown[],
  work: (commit: () => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const client = await t.pool.connect();
  await client.query("BEGIN");
  await client.query(statement, values);
  try {
    return await work(() => client.query("COMMIT"));
  } finally {
    client.release();
  }
}

/** Resolves when so many statements wait for a lock. */
const waiting = (count: number) =>
  eventually(async () => {
    const { rows } = await t.pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows.length >= count ? true : undefined;
  });

test("a change of a transaction that stayed open while later ones were read is not passed over", async () => {
  const slow = await makeKey(t.db);
  const fast = await Promise.all(Array.from({ length: 5 }, () => makeKey(t.db)));
  for (const { secret } of [slow, ...fast]) expect(await stateOf(secret)).toBe("live");
  await inOpenTransaction("UPDATE keys SET revoked_at = now() WHERE id = $1", [slow.key.id], async (commit) => {
    for (const { key, secret } of fast) {
      await revoke(key.id);
      await opened.directory.sync();
      expect(await stateOf(secret)).toBe("revoked");
    }
    expect(await stateOf(slow.secret)).toBe("live");
    await commit();
  });
  await opened.directory.sync();
  expect(await stateOf(slow.secret)).toBe("revoked");
});

test("a change that arrives while its key is being read is in what is answered", async () => {
  const { key, secret } = await makeKey(t.db);
  const found = await inOpenTransaction("LOCK TABLE budgets IN ACCESS EXCLUSIVE MODE", [], async (commit) => {
    // The key itself has been read by then: its budgets come last.
    const finding = opened.directory.findKey(secret);
    await waiting(1);
    await revoke(key.id);
    await opened.directory.sync();
    await commit();
    return finding;
  });
  expect(found?.state).toBe("revoked");
  expect(await stateOf(secret)).toBe("revoked");
});

test("a change that arrives while its key is being read, and is looked for only afterwards, is found then", async () => {
  const { key, secret } = await makeKey(t.db);
  await inOpenTransaction("LOCK TABLE budgets IN ACCESS EXCLUSIVE MODE", [], async (commit) => {
    const finding = opened.directory.findKey(secret);
    await waiting(1);
    await revoke(key.id);
    await commit();
    await finding;
  });
  await opened.directory.sync();
  expect(await stateOf(secret)).toBe("revoked");
});

test("changes of others do not keep a key from being read", async () => {
  const [{ secret }, other] = [await makeKey(t.db), await makeKey(t.db)];
  const query = vi.spyOn(opened.pool, "query");
  await inOpenTransaction("LOCK TABLE budgets IN ACCESS EXCLUSIVE MODE", [], async (commit) => {
    const finding = opened.directory.findKey(secret);
    await waiting(1);
    for (let index = 0; index < 5; index++) {
      await t.db.key.update({ where: { id: other.key.id }, data: { rpm_limit: index + 1 } });
      await opened.directory.sync();
    }
    await commit();
    await finding;
  });
  const reads = query.mock.calls.filter(([text]) => String(text).includes("WITH RECURSIVE chain"));
  expect(reads).toHaveLength(1);
});

test("what is committed before a sync is known after it, also when another look was under way", async () => {
  const { key, secret } = await makeKey(t.db);
  expect(await stateOf(secret)).toBe("live");
  await inOpenTransaction("LOCK TABLE memberships, master_keys IN ACCESS EXCLUSIVE MODE", [], async (commit) => {
    // A look that has read the feed and waits for the snapshot.
    await t.db.settings.update({ where: { id: 1 }, data: { version: { increment: 1 } } });
    const early = opened.directory.sync();
    await waiting(1);
    await revoke(key.id);
    const late = opened.directory.sync();
    await commit();
    await Promise.all([early, late]);
  });
  expect(await stateOf(secret)).toBe("revoked");
});

test("a key that is new here is judged by all that was there before it", async () => {
  const [upstream, running] = [await startUpstream(), await startGateway()];
  billEverything(upstream);
  const { model } = await makeModel(t.db, upstream.url);
  await running.gateway.refresh();
  for (let round = 0; round < 20; round++) {
    const organisation = await makeTeam(t.db);
    const team = await makeTeam(t.db, { parent_id: organisation.id });
    await makeBudget(t.db, { type: "team", id: organisation.id }, "0");
    const { secret } = await makeKey(t.db, { type: "team", team_id: team.id });
    expect(await callChat(running.url, secret, { model: model.name })).toMatchObject({ code: "budget_exceeded" });
  }
  expect(upstream.requests).toHaveLength(0);
  await running.close();
  await upstream.close();
});

test("without a database nothing is let through, neither the known nor the unknown, and everything again when it is back", async () => {
  const upstream = await startUpstream();
  billEverything(upstream);
  const running = await startGateway({ env: { DATABASE_URL: proxy.url } });
  const [known, unknown] = [await makeKey(t.db), await makeKey(t.db)];
  const { model } = await makeModel(t.db, upstream.url);
  const call = async ({ secret }: { secret: string }) =>
    (await callChat(running.url, secret, { model: model.name })).status;
  expect(await call(known)).toBe(200);
  proxy.shut();
  const startedAtMs = performance.now();
  // Before and after the directory notices that it has not looked for too long.
  while (performance.now() - startedAtMs < 1_500) expect([await call(known), await call(unknown)]).toEqual([503, 503]);
  // What needs no budget is not answered from memory either.
  const list = await fetch(`${running.url}/models`, { headers: { authorization: `Bearer ${known.secret}` } });
  expect(list.status).toBe(503);
  expect(upstream.requests).toHaveLength(1);
  proxy.open();
  await eventually(async () => ((await call(known)) === 200 && (await call(unknown)) === 200 ? true : undefined));
  await running.close();
  await upstream.close();
});

test("a database that comes back with another history is read anew", async () => {
  const { key, secret } = await makeKey(t.db);
  const team = await makeTeam(t.db);
  await opened.directory.sync();
  expect(await stateOf(secret)).toBe("live");
  proxy.shut();
  await expect(opened.directory.sync()).rejects.toThrow();
  await revoke(key.id);
  await t.db.team.update({ where: { id: team.id }, data: { rpm_limit: 5 } });
  // A promoted standby may have used lower transaction numbers for these changes than were seen before.
  await t.pool.query("UPDATE directory_changes SET xid = '3'::xid8");
  proxy.open();
  await eventually(() =>
    opened.directory.sync().then(
      () => true,
      () => undefined,
    ),
  );
  expect(await stateOf(secret)).toBe("revoked");
  expect(opened.directory.snapshot.teams.get(team.id)?.levels[0]?.rpm).toBe(5);
});

test("notices go on after the connection that listens was killed", async () => {
  const listening = await openDirectory({ url: t.url });
  const { key, secret } = await makeKey(t.db);
  const listeners = () =>
    t.pool.query(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pllm-directory'",
    );
  await eventually(async () => ((await listeners()).rows.length === 1 ? true : undefined));
  await t.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pllm-directory'",
  );
  expect((await listening.directory.findKey(secret))?.state).toBe("live");
  await revoke(key.id);
  await eventually(
    async () => ((await listening.directory.findKey(secret))?.state === "revoked" ? true : undefined),
    1_000,
  );
  await eventually(async () => ((await listeners()).rows.length === 1 ? true : undefined));
  await listening.close();
});
