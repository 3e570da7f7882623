/** What is written down beside the calls: webhooks with deliveries, traces, refusals, the audit log. Only scripts/seed calls this. */
import { randomBytes } from "node:crypto";
import { type HashedEntry, hashEntry } from "@/lib/audit/record";
import { newId } from "@/lib/ids";
import { type KeyRing, seal } from "@/lib/secrets/key-ring";
import type { SeedMessage } from "./budgets";
import type { SeedKey } from "./keys";
import type { SeedTeam, SeedUser } from "./people";
import { daysBefore, insertRows, type Seed } from "./rows";
import { organisation } from "./words";

const endpoints = [
  { path: "alerts", description: "Alerts to the on-call channel", failing: false },
  { path: "finance", description: "Cost centre report", failing: false },
  { path: "siem", description: "Everything to the security archive", failing: true },
] as const;
const usualDeliveries = 1_200;

function webhookRow(seed: Seed, ring: KeyRing, endpoint: (typeof endpoints)[number]) {
  const id = newId("webhook", daysBefore(seed.now, 120).getTime());
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const created_at = daysBefore(seed.now, 120);
  return {
    id,
    url: `https://hooks.${organisation.domain}/${endpoint.path}`,
    description: endpoint.description,
    events: endpoint.path === "siem" ? [] : ["budget.exceeded", "budget.threshold_reached"],
    secret: seal(ring, { table: "webhooks", row: id, field: "secret" }, secret),
    enabled: true,
    failing_since: endpoint.failing ? daysBefore(seed.now, 2) : null,
    source: "api",
    created_at,
    updated_at: created_at,
    version: 1,
  };
}

/** Of the newest keys, as many as there are too few alerts for the deliveries that are wanted. */
async function addKeyMessages(seed: Seed, keys: readonly SeedKey[], count: number): Promise<SeedMessage[]> {
  const newest = [...keys].sort((a, b) => b.created_at.getTime() - a.created_at.getTime()).slice(0, Math.max(0, count));
  const messages = newest.map(({ id, type, name, user_id, created_at }) => ({
    id: newId("message", created_at.getTime()),
    type: "key.created",
    data: { key: { id, type, name, user_id } },
    created_at,
  }));
  await insertRows(seed.pool, "messages", messages);
  return messages;
}

/** Deliveries that have ended, so that no job takes them up. */
export async function seedWebhooks(
  seed: Seed,
  ring: KeyRing,
  alerts: readonly SeedMessage[],
  keys: readonly SeedKey[],
): Promise<number> {
  const { deliveries: wanted } = seed.sizes;
  const perWebhook = Math.ceil((wanted ?? usualDeliveries) / endpoints.length);
  const added = wanted === undefined ? [] : await addKeyMessages(seed, keys, perWebhook - alerts.length);
  const recent = [...alerts, ...added]
    .sort((a, b) => b.created_at.getTime() - a.created_at.getTime())
    .slice(0, perWebhook);
  const deliveries: object[] = [];
  const attempts: object[] = [];
  const webhooks = endpoints.map((endpoint) => ({ endpoint, row: webhookRow(seed, ring, endpoint) }));
  for (const message of recent) {
    for (const { endpoint, row } of webhooks) {
      const id = newId("delivery", message.created_at.getTime());
      const hasFailed = endpoint.failing ? message.created_at > daysBefore(seed.now, 2) : seed.dice.chance(0.01);
      const tries = hasFailed ? 5 : seed.dice.chance(0.05) ? 2 : 1;
      const times = { created_at: message.created_at, updated_at: message.created_at };
      const state = hasFailed ? "failed" : "succeeded";
      deliveries.push({ id, webhook_id: row.id, message_id: message.id, state, attempt_count: tries, ...times });
      for (let index = 0; index < tries; index++) {
        const at = new Date(Math.min(seed.now.getTime(), message.created_at.getTime() + 400 + index * 60_000));
        const isLast = !hasFailed && index === tries - 1;
        attempts.push({
          id: newId("attempt", at.getTime()),
          delivery_id: id,
          status_code: isLast ? 204 : 503,
          error: isLast ? null : "the endpoint answered 503",
          duration_ms: 40 + seed.dice.below(400),
          response_snippet: isLast ? null : "upstream connect error",
          created_at: at,
        });
      }
    }
  }
  await insertRows(
    seed.pool,
    "webhooks",
    webhooks.map(({ row }) => row),
  );
  await insertRows(seed.pool, "deliveries", deliveries);
  await insertRows(seed.pool, "delivery_attempts", attempts);
  return deliveries.length;
}

