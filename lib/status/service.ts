/** The state of this server, for the front page and `pllm doctor`. Routes call this. */
import { getConfig } from "@/lib/config/config";
import { type Context, requireReach } from "@/lib/context";
import { migrationState } from "@/lib/db/migration-state";
import { version } from "@/lib/version";
import { type Counts, countAll } from "./store";

export interface ServerStatus {
  version: string;
  embedded: boolean;
  uptime_seconds: number;
  migrations: { applied: number; pending: number };
  counts: Counts;
  simulator: { enabled: boolean };
}

export async function readStatus(ctx: Context): Promise<ServerStatus> {
  requireReach(ctx, "settings.read");
  const { embedded, simulator, databaseUrl } = getConfig();
  const [migrations, counts] = await Promise.all([
    migrationState(databaseUrl),
    countAll(ctx.db, new Date(ctx.clock.now())),
  ]);
  return {
    version,
    embedded,
    uptime_seconds: Math.floor(process.uptime()),
    migrations: { applied: migrations.applied.length, pending: migrations.pending.length },
    counts,
    simulator: { enabled: simulator },
  };
}
