/** The cascade of budgets for real: against Postgres for every combination of caps, and through the gateway for some. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "@/lib/ids";
import { parseUsd } from "@/lib/money";
import { auditBooks } from "@/lib/testing/books";
import { type CapState, capOf, capStates, judge, type OracleLevel } from "@/lib/testing/budget-oracle";
import { billEverything, callChat } from "@/lib/testing/calls";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeBudget, makeModel, type RunningGateway, startGateway } from "@/lib/testing/gateway";
import { makeDraft, openLedger } from "@/lib/testing/ledger";
import { seededRandom } from "@/lib/testing/random";
import { type ScriptedUpstream, startUpstream } from "@/lib/testing/scripted-upstream";
import type { BudgetRef } from "../directory/types";
import type { PostgresLedger } from "./postgres";

const t = openTestDatabase();
const scopeTypes = ["key", "member", "user", "team", "team"];

/** Budgets in any state on scopes of their own, with what they spent as their opening. */
async function makeChain(caps: readonly (OracleLevel | null)[]): Promise<BudgetRef[]> {
  const chain = caps.flatMap((cap, level) => {
    const id = newId("budget");
    const ref: BudgetRef = {
      id,
      scopeType: scopeTypes[level] ?? "team",
      scopeId: `scope_${id}`,
      scopeName: `level ${level}`,
      period: "total",
      timezone: "UTC",
    };
    return cap ? [{ ref, cap }] : [];
  });
  const columns = [
    chain.map(({ ref }) => ref.id),
    chain.map(({ ref }) => ref.scopeType),
    chain.map(({ ref }) => ref.scopeId),
    chain.map(({ cap }) => cap.limit),
    chain.map(({ cap }) => cap.isHard),
    chain.map(({ cap }) => cap.spent),
  ];
  await t.pool.query(
    `WITH c AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::bigint[]) AS c(id, type, scope, lim, hard, spent)),
     b AS (INSERT INTO budgets (id, scope_type, scope_id, limit_nano, hard, period) SELECT id, type, scope, lim, hard, 'total' FROM c)
     INSERT INTO budget_periods (budget_id, period_start, opening_nano, spent_nano) SELECT id, to_timestamp(0), spent, spent FROM c`,
    columns,
  );
  return chain.map(({ ref }) => ref);
}

describe("the ledger on Postgres", () => {
  let ledger: PostgresLedger;
  beforeAll(async () => {
    ledger = await openLedger(t.pool);
  });
  afterAll(async () => {
    await ledger.close();
    // The openings here are made up: there is no usage behind them.
    expect(await auditBooks(t.pool, { scopes: false })).toEqual({});
  });

  /** What the ledger says to one call, in the oracle's words, and whether it held what it should. */
  async function expectAgreement(
    levels: readonly OracleLevel[],
    budgets: readonly BudgetRef[],
    estimate: bigint,
  ): Promise<void> {
    const result = await ledger.reserve({ draft: makeDraft({ estimate_nano: estimate }), budgets });
    const verdict = judge(levels, estimate);
    if (result.ok) {
      expect({ ok: true, remaining: result.hold.remainingNano }).toEqual(verdict);
      for (const level of levels) level.held += estimate;
      return;
    }
    const { code, budget, limitNano, spentNano, heldNano } = result.refusal;
    const level = budgets.indexOf(budget);
    expect({ ok: false, code, level }).toEqual(verdict);
    expect({ limit: limitNano, spent: spentNano, held: heldNano }).toMatchObject({
      limit: levels[level]?.limit,
      spent: levels[level]?.spent,
      held: levels[level]?.held,
    });
  }

  test("decides like the oracle for every combination of absent, open and spent caps at five levels", async () => {
    // One after the other on a chain, so that the later estimates meet the holds of the earlier ones; chains side by side.
    await Promise.all(
      capStates(5).map(async (states) => {
        const levels = states.map((state, level) => capOf(state, level));
        const budgets = await makeChain(levels);
        const standing = levels.flatMap((level) => level ?? []);
        for (const estimate of [1n, 85n, 0n, 30n, 300n, 460n, 1n]) await expectAgreement(standing, budgets, estimate);
      }),
    );
  });

  test("decides like the oracle when calls of one batch share accounts at some levels, hard and soft", async () => {
    const random = seededRandom(7);
    const below = (limit: number) => BigInt(Math.floor(random() * limit));
    for (let round = 0; round < 20; round++) {
      const caps = Array.from({ length: 6 }, () => ({
        limit: below(400),
        spent: below(150),
        held: 0n,
        isHard: random() < 0.8,
      }));
      const budgets = await makeChain(caps);
      // Once the ledger knows the accounts, nothing comes between a call and its batch.
      await ledger.reserve({ draft: makeDraft({ estimate_nano: 0n }), budgets });
      const calls = Array.from({ length: 40 }, () => ({
        estimate: below(60),
        // Any part of the levels, and not always in the same order: locks must not depend on it.
        chain: [0, 1, 2, 3, 4, 5].filter(() => random() < 0.5).sort(() => random() - 0.5),
      }));
      // Added in one turn, so that they are one batch, decided in this order.
      const results = await Promise.all(
        calls.map(({ estimate, chain }) =>
          ledger.reserve({
            draft: makeDraft({ estimate_nano: estimate }),
            budgets: chain.flatMap((level) => budgets[level] ?? []),
          }),
        ),
      );
      calls.forEach(({ estimate, chain }, index) => {
        const levels = chain.flatMap((level) => caps[level] ?? []);
        const verdict = judge(levels, estimate);
        const result = results[index];
        expect(result?.ok).toBe(verdict.ok);
        if (result && !result.ok) expect(result.refusal.code).toBe(verdict.ok ? null : verdict.code);
        if (verdict.ok) for (const level of levels) level.held += estimate;
      });
    }
  });
});