const usualChanges = 3_000;

interface Deed {
  at: Date;
  actor: SeedUser | undefined;
  action: string;
  target_type: string;
  target_id: string;
  before?: object;
  after?: object;
}

function planDeeds(
  seed: Seed,
  teams: readonly SeedTeam[],
  users: readonly SeedUser[],
  keys: readonly SeedKey[],
): Deed[] {
  const { dice, now } = seed;
  const one = <T extends { id: string }>(rows: readonly T[]) => rows[dice.below(rows.length)];
  const deeds = Array.from({ length: seed.sizes.audit ?? usualChanges }, (): Deed | null => {
    const at = daysBefore(now, dice.share() * 90);
    const [actor, key, team, user] = [one(users.slice(0, 40)), one(keys), one(teams), one(users)];
    if (!key || !team || !user) return null;
    const [onKey, onTeam, onUser] = [
      { target_type: "key", target_id: key.id },
      { target_type: "team", target_id: team.id },
      { target_type: "user", target_id: user.id },
    ];
    return dice.weighted<Deed>([
      [
        {
          at,
          actor,
          action: "key.created",
          ...onKey,
          after: { name: key.name, type: key.type, team_id: key.team?.id ?? null },
        },
        40,
      ],
      [{ at, actor, action: "key.rotated", ...onKey }, 12],
      [{ at, actor, action: "key.revoked", ...onKey, before: { revoked_at: null }, after: { revoked_at: at } }, 8],
      [{ at, actor, action: "member.added", ...onTeam, after: { user_id: user.id, role: "member" } }, 15],
      [{ at, actor, action: "team.updated", ...onTeam, before: { rpm_limit: null }, after: { rpm_limit: 600 } }, 6],
      [{ at, actor, action: "user.updated", ...onUser, before: { role: "user" }, after: { role: "viewer" } }, 6],
    ]);
  });
  return deeds.flatMap((deed) => deed ?? []).sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** Entries that follow whatever the log holds already, each with its hash, so that the chain verifies. */
export async function seedAudit(
  seed: Seed,
  teams: readonly SeedTeam[],
  users: readonly SeedUser[],
  keys: readonly SeedKey[],
): Promise<number> {
  const client = await seed.pool.connect();
  try {
    await client.query("BEGIN");
    const { rows } = await client.query<{ seq: bigint; hash: string }>(
      "SELECT seq, hash FROM audit_head WHERE id = 1 FOR UPDATE",
    );
    let { seq, hash } = rows[0] ?? { seq: 0n, hash: "" };
    const entries = planDeeds(seed, teams, users, keys).map(({ at, actor, before, after, ...deed }) => {
      const plain = (value: object | undefined) => (value === undefined ? null : JSON.parse(JSON.stringify(value)));
      seq += 1n;
      const entry: HashedEntry = {
        seq,
        id: newId("audit", at.getTime()),
        created_at: at,
        actor_type: actor ? "user" : "master",
        actor_id: actor?.id ?? null,
        actor_name: actor?.email ?? "master key",
        ...deed,
        before: plain(before),
        after: plain(after),
        details: null,
        request_id: newId("request", at.getTime()),
        address: `10.20.${seed.dice.below(255)}.${1 + seed.dice.below(254)}`,
      };
      hash = hashEntry(hash, entry);
      return { ...entry, hash };
    });
    await insertRows(client, "audit_entries", entries);
    await client.query("UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1", [seq.toString(), hash]);
    await client.query("COMMIT");
    return entries.length;
  } finally {
    client.release(true);
  }
}
