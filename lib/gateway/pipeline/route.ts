/** Step 3: which model, and whether the caller may use it. */
import type { Price } from "@/lib/money";
import type { ModelRoute, Snapshot } from "../directory/types";
import { GatewayError } from "../errors";
import type { Caller } from "./caller";
import type { Endpoint } from "./request";

/** Whether every level of the caller's chain lets the model pass. */
export function mayUse(caller: Caller, model: ModelRoute): boolean {
  return caller.levels.every((level) => level.permits(model));
}

function refuseModel(caller: Caller, model: ModelRoute): never {
  const level = caller.levels.find(({ permits }) => !permits(model));
  const where = level
    ? ` by ${level.kind === "team" && level.id === "defaults" ? level.name : `the ${level.kind} "${level.name}"`}`
    : "";
  throw new GatewayError(
    "model_not_allowed",
    `The model "${model.name}" is not allowed for this key: it is ruled out${where}.`,
    {
      param: "model",
      details: level ? { level: { type: level.kind, id: level.id, name: level.name } } : {},
    },
  );
}

/**
 * The model of a call. Throws `model_not_found`, `model_not_allowed`, `invalid_request` for one of another kind, or `provider_error`
 * where its provider has no credential that a call could be sent with.
 */
export function findModel(snapshot: Snapshot, caller: Caller, name: string, endpoint: Endpoint): ModelRoute {
  const model = snapshot.models.get(name);
  if (!model)
    throw new GatewayError(
      "model_not_found",
      `There is no model "${name}". GET /v1/models lists those that this key may use.`,
      { param: "model" },
    );
  if (!mayUse(caller, model)) refuseModel(caller, model);
  const isEmbedding = model.kind === "embedding";
  if (isEmbedding !== (endpoint === "embeddings")) {
    throw new GatewayError("invalid_request", `The model "${name}" does not serve this endpoint.`, { param: "model" });
  }
  const { provider } = model;
  if (provider.serving === "none")
    throw new GatewayError(
      "provider_error",
      `The provider "${provider.name}" has no usable credential. An admin has to switch one on, replace it or add one.`,
      { details: { provider: provider.name } },
    );
  return model;
}

export interface Pricing {
  price: Price;
  priceId: string | null;
  isCeiling: boolean;
}

/** What the call is charged at: never nothing. Throws `model_price_unknown` where settings refuse models without a price. */
export function findPrice(snapshot: Snapshot, model: ModelRoute): Pricing {
  if (model.price) return { price: model.price, priceId: model.price.id, isCeiling: false };
  const ceiling = snapshot.settings.ceilingPrice;
  if (ceiling) return { price: ceiling, priceId: null, isCeiling: true };
  throw new GatewayError(
    "model_price_unknown",
    `The model "${model.name}" has no price, and calls without a price are refused here. An admin has to set one.`,
    { param: "model" },
  );
}