describe("the gateway", () => {
  let upstream: ScriptedUpstream;
  let running: RunningGateway;
  beforeAll(async () => {
    upstream = await startUpstream();
    billEverything(upstream);
    running = await startGateway();
  });
  afterAll(async () => {
    await running.close();
    await upstream.close();
  });

  // 10 completion tokens at 1,000 USD a million: each call holds and costs one cent.
  const estimate = parseUsd("0.01");
  type State = CapState | "tiny" | "soft";
  const limits: Record<State, string | null> = { absent: null, open: "5", spent: "0", tiny: "0.005", soft: "0" };

  async function makeCaller(states: readonly State[]) {
    const organisation = await makeTeam(t.db);
    const team = await makeTeam(t.db, { parent_id: organisation.id });
    const user = await makeUser(t.db);
    await makeMember(t.db, team, user);
    const { key, secret } = await makeKey(t.db, { user_id: user.id, team_id: team.id });
    const ids = [key.id, `${team.id}/${user.id}`, user.id, team.id, organisation.id];
    const budgets: { id: string; level: OracleLevel }[] = [];
    for (const [level, state] of states.entries()) {
      const limit = limits[state];
      if (limit === null) continue;
      const scope = { type: scopeTypes[level] ?? "team", id: ids[level] ?? "" };
      const { id } = await makeBudget(t.db, scope, limit, { hard: state !== "soft" });
      budgets.push({ id, level: { limit: parseUsd(limit), spent: 0n, held: 0n, isHard: state !== "soft" } });
    }
    return { secret, budgets };
  }

  test("answers like the oracle, and names the level that bound, for 30 chains", async () => {
    const random = seededRandom(11);
    const states: State[] = ["absent", "open", "spent", "tiny", "soft"];
    const { model } = await makeModel(t.db, upstream.url, { price: { input: "0", output: "1000" } });
    const statuses = { budget_exceeded: 429, budget_busy: 429, request_too_large: 413 };
    const seen = new Set<string>();
    for (let round = 0; round < 30; round++) {
      const { secret, budgets } = await makeCaller(
        Array.from({ length: 5 }, () => (random() < 0.5 ? "absent" : (states[Math.floor(random() * 5)] ?? "open"))),
      );
      const verdict = judge(
        budgets.map(({ level }) => level),
        estimate,
      );
      const asked = upstream.requests.length;
      const answer = await callChat(running.url, secret, { model: model.name, maxTokens: 10 });
      seen.add(verdict.ok ? "ok" : verdict.code);
      if (verdict.ok) {
        expect([answer.status, upstream.requests.length]).toEqual([200, asked + 1]);
        continue;
      }
      expect([answer.status, answer.code, upstream.requests.length]).toEqual([
        statuses[verdict.code],
        verdict.code,
        asked,
      ]);
      const { error } = JSON.parse(answer.body) as { error: { details: { budget: { id: string } } } };
      expect(error.details.budget.id).toBe(budgets[verdict.level]?.id);
      expect(answer.headers.get("x-should-retry")).toBe(verdict.code === "budget_exceeded" ? "false" : null);
    }
    expect(seen).toEqual(new Set(["ok", "budget_exceeded", "request_too_large"]));
  });
});
