/** The audit log in words, and where what it tells of is found. Pure. */
import type { AuditEntry } from "@/lib/audit/queries";
import type { ActorType } from "@/lib/audit/schema";
import {
  adminApprovalsPath,
  adminBudgetPath,
  adminKeyPath,
  adminTeamPath,
  adminUserPath,
  auditPath,
  deliveryPath,
  modelPath,
  providerPath,
  settingsPath,
  webhookPath,
} from "@/lib/paths";

/** Every action that is recorded, by what it is about: what one can narrow the log to. */
export const actionsByKind: Readonly<Record<string, readonly string[]>> = {
  audit: ["expired"],
  budget: ["created", "updated", "increased", "increase_ended", "deleted"],
  budget_request: ["created", "withdrawn", "approved", "denied"],
  catalogue: ["loaded"],
  credential: ["created", "updated", "deleted"],
  delivery: ["replayed"],
  identity: ["refresh_refused"],
  invitation: ["created", "resent", "accepted", "revoked"],
  key: ["created", "updated", "rotated", "blocked", "unblocked", "revoked", "restored", "deleted"],
  master_key: ["activated", "rejected", "signed_out"],
  member: ["added", "updated", "removed"],
  model: ["created", "updated", "deleted"],
  provider: ["created", "updated", "deleted"],
  secrets: ["rewrapped"],
  session: ["created", "ended"],
  settings: ["updated"],
  team: ["created", "updated", "deleted"],
  user: ["created", "linked", "updated", "identity_updated", "disabled", "enabled", "signed_out", "deleted"],
  webhook: ["created", "updated", "secret_rotated", "tested", "disabled", "deleted"],
};

export const kindWords: Readonly<Record<string, string>> = {
  audit: "Audit log",
  budget: "Budget",
  budget_request: "Request for more",
  catalogue: "Catalogue",
  credential: "Provider credential",
  delivery: "Delivery",
  identity: "Identity",
  invitation: "Invitation",
  key: "Key",
  master_key: "Master key",
  member: "Membership",
  model: "Model",
  provider: "Provider",
  secrets: "Stored secrets",
  session: "Session",
  settings: "Settings",
  team: "Team",
  user: "User",
  webhook: "Webhook",
};

export const actorWords: Record<ActorType, string> = {
  user: "Person",
  key: "Key",
  master: "Master key",
  system: "This server",
};

export function actorNameOf({ actor_name, actor_id, actor_type }: AuditEntry): string {
  return actor_name ?? actor_id ?? actorWords[actor_type];
}

export function actorPathOf({ actor_type, actor_id }: AuditEntry): string | null {
  if (!actor_id) return null;
  if (actor_type === "user") return adminUserPath(actor_id);
  return actor_type === "key" ? adminKeyPath(actor_id) : null;
}

const pages: Readonly<Record<string, (id: string) => string>> = {
  budget: adminBudgetPath,
  delivery: deliveryPath,
  key: adminKeyPath,
  model: modelPath,
  provider: providerPath,
  team: adminTeamPath,
  user: adminUserPath,
  webhook: webhookPath,
};

/** Where the target is looked at; null where it is gone, or has no page. */
export function targetPathOf({ target_type, target_id, target_name }: AuditEntry): string | null {
  if (target_type === "settings") return settingsPath;
  if (target_type === "budget_request") return adminApprovalsPath;
  const pageOf = pages[target_type ?? ""];
  return pageOf && target_id && target_name !== null ? pageOf(target_id) : null;
}

function nameIn(fields: unknown): string | null {
  const { name, email } = (fields ?? {}) as { name?: unknown; email?: unknown };
  return [email, name].find((value): value is string => typeof value === "string" && value !== "") ?? null;
}

/** What the target is called: as it is now, or as the entry itself tells of what is gone. */
export function targetNameOf(entry: AuditEntry): string | null {
  return entry.target_name ?? nameIn(entry.after) ?? nameIn(entry.before) ?? entry.target_id;
}

/** The log of one thing. */
export function auditOf(filter: { target_id: string } | { actor_id: string }): string {
  return `${auditPath}?${new URLSearchParams(filter)}`;
}
