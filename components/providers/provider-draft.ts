/** A provider as it is being written, and as it is sent. Pure. */
import type { CatalogueEntry, NewProvider, Provider, ProviderChange } from "@/lib/providers/queries";

export interface ProviderDraft {
  name: string;
  display_name: string;
  base_url: string;
  api_key: string;
  /** Names, with spaces, commas or line breaks between them. */
  models: string;
}

/** The fields that the form shows problems of. */
export const providerFields = ["name", "display_name", "base_url", "api_key", "models"] as const;

export const noProvider: ProviderDraft = { name: "", display_name: "", base_url: "", api_key: "", models: "" };

/** What is known of one of the catalogue, filled in. A key that was typed stays: it was not sent anywhere yet. */
export function presetOf({ name, display_name, base_url }: CatalogueEntry, draft: ProviderDraft): ProviderDraft {
  return { ...draft, name, display_name, base_url, models: "" };
}

export function modelNamesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

/** What the API takes. What is not filled in is left out, so that its own defaults hold. */
export function newProviderOf(draft: ProviderDraft): NewProvider {
  const models = modelNamesOf(draft.models);
  return {
    name: draft.name.trim(),
    ...(draft.display_name.trim() ? { display_name: draft.display_name } : {}),
    ...(draft.base_url.trim() ? { base_url: draft.base_url } : {}),
    ...(draft.api_key ? { api_key: draft.api_key } : {}),
    ...(models.length > 0 ? { models } : {}),
  };
}

/** What becomes of the stored key "default": a value is never shown, so it is kept, cleared or written anew. */
export const keyDeeds = ["keep", "set", "clear"] as const;
export type KeyDeed = (typeof keyDeeds)[number];

export interface EditDraft {
  display_name: string;
  base_url: string;
  key: KeyDeed;
  api_key: string;
}

export function editDraftOf({ display_name, base_url }: Provider): EditDraft {
  return { display_name: display_name ?? "", base_url, key: "keep", api_key: "" };
}

function keyChangeOf({ key, api_key }: EditDraft): Pick<ProviderChange, "api_key"> {
  if (key === "clear") return { api_key: null };
  return key === "set" ? { api_key } : {};
}

/** Only what was changed, so that nothing else is overwritten. */
export function providerChangeOf(base: Provider, draft: EditDraft): ProviderChange {
  const before = editDraftOf(base);
  return {
    ...(draft.display_name === before.display_name ? {} : { display_name: draft.display_name.trim() || null }),
    ...(draft.base_url === before.base_url ? {} : { base_url: draft.base_url }),
    ...keyChangeOf(draft),
  };
}

/** The host that requests go to; null while it is no address yet. */
export function hostOf(text: string): string | null {
  return URL.canParse(text.trim()) ? new URL(text.trim()).host : null;
}
