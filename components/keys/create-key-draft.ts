/** A new key as it is being written, and as it is sent. Pure. */
import type { Option } from "@/components/ui/combobox";
import type { NewKey } from "@/lib/keys/queries";
import type { KeyType } from "@/lib/keys/schema";
import type { Me } from "@/lib/me/queries";
import type { PeriodKind } from "@/lib/periods";
import { type LimitDraft, noLimits, readLimit } from "./limit-draft";

export interface KeyDraft extends LimitDraft {
  name: string;
  type: KeyType;
  user: Option | null;
  team: Option | null;
  /** Empty: no budget of its own. */
  limit_usd: string;
  period: PeriodKind;
  /** Empty: never. */
  expires_in: string;
}

/** The fields that the form shows problems of. */
export const keyFields = [
  "name",
  "type",
  "user_id",
  "team_id",
  "budget",
  "expires_at",
  "allowed_models",
  "blocked_models",
  "rpm_limit",
  "tpm_limit",
  "parallel_limit",
] as const;

/** Only administrators make admin keys; the server refuses them to everybody else anyway. */
export function typesFor(me: Pick<Me, "role">): { type: KeyType; label: string }[] {
  return [
    { type: "user", label: "Personal: one person’s" },
    { type: "team", label: "Team: shared by a team" },
    { type: "virtual", label: "Guest: limited, with an end" },
    ...(me.role === "admin" ? [{ type: "admin" as const, label: "Admin: manages this server" }] : []),
  ];
}

/** The master key is nobody, so it has no personal key to begin with. */
export function startDraft(me: Pick<Me, "user">): KeyDraft {
  return {
    ...noLimits,
    name: "",
    type: me.user ? "user" : "team",
    user: null,
    team: null,
    limit_usd: "",
    period: "monthly",
    expires_in: "",
  };
}

/** What the API takes. What is not filled in is left out, so that its own defaults hold. */
export function newKeyOf(draft: KeyDraft): NewKey {
  const limit = draft.limit_usd.trim();
  return {
    type: draft.type,
    name: draft.name,
    ...(draft.user && draft.type !== "team" ? { user_id: draft.user.id } : {}),
    ...(draft.team ? { team_id: draft.team.id } : {}),
    ...(limit ? { budget: { limit_usd: limit, period: draft.period } } : {}),
    ...(draft.expires_in ? { expires_in: draft.expires_in } : {}),
    ...(draft.allowed_models.length > 0 ? { allowed_models: draft.allowed_models } : {}),
    ...(draft.blocked_models.length > 0 ? { blocked_models: draft.blocked_models } : {}),
    rpm_limit: readLimit(draft.rpm_limit),
    tpm_limit: readLimit(draft.tpm_limit),
    parallel_limit: readLimit(draft.parallel_limit),
  };
}
