/** What people asked for on top of their budgets, and what became of it. Only scripts/seed calls this. */
import { newId } from "@/lib/ids";
import { dayMs, daysBefore, insertRows, type Seed } from "./rows";

const usualRequests = 60;
const reasons = [
  "The migration takes a week longer than planned.",
  "Evaluation of a new model before the release.",
  "More customers than expected this month.",
  "A workshop with forty people on Thursday.",
] as const;
const refusals = ["Please use the smaller model first.", "The team's budget is nearly spent."] as const;

interface Asked {
  budget_id: string;
  user_id: string;
  limit_nano: string;
}

// Whoever a budget is on asks for more of it; with one request for each, no two that are open collide.
const askedText = `
  SELECT b.id AS budget_id, b.limit_nano::text, u.id AS user_id FROM budgets b LEFT JOIN keys k ON b.scope_type = 'key' AND k.id = b.scope_id
  JOIN users u ON u.id = CASE b.scope_type WHEN 'user' THEN b.scope_id WHEN 'member' THEN split_part(b.scope_id, '/', 2) ELSE k.user_id END
  ORDER BY md5(b.id) LIMIT $1`;

function decide(seed: Seed, asked: Asked) {
  const { dice, now } = seed;
  const state = dice.weighted([
    ["open", 15],
    ["approved", 50],
    ["denied", 25],
    ["withdrawn", 10],
  ] as const);
  const created_at = daysBefore(now, state === "open" ? dice.share() * 5 : 10 + dice.share() * 80);
  const decided_at = state === "open" ? null : new Date(created_at.getTime() + dice.share() * dayMs);
  const { budget_id, user_id } = asked;
  const id = newId("budgetRequest", created_at.getTime());
  const amount_nano = BigInt(asked.limit_nano) / 2n + 1n;
  const decision_note = state === "denied" ? dice.pick(refusals) : null;
  const times = { decided_at, created_at, updated_at: decided_at ?? created_at };
  const request = { id, budget_id, user_id, state, amount_nano, reason: dice.pick(reasons), decision_note };
  // Long over, so that no limit counts it any more.
  const ends_at = new Date((decided_at ?? created_at).getTime() + 7 * dayMs);
  const increase = { budget_id, amount_nano, starts_at: decided_at, ends_at, ended_at: ends_at, request_id: id };
  return {
    request: { ...request, ...times, version: decided_at ? 2 : 1 },
    increases: state === "approved" ? [{ id: newId("increase", created_at.getTime()), ...increase }] : [],
  };
}

/** Requests of people with a budget of their own. */
export async function seedRequests(seed: Seed): Promise<number> {
  const { rows } = await seed.pool.query<Asked>(askedText, [seed.sizes.requests ?? usualRequests]);
  const decided = rows.map((asked) => decide(seed, asked));
  await insertRows(
    seed.pool,
    "budget_requests",
    decided.map(({ request }) => request),
  );
  await insertRows(
    seed.pool,
    "budget_increases",
    decided.flatMap(({ increases }) => increases),
  );
  return decided.length;
}
