/** Calls that were refused before any provider saw them, in the gateway's own words. Only scripts/seed calls this. */
import { newId } from "@/lib/ids";
import { formatUsd } from "@/lib/money";
import { type PeriodKind, periodAt } from "@/lib/periods";
import type { SeedKey } from "./keys";
import { daysBefore, insertRows, type Seed } from "./rows";
import { clients } from "./words";

interface TeamBudget {
  id: string;
  scope_id: string;
  name: string;
  period: PeriodKind;
  timezone: string;
  limit_nano: bigint;
}

interface Refusal {
  http_status: number;
  error_code: string;
  message: string;
  model: string | null;
  details: object | null;
}

const estimateNano = 21_400_000n;

function overBudget({ dice }: Seed, budget: TeamBudget, at: Date): Refusal {
  const { id, scope_id, name, period, timezone, limit_nano } = budget;
  const resets_at = periodAt(period, timezone, at.getTime()).end?.toISOString() ?? null;
  const spentNano = limit_nano - BigInt(dice.below(20_000_000));
  const [limit_usd, spent_usd, estimate_usd] = [limit_nano, spentNano, estimateNano].map(formatUsd);
  return {
    http_status: 429,
    error_code: "budget_exceeded",
    message:
      `The ${period} budget of the team "${name}" (${limit_usd} USD) has no room for this call: spent ${spent_usd} USD, held 0.00 USD, ` +
      `this call may cost up to ${estimate_usd} USD. It ${resets_at ? `resets at ${resets_at}` : "does not reset"}.`,
    model: "gpt-5-mini",
    details: {
      budget: { id, period, timezone, scope: { type: "team", id: scope_id, name } },
      ...{ limit_usd, spent_usd, held_usd: "0.00", estimate_usd, resets_at },
    },
  };
}

function planRefusal(seed: Seed, key: SeedKey, budget: TeamBudget | undefined, at: Date): Refusal {
  const { dice } = seed;
  const level = { type: "key", id: key.id, name: key.name };
  const others: readonly [Refusal, ...Refusal[]] = [
    {
      http_status: 429,
      error_code: "rate_limit_exceeded",
      message: `The key "${key.name}" allows 60 requests per minute. Try again in ${1 + dice.below(5)} s.`,
      model: "gpt-5-mini",
      details: { limit: { kind: "requests", value: 60 }, level },
    },
    {
      http_status: 403,
      error_code: "model_not_allowed",
      message: `The model "claude-opus-5" is not allowed for this key: it is ruled out by the key "${key.name}".`,
      model: "claude-opus-5",
      details: { level },
    },
    // Nobody has read what was asked for by then.
    { http_status: 401, error_code: "key_expired", message: "This key has expired.", model: null, details: null },
    {
      http_status: 404,
      error_code: "model_not_found",
      message: 'There is no model "gpt-5-tiny". GET /v1/models lists those that this key may use.',
      model: "gpt-5-tiny",
      details: null,
    },
  ];
  return budget && dice.chance(0.25) ? overBudget(seed, budget, at) : dice.pick(others);
}

const refusedCalls = 400;

/** Needs budgets. */
export async function seedRefusals(seed: Seed, keys: readonly SeedKey[]): Promise<void> {
  const { pool, dice, now } = seed;
  const { rows: budgets } = await pool.query<TeamBudget>(
    `SELECT b.id, b.scope_id, t.name, b.period, b.timezone, b.limit_nano
     FROM budgets b JOIN teams t ON t.id = b.scope_id WHERE b.scope_type = 'team' AND b.hard`,
  );
  const byTeam = new Map(budgets.map((budget) => [budget.scope_id, budget]));
  const rows = Array.from({ length: Math.min(refusedCalls, keys.length) }, () => {
    const key = keys[dice.below(keys.length)];
    if (!key) return [];
    const last_at = daysBefore(now, dice.share() * 30);
    return {
      ...planRefusal(seed, key, byTeam.get(key.team?.id ?? ""), last_at),
      id: newId("refusal", last_at.getTime()),
      request_id: newId("request", last_at.getTime()),
      key_id: key.id,
      user_id: key.user_id,
      team_id: key.team?.id ?? null,
      team_path: key.team?.path ?? [],
      endpoint: "chat",
      client: clients[0][0],
      count: 1 + dice.below(30),
      first_at: new Date(last_at.getTime() - 20_000),
      last_at,
    };
  });
  await insertRows(pool, "refusals", rows.flat());
}
