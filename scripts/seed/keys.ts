/** Keys of every type and state, with the secrets that nobody knows. Only scripts/seed calls this. */
import { hashSecret } from "@/lib/auth/hash";
import { generateSecret } from "@/lib/auth/key-format";
import { newId } from "@/lib/ids";
import type { SeedTeam, SeedUser } from "./people";
import { dayMs, daysBefore, historyDays, insertRows, type Seed } from "./rows";
import { keyTags, keyUses } from "./words";

export interface SeedKey {
  id: string;
  type: "user" | "team" | "virtual" | "admin";
  name: string;
  user_id: string | null;
  team: SeedTeam | null;
  parent_key_id: string | null;
  tags: string[];
  created_at: Date;
  /** Whether it may have been called with. */
  isLive: boolean;
}

function typeOf(seed: Seed, index: number): SeedKey["type"] {
  if (index < 2) return "admin";
  return seed.dice.weighted([
    ["user", 88],
    ["team", 7],
    ["virtual", 5],
  ] as const);
}

function createdAt(seed: Seed): Date {
  // Most are older than the history of calls, so that those with calls look as if they had always been there.
  const isOld = seed.dice.chance(0.8);
  const days = isOld ? historyDays + seed.dice.share() * 500 : seed.dice.share() * historyDays;
  return daysBefore(seed.now, days);
}

function planKey(seed: Seed, index: number, users: readonly [SeedUser, ...SeedUser[]], shared: SeedKey[]): SeedKey {
  const { dice } = seed;
  const type = typeOf(seed, index);
  const user = dice.pick(users);
  const parent = type === "virtual" && shared.length > 0 ? shared[dice.below(shared.length)] : undefined;
  const team = parent?.team ?? user.teams[dice.below(user.teams.length)] ?? null;
  const use = dice.pick(keyUses);
  const created_at = createdAt(seed);
  const first = user.name.split(" ")[0] ?? user.name;
  const names = {
    user: `${first}'s ${use}`,
    team: `${team?.name ?? ""} ${use}`.trim(),
    virtual: `Guest ${use} ${index}`,
    admin: `automation ${index + 1}`,
  };
  const key: SeedKey = {
    id: newId("key", created_at.getTime()),
    type,
    name: names[type],
    user_id: type === "user" ? user.id : null,
    team: type === "admin" ? null : team,
    parent_key_id: parent?.id ?? null,
    tags: dice.chance(0.4) ? [dice.pick(keyTags)] : [],
    created_at,
    isLive: true,
  };
  if (type === "team") shared.push(key);
  return key;
}

interface Fate {
  expires_at: Date | null;
  blocked_at: Date | null;
  revoked_at: Date | null;
  revoked_reason: string | null;
}

function fateOf(seed: Seed, key: SeedKey): Fate {
  const { dice, now } = seed;
  const past = daysBefore(now, dice.share() * 60);
  const none: Fate = { expires_at: null, blocked_at: null, revoked_at: null, revoked_reason: null };
  const later = new Date(now.getTime() + (1 + dice.share() * 180) * dayMs);
  if (key.type === "team" || key.type === "admin") return none;
  const state = dice.weighted([
    ["live", 78],
    ["ending", 11],
    ["expired", 6],
    ["revoked", 4],
    ["blocked", 1],
  ] as const);
  switch (state) {
    case "live":
      return key.type === "virtual" ? { ...none, expires_at: later } : none;
    case "ending":
      return { ...none, expires_at: later };
    case "expired":
      return { ...none, expires_at: past };
    case "revoked":
      return {
        ...none,
        revoked_at: past,
        revoked_reason: dice.pick(["rotated away", "found in a repository", "no longer used"]),
      };
    case "blocked":
      return { ...none, blocked_at: past };
  }
}

function keyRow(seed: Seed, key: SeedKey, secret: string) {
  const { team, isLive: _isLive, ...fields } = key;
  const fate = fateOf(seed, key);
  key.isLive = fate.revoked_at === null && fate.blocked_at === null && !(fate.expires_at && fate.expires_at < seed.now);
  return {
    ...fields,
    ...fate,
    team_id: team?.id ?? null,
    scopes: key.type === "admin" ? ["*"] : [],
    allowed_models: [],
    blocked_models: [],
    rpm_limit: seed.dice.chance(0.1) ? 60 : null,
    tpm_limit: seed.dice.chance(0.05) ? 200_000 : null,
    prefix: `sk-${key.type}-`,
    last_four: secret.slice(-4),
    metadata: {},
    created_by: key.user_id ? `user:${key.user_id}` : "master",
    updated_at: key.created_at,
    version: 1,
  };
}

const batch = 10_000;

/** The keys, parents first. */
export async function seedKeys(seed: Seed, users: readonly SeedUser[]): Promise<SeedKey[]> {
  const [first, ...others] = users;
  if (!first) return [];
  const shared: SeedKey[] = [];
  const keys = Array.from({ length: seed.sizes.keys }, (_, index) => planKey(seed, index, [first, ...others], shared));
  for (let start = 0; start < keys.length; start += batch) {
    const made = keys.slice(start, start + batch).map((key) => ({ key, secret: generateSecret(key.type) }));
    await insertRows(
      seed.pool,
      "keys",
      made.map(({ key, secret }) => keyRow(seed, key, secret)),
    );
    await insertRows(
      seed.pool,
      "key_secrets",
      made.map(({ key, secret }) => ({
        hash: hashSecret(secret),
        key_id: key.id,
        expires_at: null,
        created_at: key.created_at,
      })),
    );
  }
  return keys;
}
