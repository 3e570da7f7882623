/** What the filters of a query mean to the tables. Pure; the usage domain's service calls this. */
import type { SummaryQuery } from "./schema";
import type * as store from "./store";
import type { UsageFilter } from "./store-filter";

export type AskedFilter = Pick<SummaryQuery, "key_id" | "user_id" | "team_id" | "model" | "provider_id" | "tag">;

/** The models that a filter by name or provider means; undefined where it means any. */
function selectModels(models: readonly store.ModelName[], { model, provider_id }: AskedFilter): string[] | undefined {
  if (model === undefined && provider_id === undefined) return undefined;
  return models
    .filter((row) => model === undefined || [row.model, `${row.provider}/${row.model}`, row.model_id].includes(model))
    .filter((row) => provider_id === undefined || row.provider_id === provider_id)
    .map((row) => row.model_id);
}

export function filterOf(query: AskedFilter, models: readonly store.ModelName[]): UsageFilter {
  const { key_id, user_id, team_id, tag } = query;
  return { key_id, user_id, team_id, tag, modelIds: selectModels(models, query) };
}
