/**
 * Which models calls with certain rules may name, before anybody calls: the same lists and the same meaning of a name as the
 * gateway has. Part of the models domain; `me` calls this.
 */
import { type Page, pageRows } from "@/lib/api/pagination";
import type { Context } from "@/lib/context";
import { compileMatcher } from "@/lib/model-patterns";
import { type CallableModel, callableSorts, type ListCallableQuery, type ModelKind } from "./schema";
import * as store from "./store";

/** One level that a model has to pass. */
export interface ModelRules {
  allowed_models: readonly string[];
  blocked_models: readonly string[];
}

const isKeyed = ({ provider }: store.ServedModel) => provider._count.credentials > 0;

// A provider of the catalogue answers nobody without a credential; one that somebody added may need none.
const isServed = (model: store.ServedModel) => isKeyed(model) || !model.provider.builtin;

/** As callers write it: the plain name means the oldest provider that has a credential, `provider/name` always that one. */
function namesOf(models: readonly store.ServedModel[]): Map<string, string> {
  const inOrder = [...models.filter(isKeyed), ...models.filter((model) => !isKeyed(model))];
  const first = new Map<string, string>();
  for (const { id, name } of inOrder) if (!first.has(name)) first.set(name, id);
  return new Map(
    models.map(({ id, name, provider }) => [id, first.get(name) === id ? name : `${provider.name}/${name}`]),
  );
}

/** The models that pass all of these levels and that a provider serves. */
export async function listCallableModels(
  ctx: Context,
  levels: readonly ModelRules[],
  query: ListCallableQuery,
): Promise<Page<CallableModel>> {
  const models = await store.listServedModels(ctx.db);
  const names = namesOf(models);
  const permits = levels.map((level) => compileMatcher(level.allowed_models, level.blocked_models));
  const part = query.q?.toLowerCase() ?? "";
  const rows = models
    .filter((model) => isServed(model) && permits.every((permit) => permit(model)))
    .map(({ id, name, display_name, kind, provider }) => ({
      id,
      name,
      display_name,
      kind: kind as ModelKind,
      provider: provider.name,
      call_as: names.get(id) ?? name,
    }))
    .filter(({ kind, call_as }) => (!query.kind || kind === query.kind) && call_as.toLowerCase().includes(part));
  return pageRows(rows, query, callableSorts);
}
