/**
 * Which models calls with certain rules may name, before anybody calls: the same lists and the same meaning of a name as the
 * gateway has. Part of the models domain; `me` calls this.
 */
import { type Page, pageRows } from "@/lib/api/pagination";
import type { Context } from "@/lib/context";
import { compileMatcher } from "@/lib/model-patterns";
import { type Serving, servingOf, servings } from "@/lib/serving";
import { type CallableModel, callableSorts, type ListCallableQuery, type ModelKind } from "./schema";
import * as store from "./store";

/** One level that a model has to pass. */
export interface ModelRules {
  allowed_models: readonly string[];
  blocked_models: readonly string[];
}

function serving({ provider: { builtin, credentials } }: store.ServedModel): Serving {
  const usable = credentials.filter(({ enabled, weight }) => enabled && weight > 0).length;
  return servingOf({ builtin, credentials: credentials.length, usable });
}

/** As callers write it: the plain name means the oldest provider that has a credential, `provider/name` always that one. */
function namesOf(models: readonly store.ServedModel[]): Map<string, string> {
  const inOrder = servings.flatMap((kind) => models.filter((model) => serving(model) === kind));
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
    .filter((model) => serving(model) !== "none" && permits.every((permit) => permit(model)))
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
