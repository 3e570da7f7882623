/**
 * What the list of providers tells beside their fields: whether their credentials can be used, which rest and until when, their models, and
 * how calls went. Part of the providers domain's service.
 *
 * A rest is read from the credential's row, where whichever gateway process noticed the refusal has written it: true for all of them.
 */
import type { Presentable } from "@/lib/api/route";
import type { Context } from "@/lib/context";
import { countModels, type ModelCounts } from "@/lib/models/service";
import { readTraffic, type Traffic } from "@/lib/usage/traffic";
import type { ProviderFigures } from "./schema";
import * as store from "./store";

type View = Presentable<ProviderFigures>;

function presentCredentials(states: readonly store.CredentialState[], nowMs: number): View["credentials"] {
  const usable = states.filter(({ enabled, weight }) => enabled && weight > 0);
  const resting = usable
    .flatMap(({ cooldown_until, cooldown_cause }) =>
      cooldown_until && cooldown_until.getTime() > nowMs ? [{ until: cooldown_until, cause: cooldown_cause }] : [],
    )
    .sort((a, b) => a.until.getTime() - b.until.getTime());
  return {
    stored: states.length,
    usable: usable.length,
    resting: resting.length,
    next_rested_at: resting[0]?.until ?? null,
    cause: resting[0]?.cause ?? null,
  };
}

function presentTraffic({ since, requests, errors, latency, first_token }: Traffic): NonNullable<View["hour"]> {
  return {
    since,
    requests,
    errors,
    p50_ms: latency.p50_ms,
    p95_ms: latency.p95_ms,
    first_token_p50_ms: first_token.p50_ms,
    first_token_p95_ms: first_token.p95_ms,
  };
}

const noModels: ModelCounts = { known: 0, enabled: 0, unpriced: 0 };

/** The figures of each by id. */
export async function readProviderFigures(ctx: Context, ids: readonly string[]): Promise<Map<string, View>> {
  const [states, models, traffic] = await Promise.all([
    store.listCredentialStates(ctx.db, ids),
    countModels(ctx, ids),
    readTraffic(ctx, ids),
  ]);
  return new Map(
    ids.map((id) => {
      const own = traffic?.get(id);
      const figures = {
        credentials: presentCredentials(
          states.filter((state) => state.provider_id === id),
          ctx.clock.now(),
        ),
        models: models.get(id) ?? noModels,
        hour: own ? presentTraffic(own.hour) : null,
        day: own ? presentTraffic(own.day) : null,
      };
      return [id, figures];
    }),
  );
}
