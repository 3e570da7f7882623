/** A model as it is being written, and as it is sent. Pure. */
import type { Model, ModelChange, NewModel } from "@/lib/models/queries";
import type { ModelKind } from "@/lib/models/schema";
import { isEmpty, noPrice, type PriceDraft, priceOf } from "./price-draft";

/** Text until it is sent. */
export interface ModelDraft {
  display_name: string;
  upstream_name: string;
  /** Empty: told from the name. */
  kind: ModelKind | "";
  max_input_tokens: string;
  max_output_tokens: string;
}

export interface NewModelDraft extends ModelDraft {
  name: string;
  price: PriceDraft;
}

export const modelFields = [
  "name",
  "display_name",
  "upstream_name",
  "kind",
  "max_input_tokens",
  "max_output_tokens",
  "price",
] as const;

export const noModel: NewModelDraft = {
  name: "",
  display_name: "",
  upstream_name: "",
  kind: "",
  max_input_tokens: "",
  max_output_tokens: "",
  price: noPrice,
};

/** Null for nothing; what is no number goes to the server as it is, which says so. */
const readTokens = (text: string) => (text.trim() === "" ? null : Number(text));

export function modelDraftOf(model: Model): ModelDraft {
  return {
    display_name: model.display_name ?? "",
    upstream_name: model.upstream_name,
    kind: model.kind,
    max_input_tokens: model.max_input_tokens?.toString() ?? "",
    max_output_tokens: model.max_output_tokens?.toString() ?? "",
  };
}

/** Only what was changed, so that nothing else is overwritten. */
export function modelChangeOf(base: Model, draft: ModelDraft): ModelChange {
  const before = modelDraftOf(base);
  const isChanged = (name: keyof ModelDraft) => draft[name] !== before[name];
  return {
    ...(isChanged("display_name") ? { display_name: draft.display_name.trim() || null } : {}),
    ...(isChanged("upstream_name") ? { upstream_name: draft.upstream_name } : {}),
    ...(isChanged("kind") && draft.kind ? { kind: draft.kind } : {}),
    ...(isChanged("max_input_tokens") ? { max_input_tokens: readTokens(draft.max_input_tokens) } : {}),
    ...(isChanged("max_output_tokens") ? { max_output_tokens: readTokens(draft.max_output_tokens) } : {}),
  };
}

/** Whether there is something to send: a name, and a price that is whole or not begun. */
export function canCreate(draft: NewModelDraft): boolean {
  return draft.name.trim() !== "" && (isEmpty(draft.price) || priceOf(draft.price) !== null);
}

/** What is not filled in is left out, so that the API's own defaults hold: the list price and the window that are known. */
export function newModelOf(draft: NewModelDraft): NewModel {
  const [input, output, price] = [
    readTokens(draft.max_input_tokens),
    readTokens(draft.max_output_tokens),
    priceOf(draft.price),
  ];
  return {
    name: draft.name,
    ...(draft.display_name.trim() ? { display_name: draft.display_name } : {}),
    ...(draft.upstream_name.trim() ? { upstream_name: draft.upstream_name } : {}),
    ...(draft.kind ? { kind: draft.kind } : {}),
    ...(input === null ? {} : { max_input_tokens: input }),
    ...(output === null ? {} : { max_output_tokens: output }),
    ...(price ? { price } : {}),
  };
}
