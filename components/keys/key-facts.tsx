import { Badge } from "@/components/ui/badge";
import { Time } from "@/components/ui/time";
import { formatTime } from "@/lib/client/format";
import type { KeyStatus } from "@/lib/keys/chain";
import type { Key } from "@/lib/keys/queries";
import type { KeyType } from "@/lib/keys/schema";

export const typeLabels: Record<KeyType, string> = {
  user: "Personal",
  team: "Team",
  virtual: "Guest",
  admin: "Admin",
};

const tones = { active: "ok", blocked: "warn", revoked: "danger", expired: "neutral" } as const;

export function StatusBadge({ status }: { status: KeyStatus }) {
  return <Badge tone={tones[status]}>{status}</Badge>;
}

export function LastUse({ last_used_at, last_used_client }: Pick<Key, "last_used_at" | "last_used_client">) {
  if (!last_used_at) return <span className="text-muted">Never</span>;
  return (
    <>
      <Time value={last_used_at} />
      {last_used_client ? (
        <span className="block max-w-36 truncate text-xs text-muted max-sm:[td_&]:ml-auto" title={last_used_client}>
          {last_used_client}
        </span>
      ) : null}
    </>
  );
}

export function Expiry({ expires_at }: Pick<Key, "expires_at">) {
  return expires_at ? <Time value={expires_at} /> : <span className="text-muted">Never</span>;
}

/** The same in two lines, for a narrow column. */
export function ExpiryDay({ expires_at }: Pick<Key, "expires_at">) {
  if (!expires_at) return <span className="text-muted">Never</span>;
  const [day, ...clock] = formatTime(expires_at).split(" ");
  return (
    <time dateTime={expires_at} className="tabular-nums">
      <span className="whitespace-nowrap">{day}</span>
      <span className="block text-xs whitespace-nowrap text-muted">{clock.join(" ")}</span>
    </time>
  );
}

/** The first models of a list, and how many more there are. */
export function Models({ allowed_models, blocked_models }: Pick<Key, "allowed_models" | "blocked_models">) {
  const [first, ...others] = allowed_models;
  const blocked = blocked_models.length > 0 ? `, ${blocked_models.length} blocked` : "";
  if (!first) return <span className="text-muted">All{blocked}</span>;
  return (
    <span title={allowed_models.join(", ")}>
      <span className="inline-block max-w-40 truncate align-bottom">{first}</span>
      {others.length > 0 ? ` +${others.length}` : ""}
      {blocked}
    </span>
  );
}

/** Whose the key is: the person, or the team that has it for itself. */
export function Owner({ user_email, user_id, team_id, type }: Key) {
  if (user_id) return <span className="break-words">{user_email ?? user_id}</span>;
  if (team_id) return <span className="text-muted">The team</span>;
  return <span className="text-muted">{type === "admin" ? "Administrators" : "Nobody"}</span>;
}
