/** The gateway knows nothing of increases: it holds the next call against whatever the limit is by then. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { authorityOfUser } from "@/lib/auth/authority";
import { type Context, systemContext } from "@/lib/context";
import { startJobRunner } from "@/lib/jobs/runner";
import { approveRequest } from "@/lib/requests/decide";
import { createRequest } from "@/lib/requests/service";
import { chatBody, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeUser } from "@/lib/testing/factories";
import { makeBudget } from "@/lib/testing/gateway";
import { chatCompletion, usageOf } from "@/lib/testing/upstream-scripts";
import { endIncreases } from "./jobs";

const t = openTestDatabase();
const stage = openStage(t, {});
let jobs: ReturnType<typeof startJobRunner>;
beforeAll(() => {
  jobs = startJobRunner({ db: t.db, jobs: [endIncreases] });
});
afterAll(() => jobs.stop());

test("a call is held against the raised limit as soon as the request is approved, and against the old one once it has ended", async () => {
  const user = await makeUser(t.db);
  // A completion token costs a tenth of a cent, so this call may cost 0.20 USD, and costs 0.001.
  const caller = await stage.makeCaller({
    key: { user_id: user.id },
    model: { price: { input: "0", output: "1000" } },
  });
  const budget = await makeBudget(t.db, { type: "user", id: user.id }, "0.1");
  await stage.running.gateway.refresh();
  stage.upstream.respondWith(() => chatCompletion({ usage: usageOf({ prompt: 1, completion: 1 }) }));
  const call = async () => {
    const response = await stage.send(caller.secret, chatBody(caller.model, { max_tokens: 200 }));
    await response.text();
    return response.status;
  };
  expect(await call()).toBe(413);

  const system = systemContext(t.db, "test");
  const authority = await authorityOfUser(t.db, user);
  const asker: Context = { ...system, principal: { kind: "session", id: user.id, name: user.email, authority } };
  const { id } = await createRequest(asker, { budget_id: budget.id, amount_usd: "0.15", reason: "one big call" });
  const until = Date.now() + 2_500;
  await approveRequest(system, id, { until: new Date(until).toISOString() });
  const approvedAt = performance.now();
  await eventually(async () => ((await call()) === 200 ? true : undefined), 1_000);
  expect(performance.now() - approvedAt).toBeLessThan(1_000);

  await eventually(async () => ((await call()) === 413 ? true : undefined), 15_000);
  expect(Date.now()).toBeGreaterThanOrEqual(until);
  expect(Date.now()).toBeLessThan(until + 1_000);
});
