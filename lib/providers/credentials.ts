/**
 * Credentials: the API keys of a provider, several of them with weights. A key comes in, is sealed for its row, and is opened
 * again only where a call needs it; no answer and no audit row holds it. Part of the providers domain's service.
 */
import { keyset, type Page, toPage } from "@/lib/api/pagination";
import { changedFields, recordAudit } from "@/lib/audit/record";
import { getConfig } from "@/lib/config/config";
import { type Context, requireVersion, withTransaction } from "@/lib/context";
import { notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { seal, unseal } from "@/lib/secrets/key-ring";
import { findVisibleProvider, lockVisibleProvider } from "./reach";
import {
  type CreateCredentialInput,
  credentialSorts,
  type ListCredentialsQuery,
  type UpdateCredentialInput,
} from "./schema";
import * as store from "./store";

/** The credential that `api_key` of a provider means. */
export const defaultCredential = "default";

function placeOf(id: string) {
  return { table: "credentials", row: id, field: "secret" };
}

// Four characters of a long random key identify it and tell nothing; of a short one they would be too much of it.
function lastFourOf(apiKey: string): string {
  return apiKey.length >= 16 ? apiKey.slice(-4) : "";
}

function sealKey(id: string, apiKey: string): { secret: string; last_four: string } {
  return { secret: seal(getConfig().encryptionKeys, placeOf(id), apiKey), last_four: lastFourOf(apiKey) };
}

/** The key of a sealed credential. Throws an UnsealError, which names the row and never the key. */
export function openKey(sealed: { id: string; secret: string }): string {
  return unseal(getConfig().encryptionKeys, placeOf(sealed.id), sealed.secret);
}

/** A cooldown that is over is none. */
function presentCredential(ctx: Context, row: store.CredentialRow): store.CredentialRow {
  if (row.cooldown_until && row.cooldown_until.getTime() > ctx.clock.now()) return row;
  return { ...row, cooldown_until: null, cooldown_cause: null };
}

export async function listCredentials(
  ctx: Context,
  providerId: string,
  query: ListCredentialsQuery,
): Promise<Page<store.CredentialRow>> {
  await findVisibleProvider(ctx, "providers.read", providerId);
  const rows = await store.listCredentials(ctx.db, providerId, query.q, keyset(query, credentialSorts));
  const { data, next_cursor } = toPage(rows, query);
  return { data: data.map((row) => presentCredential(ctx, row)), next_cursor };
}

function insertKey(ctx: Context, providerId: string, input: CreateCredentialInput): Promise<store.CredentialRow> {
  const { api_key: apiKey, ...fields } = input;
  const now = ctx.clock.now();
  const id = newId("credential", now);
  const times = { created_at: new Date(now), updated_at: new Date(now) };
  return store.insertCredential(ctx.db, { ...fields, ...sealKey(id, apiKey), ...times, id, provider_id: providerId });
}

/** What a changed key changes in its row: the provider has not refused this one yet. */
function keyChange(id: string, apiKey: string | undefined) {
  return apiKey === undefined ? {} : { ...sealKey(id, apiKey), cooldown_until: null, cooldown_cause: null };
}

export function createCredential(
  ctx: Context,
  providerId: string,
  input: CreateCredentialInput,
): Promise<store.CredentialRow> {
  return withTransaction(ctx, async (tx) => {
    await lockVisibleProvider(tx, "providers.write", providerId);
    const credential = await insertKey(tx, providerId, input);
    await recordAudit(tx, {
      action: "credential.created",
      target_type: "credential",
      target_id: credential.id,
      after: credential,
    });
    return credential;
  });
}

async function getCredential(ctx: Context, providerId: string, id: string): Promise<store.CredentialRow> {
  await lockVisibleProvider(ctx, "providers.write", providerId);
  const credential = await store.findCredential(ctx.db, providerId, { id });
  if (!credential) throw notFound();
  return credential;
}

/** Changes a credential; with a new `api_key` it also comes out of its cooldown. */
export function updateCredential(
  ctx: Context,
  providerId: string,
  id: string,
  input: UpdateCredentialInput,
  ifVersion: number | null,
): Promise<store.CredentialRow> {
  return withTransaction(ctx, async (tx) => {
    const before = await getCredential(tx, providerId, id);
    requireVersion(before, ifVersion);
    const { api_key: apiKey, ...fields } = input;
    const after = await store.updateCredential(tx.db, id, {
      ...fields,
      ...keyChange(id, apiKey),
      updated_at: new Date(tx.clock.now()),
    });
    await recordAudit(tx, {
      action: "credential.updated",
      target_type: "credential",
      target_id: id,
      ...changedFields(before, after),
      ...(apiKey === undefined ? {} : { details: { api_key: "set" } }),
    });
    return presentCredential(tx, after);
  });
}

export function deleteCredential(ctx: Context, providerId: string, id: string): Promise<undefined> {
  return withTransaction(ctx, async (tx) => {
    const before = await getCredential(tx, providerId, id);
    await store.deleteCredentials(tx.db, providerId, { id });
    await recordAudit(tx, { action: "credential.deleted", target_type: "credential", target_id: id, before });
    return undefined;
  });
}

/**
 * Applies a provider's tri-state `api_key` to its credential "default": undefined keeps, null clears, text sets. Weight and
 * state of an existing one stay. Joins the caller's transaction, which also writes the audit row.
 */
export async function putDefaultKey(
  ctx: Context,
  providerId: string,
  apiKey: string | null | undefined,
): Promise<void> {
  if (apiKey === undefined) return;
  const key = { name: defaultCredential };
  if (apiKey === null) return store.deleteCredentials(ctx.db, providerId, key);
  const existing = await store.findCredential(ctx.db, providerId, key);
  if (existing) {
    const updated_at = new Date(ctx.clock.now());
    await store.updateCredential(ctx.db, existing.id, { ...keyChange(existing.id, apiKey), updated_at });
  } else {
    await insertKey(ctx, providerId, { ...key, api_key: apiKey, weight: 1, enabled: true });
  }
}
