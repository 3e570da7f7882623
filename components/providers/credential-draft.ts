/** A provider's key as it is being written, and as it is sent. Pure. */
import type { Credential, CredentialChange, NewCredential } from "@/lib/providers/queries";

export interface CredentialDraft {
  name: string;
  weight: string;
  enabled: boolean;
  /** Whether the stored key gives way to the one that is written. */
  isReplaced: boolean;
  api_key: string;
}

export const credentialFields = ["name", "weight", "api_key"] as const;

export const noCredential: CredentialDraft = { name: "", weight: "1", enabled: true, isReplaced: true, api_key: "" };

export function credentialDraftOf({ name, weight, enabled }: Credential): CredentialDraft {
  return { name, weight: String(weight), enabled, isReplaced: false, api_key: "" };
}

/** What is no number goes to the server as it is, which says so; nothing is its default. */
const readWeight = (text: string) => (text.trim() === "" ? undefined : Number(text));

export function newCredentialOf({ name, weight, api_key }: CredentialDraft): NewCredential {
  return { name, api_key, weight: readWeight(weight) };
}

/** Only what was changed; the stored key stays unless another one was written. */
export function credentialChangeOf(base: Credential, draft: CredentialDraft): CredentialChange {
  const before = credentialDraftOf(base);
  return {
    ...(draft.name === before.name ? {} : { name: draft.name }),
    ...(draft.weight === before.weight ? {} : { weight: readWeight(draft.weight) }),
    ...(draft.enabled === before.enabled ? {} : { enabled: draft.enabled }),
    ...(draft.isReplaced ? { api_key: draft.api_key } : {}),
  };
}
