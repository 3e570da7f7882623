import { beforeEach, describe, expect, test } from "vitest";
import { systemContext } from "@/lib/context";
import { newId } from "@/lib/ids";
import { openTestDatabase } from "@/lib/testing/database";
import { makeUser } from "@/lib/testing/factories";
import { createFakeClock } from "@/lib/testing/fake-clock";
import { endSessionsOf, openSession, readSession } from "./service";

const t = openTestDatabase();
const clock = createFakeClock();
const minute = 60_000;
const hour = 60 * minute;

beforeEach(() => clock.set("2026-11-20T12:00:00Z"));

async function change(settings: object): Promise<void> {
  await t.db.settings.update({ where: { id: 1 }, data: { data: settings } });
}

async function open(who: { userId: string; identityId: string | null } | { masterKeyId: string }): Promise<string> {
  return (await openSession(systemContext(t.db, "test", clock), { holder: who, client: "x".repeat(300) })).id;
}

async function openForSomebody(): Promise<{ id: string; userId: string }> {
  const user = await makeUser(t.db);
  return { id: await open({ userId: user.id, identityId: null }), userId: user.id };
}

async function openForMasterKey(): Promise<{ id: string; masterKeyId: string }> {
  const row = await t.db.masterKey.create({ data: { id: newId("master"), hash: "x" } });
  return { id: await open({ masterKeyId: row.id }), masterKeyId: row.id };
}

const counts = async (id: string) => (await readSession(t.db, clock, id)) !== null;

/** A request every hour, so that it never is idle; the hour after which it ended. */
async function lastHourOf(id: string, until: number): Promise<number> {
  for (let passed = 1; passed <= until; passed++) {
    clock.advance(hour);
    if (!(await counts(id))) return passed;
  }
  return Number.POSITIVE_INFINITY;
}

describe("a session ends", () => {
  test("a week after its sign-in, however busy it is", async () => {
    const { id } = await openForSomebody();
    expect(await lastHourOf(id, 200)).toBe(168);
  });

  test("twelve hours after its last request, and not a minute earlier", async () => {
    const { id } = await openForSomebody();
    clock.advance(12 * hour - minute);
    expect(await counts(id)).toBe(true);
    clock.advance(12 * hour - minute);
    expect(await counts(id)).toBe(true);
    clock.advance(12 * hour);
    expect(await counts(id)).toBe(false);
  });

  test("of the master key after twelve hours at the latest, whatever the settings allow", async () => {
    await change({ session_max_hours: 500, session_idle_hours: 500 });
    const { id } = await openForMasterKey();
    const row = await t.db.session.findUniqueOrThrow({ where: { id } });
    expect(row.expires_at.getTime() - row.created_at.getTime()).toBe(12 * hour);
    expect(await lastHourOf(id, 20)).toBe(12);
    await change({});
  });

  test("when settings become shorter, and does not live longer when they become longer", async () => {
    const { id } = await openForSomebody();
    clock.advance(2 * hour);
    await change({ session_max_hours: 2 });
    expect(await counts(id)).toBe(false);
    await change({ session_idle_hours: 1 });
    expect(await counts(id)).toBe(false);
    await change({ session_max_hours: 1_000 });
    expect(await lastHourOf(id, 200)).toBe(166);
    await change({});
  });

  test("when its master key is retired, or signing in with that is switched off", async () => {
    const { id, masterKeyId } = await openForMasterKey();
    expect(await readSession(t.db, clock, id)).toMatchObject({ masterKeyId, user: null });
    await change({ master_key_sign_in: false });
    expect(await counts(id)).toBe(false);
    await change({});
    expect(await counts(id)).toBe(true);
    await t.db.masterKey.update({ where: { id: masterKeyId }, data: { retired_at: new Date() } });
    expect(await counts(id)).toBe(false);
  });

  test("while its person is disabled; and none is opened for them", async () => {
    const { id, userId } = await openForSomebody();
    await t.db.user.update({ where: { id: userId }, data: { disabled_at: new Date() } });
    expect(await counts(id)).toBe(false);
    const before = await t.db.session.count();
    await expect(open({ userId, identityId: null })).rejects.toMatchObject({ code: "forbidden" });
    expect(await t.db.session.count()).toBe(before);
  });

  test("with all others of the person, or with those of one identity alone", async () => {
    const user = await makeUser(t.db);
    const [one, other] = await Promise.all(
      ["a", "b"].map((subject) =>
        t.db.identity.create({
          data: { id: newId("identity"), user_id: user.id, issuer: "https://dex.example.test", subject },
        }),
      ),
    );
    const ofOne = await open({ userId: user.id, identityId: one?.id ?? null });
    const ofOther = await open({ userId: user.id, identityId: other?.id ?? null });
    const { id: ofSomebodyElse } = await openForSomebody();
    expect(await endSessionsOf({ db: t.db, clock }, { identityId: one?.id ?? "" })).toBe(1);
    expect(await Promise.all([ofOne, ofOther].map(counts))).toEqual([false, true]);
    expect(await endSessionsOf({ db: t.db, clock }, { userId: user.id })).toBe(1);
    expect(await Promise.all([ofOther, ofSomebodyElse].map(counts))).toEqual([false, true]);
  });
});

test("the last request is noted once a minute, by one of those that come together", async () => {
  const { id } = await openForSomebody();
  const seenAt = async () => (await t.db.session.findUniqueOrThrow({ where: { id } })).last_seen_at.getTime();
  const openedAt = clock.now();
  clock.advance(minute);
  await readSession(t.db, clock, id);
  expect(await seenAt()).toBe(openedAt);
  clock.advance(1);
  const together = await Promise.all(Array.from({ length: 5 }, () => readSession(t.db, clock, id)));
  expect(together.filter((session) => session?.isNoted)).toHaveLength(1);
  expect(await seenAt()).toBe(clock.now());
});

test("how a browser names itself is kept, up to a bound", async () => {
  const { id } = await openForSomebody();
  expect((await t.db.session.findUniqueOrThrow({ where: { id } })).client).toBe("x".repeat(200));
});
