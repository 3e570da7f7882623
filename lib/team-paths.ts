/**
 * How a mapping names a team: `Engineering/Platform` is the team Platform right below the organisation Engineering. Leaf: the
 * configuration, the settings and provisioning read it alike.
 */
const separator = "/";
const maxDepth = 16;
const maxNameLength = 120;

/** What is wrong with a team's path, as the remedy that its writer reads; null if nothing is. */
export function findPathProblem(text: string): string | null {
  const names = splitTeamPath(text);
  if (names.some((name) => name === ""))
    return "must be a team's name or a path of them such as Engineering/Platform, without an empty part";
  if (names.some((name) => name.length > maxNameLength))
    return `must hold names of at most ${maxNameLength} characters`;
  return names.length > maxDepth ? `must lead through at most ${maxDepth} teams` : null;
}

/** The names from the organisation down; spaces around them do not count. */
export function splitTeamPath(text: string): string[] {
  return text.split(separator).map((name) => name.trim());
}

export function joinTeamPath(names: readonly string[]): string {
  return names.join(separator);
}
