/** The tree of teams as rows, one below the other. Pure. */
import type { Team } from "@/lib/teams/queries";

type Node = Pick<Team, "id" | "name" | "path">;

export interface TreeRow<T extends Node = Team> {
  team: T;
  /** 0 for the uppermost that the visitor sees. */
  depth: number;
  hasChildren: boolean;
  isOpen: boolean;
}

export interface Openness {
  /** So many levels stand open where nobody has opened or closed a team. */
  levels: number;
  /** Those that are the other way. */
  flipped: ReadonlySet<string>;
}

/** Those whose name holds `q`, and all above them, so that each stands in its place. */
function matching<T extends Node>(teams: readonly T[], q: string): T[] {
  const part = q.toLowerCase();
  const kept = new Set(teams.filter(({ name }) => name.toLowerCase().includes(part)).flatMap(({ path }) => path));
  return teams.filter(({ id }) => kept.has(id));
}

/** The rows that show. `teams` come each before its children; while something is searched, every match stands open. */
export function rowsOf<T extends Node>(teams: readonly T[], openness: Openness, q = ""): TreeRow<T>[] {
  const shown = q ? matching(teams, q) : teams;
  const known = new Set(shown.map(({ id }) => id));
  const parents = new Set(shown.flatMap(({ path }) => path.slice(0, -1)));
  const isOpen = (id: string, depth: number) => q !== "" || openness.flipped.has(id) !== depth < openness.levels;
  return shown.flatMap((team) => {
    const above = team.path.slice(0, -1).filter((id) => known.has(id));
    const depth = above.length;
    if (!above.every(isOpen)) return [];
    return [{ team, depth, hasChildren: parents.has(team.id), isOpen: isOpen(team.id, depth) }];
  });
}

export function flip({ levels, flipped }: Openness, id: string): Openness {
  const next = new Set(flipped);
  if (!next.delete(id)) next.add(id);
  return { levels, flipped: next };
}
