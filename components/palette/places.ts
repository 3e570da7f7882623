/** Where the palette leads: one line for each kind of thing that has a page. Pure. */
import type { Me } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminKeyPath, adminTeamPath, adminUserPath, keysPath, modelPath, providerPath, teamPath } from "@/lib/paths";
import type { Found, FoundKind } from "@/lib/search/schema";

/** The administrators' page of a thing; null where it has none. */
const adminPlaces: Record<FoundKind, ((found: Found) => string) | null> = {
  user: ({ id }) => adminUserPath(id),
  team: ({ id }) => adminTeamPath(id),
  key: ({ id }) => adminKeyPath(id),
  model: ({ id }) => modelPath(id),
  provider: ({ id }) => providerPath(id),
};

/** The same for everybody else. */
const ownPlaces: Record<FoundKind, ((found: Found) => string) | null> = {
  user: null,
  team: ({ id }) => teamPath(id),
  key: ({ id }) => `${keysPath}?${new URLSearchParams({ q: id })}`,
  model: null,
  provider: null,
};

export const kindLabels: Record<FoundKind, string> = {
  user: "People",
  team: "Teams",
  key: "Keys",
  model: "Models",
  provider: "Providers",
};

/** The page of what was found, or null where this visitor has none. */
export function placeOf(found: Found, me: Me): string | null {
  const places = hasRight(me, "users.read", "all") ? adminPlaces : ownPlaces;
  return places[found.kind]?.(found) ?? null;
}
