import { sourceName } from "@/components/users/user-words";
import type { TeamRole } from "@/lib/authz/permissions";

interface PlaceSourcesProps {
  sources: readonly {
    source: string;
    role: TeamRole;
    inherited_from?: { id: string; name: string } | undefined;
  }[];
}

/** Where a place in a team comes from, one line each: by hand, by groups, by the directory, or from a team above. */
export function PlaceSources({ sources }: PlaceSourcesProps) {
  return (
    <ul>
      {sources.map(({ source, role, inherited_from }) => (
        <li key={`${inherited_from?.id} ${source}`}>
          {role} {sourceName(source)}
          {inherited_from ? <span className="text-muted"> in {inherited_from.name}</span> : null}
        </li>
      ))}
    </ul>
  );
}
