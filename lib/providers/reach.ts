/** How the files of this domain come by a provider: through the caller's reach, or not at all. */
import type { Action } from "@/lib/authz/permissions";
import { type Context, requireReach } from "@/lib/context";
import { notFound } from "@/lib/errors";
import * as store from "./store";

/** The provider if the caller may take `action` on it; 404 where it is missing, deleted or hidden. */
export async function findVisibleProvider(ctx: Context, action: Action, id: string): Promise<store.ProviderRow> {
  const provider = await store.findProvider(requireReach(ctx, action), ctx.db, id);
  if (!provider) throw notFound();
  return provider;
}

/** The same, held until the caller's transaction ends, as it is then. */
export async function lockVisibleProvider(ctx: Context, action: Action, id: string): Promise<store.ProviderRow> {
  await store.lockProvider(ctx.db, { id });
  return findVisibleProvider(ctx, action, id);
}
