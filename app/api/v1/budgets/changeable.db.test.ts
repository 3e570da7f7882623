import { expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { createApi } from "@/lib/testing/api";
import { makeRequestWorld, type Person } from "@/lib/testing/budget-requests";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);

test("a budget says to each who reads it whether they may change it, and is right", async () => {
  const { budgets, asker, teamOwner, rootOwner, manager, viewer } = await makeRequestWorld(t.db, api);
  const told = async (who: Person) => {
    const answers: Record<string, boolean | null> = {};
    for (const [name, { id }] of Object.entries(budgets)) {
      const { status, body } = await who.api.get(`/budgets/${id}`);
      answers[name] = status === 200 ? Boolean(body.is_changeable) : null;
      if (status !== 200) continue;
      const change = await who.api.patch(`/budgets/${id}`, { limit_usd: "10" });
      expect([name, change.status]).toEqual([name, answers[name] ? 200 : 403]);
    }
    return answers;
  };
  const all = { key: true, member: true, user: true, team: true, root: true };
  expect(await told(manager)).toEqual(all);
  expect(await told(rootOwner)).toEqual({ ...all, user: null, root: false });
  expect(await told(teamOwner)).toEqual({ ...all, user: null, team: false, root: null });
  expect(await told(asker)).toEqual({ key: false, member: false, user: false, team: false, root: null });
  expect((await told(viewer)).team).toBe(false);
});

test("a key that may only read is told that it changes nothing, whoever owns it", async () => {
  const { budgets, manager } = await makeRequestWorld(t.db, api);
  const { secret } = await makeKey(t.db, { user_id: manager.user.id, scopes: ["budgets.read"] });
  const { body } = await api.as(secret).get(`/budgets/${budgets.team.id}`);
  expect(body.is_changeable).toBe(false);
});
