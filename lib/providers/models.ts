/** The models of one provider, as its admin sees them. Part of the providers domain's service; models keep their own rules. */
import type { Page } from "@/lib/api/pagination";
import { type Context, withTransaction } from "@/lib/context";
import type { CreateModelInput, ListProviderModelsQuery } from "@/lib/models/schema";
import { createModel, listModels, type ModelView } from "@/lib/models/service";
import { shippedModel } from "./catalogue-data";
import { findVisibleProvider, lockVisibleProvider } from "./reach";

export async function listProviderModels(
  ctx: Context,
  providerId: string,
  query: ListProviderModelsQuery,
): Promise<Page<ModelView>> {
  await findVisibleProvider(ctx, "providers.read", providerId);
  return listModels(ctx, { ...query, provider_id: providerId });
}

export function createProviderModel(ctx: Context, providerId: string, input: CreateModelInput): Promise<ModelView> {
  return withTransaction(ctx, async (tx) => {
    const provider = await lockVisibleProvider(tx, "models.write", providerId);
    // One of the catalogue's that had been deleted comes back as it is shipped.
    const shipped = provider.builtin ? shippedModel(provider.name, input.name) : null;
    return createModel(tx, provider, { ...shipped, ...input });
  });
}
