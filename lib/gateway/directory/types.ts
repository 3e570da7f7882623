/** The compiled form in which the gateway knows keys, teams, budgets, models and providers. */
import type { ModelMatcher } from "@/lib/model-patterns";
import type { Price } from "@/lib/money";
import type { PeriodKind } from "@/lib/periods";
import type { Serving } from "@/lib/serving";

/** What one level of the scope chain limits. Null = nothing at this level. */
export interface Level {
  kind: "key" | "member" | "user" | "team";
  id: string;
  name: string;
  /** Whether this level lets a model pass. */
  permits: ModelMatcher;
  rpm: number | null;
  tpm: number | null;
  parallel: number | null;
}

/** A budget as far as it does not change with every call; its account is the ledger's. */
export interface BudgetRef {
  id: string;
  scopeType: string;
  scopeId: string;
  scopeName: string;
  period: PeriodKind;
  timezone: string;
}

/** A team with all that it inherits: from itself up to the organisation. */
export interface TeamChain {
  teamId: string;
  /** Organisation first. */
  path: readonly string[];
  levels: readonly Level[];
  budgets: readonly BudgetRef[];
}

export type KeyState = "live" | "blocked" | "revoked";

/** One secret's key with everything that belongs to it alone; teams are looked up in the snapshot at the call. */
export interface KeyEntry {
  keyId: string;
  type: string;
  name: string;
  userId: string | null;
  teamId: string | null;
  state: KeyState;
  /** Why it is blocked, as the caller is told. */
  stateReason: string | null;
  /** The earliest expiry of the key and its parents; null = never. */
  expiresAtMs: number | null;
  /** When the time of a secret that was rotated away ends; null for the key's newest. */
  replacedAtMs: number | null;
  tags: readonly string[];
  /** Key, parent keys, member, user: nearest first. */
  levels: readonly Level[];
  budgets: readonly BudgetRef[];
  /** Ids of the keys, the user and the team whose change (for the team: of its place) makes this entry stale. */
  dependsOn: readonly string[];
}

export interface Credential {
  id: string;
  secret: string;
  weight: number;
  /** Milliseconds since the epoch; other processes' cooldowns arrive here. */
  cooldownUntilMs: number;
}

export interface ProviderRoute {
  id: string;
  name: string;
  /** Without a trailing slash, e.g. `https://api.openai.com/v1`. */
  baseUrl: string;
  /** Those that a call may be sent with. */
  credentials: readonly Credential[];
  serving: Serving;
}

export interface ModelRoute {
  id: string;
  name: string;
  upstreamName: string;
  kind: string;
  createdAtMs: number;
  provider: ProviderRoute;
  price: (Price & { id: string | null }) | null;
  maxInputTokens: number | null;
  maxOutputTokens: number | null;
}

export interface GatewaySettings {
  /** What to do with a model without a price: refuse, or charge this one and flag it. */
  ceilingPrice: Price | null;
  defaultRpm: number | null;
  defaultTpm: number | null;
  defaultParallel: number | null;
  defaultPermits: ModelMatcher;
  cooldownMs: number;
}

/** Everything that is small enough to be held whole; replaced as one, never changed. */
export interface Snapshot {
  teams: ReadonlyMap<string, TeamChain>;
  /** By plain name and by `provider/name`. */
  models: ReadonlyMap<string, ModelRoute>;
  /** Each model that its provider serves, once: for the list. */
  modelList: readonly ModelRoute[];
  settings: GatewaySettings;
  masterKeyHash: string | null;
}
