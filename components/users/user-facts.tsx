import { Badge } from "@/components/ui/badge";
import { Time } from "@/components/ui/time";
import type { User } from "@/lib/users/queries";

export function StateBadge({ disabled_at }: Pick<User, "disabled_at">) {
  return disabled_at ? <Badge tone="warn">disabled</Badge> : <Badge tone="ok">active</Badge>;
}

export function LastSeen({ last_seen_at }: Pick<User, "last_seen_at">) {
  return last_seen_at ? <Time value={last_seen_at} /> : <span className="text-muted">Never</span>;
}

const shownTeams = 2;

/** The first teams of a person, and how many more there are. */
export function TeamNames({ teams }: Pick<User, "teams">) {
  const hidden = teams.length - shownTeams;
  if (teams.length === 0) return <span className="text-muted">None</span>;
  const names = teams.map(({ name }) => name);
  return (
    <span title={names.join(", ")} className="break-words">
      {names.slice(0, shownTeams).join(", ")}
      {hidden > 0 ? ` +${hidden}` : ""}
    </span>
  );
}
