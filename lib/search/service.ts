/**
 * One search over people, teams, keys, models and providers, for whoever knows a name and not the page. It holds no rows and no rules:
 * each domain's own list is asked, so a thing is found here exactly if it would be there. The route calls this.
 */
import { type Action, reachOf } from "@/lib/authz/permissions";
import { type Context, requireReach } from "@/lib/context";
import { listKeysQuery } from "@/lib/keys/schema";
import { listKeys } from "@/lib/keys/service";
import { listModelsQuery } from "@/lib/models/schema";
import { listModels } from "@/lib/models/service";
import { listProvidersQuery } from "@/lib/providers/schema";
import { listProviders } from "@/lib/providers/service";
import { listTeamsQuery } from "@/lib/teams/schema";
import { listTeams, nameTeams } from "@/lib/teams/service";
import { listUsersQuery } from "@/lib/users/schema";
import { listUsers } from "@/lib/users/service";
import { type Found, maxFound, type SearchQuery } from "./schema";

type Match = Omit<Found, "kind">;

interface Place {
  kind: Found["kind"];
  right: Action;
  find(ctx: Context, q: string): Promise<Match[]>;
}

const places: readonly Place[] = [
  {
    kind: "user",
    right: "users.read",
    find: async (ctx, q) => {
      const { data } = await listUsers(ctx, listUsersQuery.parse({ q, limit: maxFound, sort: "email" }));
      return data.map(({ id, name, email, role, disabled_at }) => ({
        id,
        name: name ?? email,
        context: `${email} · ${disabled_at ? "disabled" : role}`,
      }));
    },
  },
  {
    kind: "team",
    right: "teams.read",
    find: async (ctx, q) => {
      const { data } = await listTeams(ctx, listTeamsQuery.parse({ q, limit: maxFound, sort: "name" }));
      const above = data.map((team) => team.path.slice(0, -1));
      const names = await nameTeams(ctx, above.flat());
      return data.map(({ id, name, path }, index) => ({
        id,
        name,
        context:
          above[index]?.flatMap((team) => names.get(team) ?? []).join(" / ") ||
          (path.length === 1 ? "organisation" : "team"),
      }));
    },
  },
  {
    kind: "key",
    right: "keys.read",
    find: async (ctx, q) => {
      const { data } = await listKeys(ctx, listKeysQuery.parse({ q, limit: maxFound, sort: "name" }));
      const names = await nameTeams(
        ctx,
        data.flatMap((key) => key.team_id ?? []),
      );
      return data.map(({ id, name, masked, status, team_id }) => ({
        id,
        name,
        context: [masked, names.get(team_id ?? ""), status].filter(Boolean).join(" · "),
      }));
    },
  },
  {
    kind: "model",
    right: "models.read",
    find: async (ctx, q) => {
      const { data } = await listModels(ctx, listModelsQuery.parse({ q, limit: maxFound, sort: "name" }));
      return data.map(({ id, name, provider, enabled }) => ({
        id,
        name,
        context: `${provider}${enabled ? "" : " · switched off"}`,
      }));
    },
  },
  {
    kind: "provider",
    right: "providers.read",
    find: async (ctx, q) => {
      const { data } = await listProviders(ctx, listProvidersQuery.parse({ q, limit: maxFound, sort: "name" }));
      return data.map(({ id, name, display_name, base_url }) => ({
        id,
        name: display_name ?? name,
        context: base_url,
      }));
    },
  },
];

function startsFirst(matches: readonly Match[], q: string): Match[] {
  const part = q.toLowerCase();
  const rank = ({ name }: Match) => (name.toLowerCase().startsWith(part) ? 0 : 1);
  return [...matches].sort((a, b) => rank(a) - rank(b));
}

/** What the caller may see and `q` names; kinds that are hidden from them are left out. */
export async function search(ctx: Context, { q }: SearchQuery): Promise<{ data: Found[] }> {
  requireReach(ctx, "me.read");
  const found = await Promise.all(
    places.map(async ({ kind, right, find }): Promise<Found[]> => {
      if (!reachOf(ctx.principal.authority, right)) return [];
      return startsFirst(await find(ctx, q), q).map((match) => ({ kind, ...match }));
    }),
  );
  return { data: found.flat() };
}
