/** Testing a provider's address and key before or after they are stored. Part of the providers domain's service. */
import { getConfig } from "@/lib/config/config";
import { type Context, requireReach, withTransaction } from "@/lib/context";
import { invalidField } from "@/lib/errors";
import { checkTargetUrl } from "@/lib/net/guard";
import { UnsealError } from "@/lib/secrets/key-ring";
import { openKey } from "./credentials";
import { type ProbeResult, probeModels } from "./probe";
import { lockVisibleProvider } from "./reach";
import type { ConnectionReport, TestAddressInput, TestProviderInput } from "./schema";
import * as store from "./store";

// Address and key are read under one lock: a key that arrives together with a new address must not go to the old one.
function readTarget(
  ctx: Context,
  providerId: string,
  input: TestProviderInput,
): Promise<{ baseUrl: string; sealed: { id: string; secret: string } | null }> {
  return withTransaction(ctx, async (tx) => {
    const { base_url: baseUrl } = await lockVisibleProvider(tx, "providers.write", providerId);
    if (input.api_key !== undefined) return { baseUrl, sealed: null };
    const key = input.credential_id === undefined ? null : { id: input.credential_id };
    const sealed = await store.findSealed(tx.db, providerId, key);
    if (key && !sealed) throw invalidField("credential_id", "this provider has no such credential");
    return { baseUrl, sealed };
  });
}

function toReport(result: ProbeResult, model: string | undefined): ConnectionReport {
  const { latencyMs, status, models, error } = result;
  return {
    ok: error === null,
    latency_ms: latencyMs,
    status,
    models_found: models?.length ?? null,
    model_listed: model === undefined ? null : (models?.includes(model) ?? null),
    ...(error === null ? {} : { error }),
  };
}

/**
 * Lists the provider's models with a key that is sent along and not stored, with a chosen credential, or with the one that calls
 * would use first (without any where none is stored). What goes wrong is in the report, not an error.
 */
export async function testProvider(ctx: Context, id: string, input: TestProviderInput): Promise<ConnectionReport> {
  const { baseUrl, sealed } = await readTarget(ctx, id, input);
  const allowed = getConfig().privateTargets;
  try {
    const apiKey = input.api_key ?? (sealed ? openKey(sealed) : null);
    return toReport(await probeModels({ baseUrl, apiKey, allowed }), input.model);
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    return toReport({ latencyMs: 0, status: null, models: null, error: error.message }, input.model);
  }
}

/** The same before anything is stored: an address as it was typed, with the key that was typed beside it and no stored one. */
export async function testAddress(ctx: Context, input: TestAddressInput): Promise<ConnectionReport> {
  requireReach(ctx, "providers.write");
  const allowed = getConfig().privateTargets;
  checkTargetUrl(input.base_url, allowed, "base_url");
  return toReport(await probeModels({ baseUrl: input.base_url, apiKey: input.api_key ?? null, allowed }), input.model);
}
