/** The state of this server, for the front page and `pllm doctor`. Routes call this. */
import { getConfig } from "@/lib/config/config";
import { type Context, requireReach } from "@/lib/context";
import { migrationState } from "@/lib/db/migration-state";
import { getPool } from "@/lib/db/pool";
import { senderOf } from "@/lib/mail/transport";
import type { KeyRing } from "@/lib/secrets/key-ring";
import { version } from "@/lib/version";
import { readSignInStatus, type SignInStatus } from "./sign-in";
import {
  type Attention,
  type Counts,
  countAll,
  countAttention,
  countSealed,
  type JobHealth,
  readJobHealth,
} from "./store";

export interface ServerStatus {
  version: string;
  embedded: boolean;
  uptime_seconds: number;
  migrations: { applied: number; pending: number };
  counts: Counts;
  attention: Attention;
  simulator: { enabled: boolean };
  sign_in: SignInStatus;
  jobs: JobHealth;
  mail: { enabled: boolean; sender: string | null };
  encryption_keys: { id: string; active: boolean; known: boolean; secrets: number }[];
}

/** The keys of the ring in its order, then those that sealed something and are not in it. */
function describeKeys(ring: KeyRing, sealed: ReadonlyMap<string, number>): ServerStatus["encryption_keys"] {
  const known = ring.map(({ id }) => id);
  const lost = [...sealed.keys()].filter((id) => !known.includes(id));
  return [...known, ...lost].map((id) => ({
    id,
    active: id === ring[0].id,
    known: known.includes(id),
    secrets: sealed.get(id) ?? 0,
  }));
}

export async function readStatus(ctx: Context): Promise<ServerStatus> {
  requireReach(ctx, "settings.read");
  const { embedded, simulator, databaseUrl, encryptionKeys, smtpUrl } = getConfig();
  const now = new Date(ctx.clock.now());
  const [migrations, counts, attention, sealed, sign_in, jobs] = await Promise.all([
    migrationState(databaseUrl),
    countAll(ctx.db, now),
    countAttention(ctx.db, now),
    countSealed(getPool()),
    readSignInStatus(),
    readJobHealth(ctx.db, now),
  ]);
  return {
    version,
    embedded,
    uptime_seconds: Math.floor(process.uptime()),
    migrations: { applied: migrations.applied.length, pending: migrations.pending.length },
    counts,
    attention,
    simulator: { enabled: simulator },
    sign_in,
    jobs,
    mail: { enabled: smtpUrl !== null, sender: smtpUrl === null ? null : senderOf(smtpUrl) },
    encryption_keys: describeKeys(encryptionKeys, sealed),
  };
}
