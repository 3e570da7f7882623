import { describe, expect, test } from "vitest";
import { parseUsd } from "@/lib/money";
import { chatBody, doors, newRequestId, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { eventually } from "@/lib/testing/eventually";
import { makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeBudget } from "@/lib/testing/gateway";
import { chatCompletion, errorResponse } from "@/lib/testing/upstream-scripts";
import { callTrace } from "@/lib/usage/schema";

const t = openTestDatabase();

describe.each(doors)("what is noted of a call at the %s door", (door) => {
  const stage = openStage(t, { door });

  /** A person in a team of an organisation; budgets on the team and the person, limits on the key and the team. */
  async function makeChain(limitUsd: string, credentials = ["sk-one"]) {
    const organisation = await makeTeam(t.db, { rpm_limit: 600 });
    const team = await makeTeam(t.db, { parent_id: organisation.id });
    const user = await makeUser(t.db);
    await makeMember(t.db, team, user);
    const ofUser = await makeBudget(t.db, { type: "user", id: user.id }, "10", { period: "monthly" });
    const ofTeam = await makeBudget(t.db, { type: "team", id: team.id }, limitUsd, { period: "total", hard: true });
    const key = { user_id: user.id, team_id: team.id, rpm_limit: 60, tpm_limit: 100_000, parallel_limit: 5 };
    const caller = await stage.makeCaller({ key, model: { credentials } });
    return { organisation, team, user, ofUser, ofTeam, caller };
  }

  const traceOf = async (eventId: string) =>
    callTrace.parse((await eventually(() => t.db.usageTrace.findUnique({ where: { event_id: eventId } }))).trace);

  test("names every rule with its numbers, every attempt and when each step was done", async () => {
    const { organisation, ofUser, ofTeam, caller } = await makeChain("5", ["sk-one", "sk-two"]);
    stage.upstream.respondWith(chatCompletion());
    stage.upstream.enqueue(errorResponse(500));
    const requestId = newRequestId();
    const name = `${(await t.db.provider.findUniqueOrThrow({ where: { id: caller.provider.id } })).name}/${caller.model.name}`;
    expect((await stage.send(caller.secret, chatBody(name), { requestId })).status).toBe(200);
    const event = await stage.eventOf(requestId);
    const trace = await traceOf(event.id);
    expect(trace.asked_model).toBe(name);
    expect(trace.upstream_model).toBe(caller.model.upstream_name);
    expect(trace.limits).toEqual([
      { level: "key", id: caller.key.id, kind: "requests", limit: 60, free: 60 },
      { level: "key", id: caller.key.id, kind: "tokens", limit: 100_000, free: 100_000 },
      { level: "key", id: caller.key.id, kind: "parallel", limit: 5, free: 5 },
      { level: "team", id: organisation.id, kind: "requests", limit: 600, free: 600 },
    ]);
    const untouched = { hard: true, spent_usd: "0.00", held_usd: "0.00" };
    expect(trace.budgets).toEqual([
      { id: ofUser.id, limit_usd: "10.00", ...untouched },
      { id: ofTeam.id, limit_usd: "5.00", ...untouched },
    ]);
    expect(trace.attempts.map(({ http_status }) => http_status)).toEqual([500, 200]);
    expect(trace.attempts.at(-1)?.credential_id).toBe(event.credential_id);
    const { authenticated_ms, read_ms, limited_ms, held_ms, ended_ms } = trace.steps;
    const [failed, good] = trace.attempts;
    const order = [
      0,
      authenticated_ms,
      read_ms,
      limited_ms,
      held_ms,
      failed?.sent_ms,
      failed?.answered_ms,
      good?.sent_ms,
      good?.answered_ms,
      ended_ms,
    ];
    expect(order).toEqual([...order].sort((a, b) => Number(a) - Number(b)));
  });

  test("shows the budget as the call before has left it", async () => {
    const { ofTeam, caller } = await makeChain("5");
    stage.upstream.respondWith(chatCompletion());
    const [first, second] = [newRequestId(), newRequestId()];
    await stage.send(caller.secret, chatBody(caller.model), { requestId: first });
    const { cost_nano } = await stage.eventOf(first);
    await stage.send(caller.secret, chatBody(caller.model), { requestId: second });
    const trace = await traceOf((await stage.eventOf(second)).id);
    const seen = trace.budgets.find(({ id }) => id === ofTeam.id);
    expect(cost_nano).toBeGreaterThan(0n);
    expect(parseUsd(seen?.spent_usd ?? "")).toBe(cost_nano);
  });

  test("is one row for refusals that are alike, with the facts that the caller was given", async () => {
    const { team, user, ofTeam, caller } = await makeChain("0.000001");
    const asked = stage.upstream.requests.length;
    const answers = [];
    for (let index = 0; index < 3; index++) {
      const answer = await stage.send(caller.secret, chatBody(caller.model, { max_tokens: 100 }));
      answers.push(((await answer.json()) as { error: { code: string } }).error.code);
    }
    expect(new Set(answers).size).toBe(1);
    const row = await eventually(async () => {
      const found = await t.db.refusal.findFirst({ where: { key_id: caller.key.id } });
      return found?.count === 3 ? found : undefined;
    });
    expect(await t.db.refusal.count({ where: { key_id: caller.key.id } })).toBe(1);
    expect(row).toMatchObject({
      user_id: user.id,
      team_id: team.id,
      team_path: team.path,
      endpoint: "chat",
      model: caller.model.name,
      error_code: answers[0],
      details: { budget: { id: ofTeam.id }, limit_usd: "0.000001" },
    });
    expect(stage.upstream.requests.length).toBe(asked);
    expect(await t.db.usageEvent.count({ where: { key_id: caller.key.id } })).toBe(0);
  });

  test.each([
    ["half a character", "\ud800", "\ufffd"],
    ["a NUL", "a\0b", "a\ufffdb"],
  ])("a model's name with %s is noted as far as a column holds it", async (_name, model, noted) => {
    const { caller } = await makeChain("5");
    expect((await stage.send(caller.secret, chatBody(model))).status).toBe(404);
    const row = await eventually(() => t.db.refusal.findFirst({ where: { key_id: caller.key.id } }));
    expect(row.model).toBe(noted);
  });

  test("holds nothing of a caller whom nobody knows", async () => {
    const before = await t.db.refusal.count();
    const answer = await stage.send(`sk-user-${"a".repeat(49)}`, chatBody("nothing"));
    expect(answer.status).toBe(401);
    // The next flush carries a refusal that is kept, so one that came before it has had its turn.
    const { caller } = await makeChain("5");
    await stage.send(caller.secret, chatBody("no-such-model"));
    await eventually(async () => ((await t.db.refusal.count()) > before ? true : undefined));
    const fresh = await t.db.refusal.findMany({ orderBy: { id: "asc" }, skip: before });
    expect(fresh.map(({ key_id, model, error_code }) => [key_id, model, error_code])).toEqual([
      [caller.key.id, "no-such-model", "model_not_found"],
    ]);
  });
});
