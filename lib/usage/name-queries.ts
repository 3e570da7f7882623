/** What the filters of usage are called, and how one finds them, as the browser asks. Views of components/usage call this. */
import { queryOptions } from "@tanstack/react-query";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import { createKeys } from "@/lib/client/query-kit";
import type { Found, FoundKind } from "@/lib/search/schema";

const keys = createKeys("usage-names");
const keptMs = 300_000;

type Named = { name?: string | null; email?: string };
type NamedModel = { id: string; name: string; provider: string; provider_id: string };

const places = { key_id: "keys", user_id: "users", team_id: "teams" } as const;

async function readName(filter: string, id: string, signal: AbortSignal): Promise<string> {
  if (filter in places) {
    const found = await getApi<Named>(`/${places[filter as keyof typeof places]}/${encodeURIComponent(id)}`, {
      signal,
    });
    return found.email ?? found.name ?? id;
  }
  const { data } = await getApi<Page<NamedModel>>("/models", { query: { limit: 200 }, signal });
  if (filter === "provider_id") return data.find((model) => model.provider_id === id)?.provider ?? id;
  const model = data.find((one) => one.id === id);
  return model ? model.name : id;
}

/** The name of what a filter names by its id. */
export const filterNameQuery = (filter: string, id: string) =>
  queryOptions({
    queryKey: keys.view(filter, { id }),
    queryFn: ({ signal }) => (filter === "tag" ? id : readName(filter, id, signal)),
    staleTime: keptMs,
    retry: false,
  });

const filterOf = {
  key: "key_id",
  user: "user_id",
  team: "team_id",
  model: "model",
  provider: "provider_id",
} as const satisfies Record<FoundKind, string>;

const words: Record<FoundKind, string> = {
  key: "Key",
  user: "Person",
  team: "Team",
  model: "Model",
  provider: "Provider",
};

interface FoundFilter {
  filter: (typeof filterOf)[FoundKind] | "tag";
  value: string;
  name: string;
  note: string;
}

/** Things of any kind that are called `q`, among those that the visitor may see. */
export async function findByName(q: string, signal: AbortSignal): Promise<Found[]> {
  if (q === "") return [];
  return (await getApi<{ data: Found[] }>("/search", { query: { q }, signal })).data;
}

/** Whatever usage can be narrowed to by `q`: things of that name, and the tag itself. */
export async function findFilters(q: string, signal: AbortSignal): Promise<FoundFilter[]> {
  if (q === "") return [];
  const found = (await findByName(q, signal)).map(({ kind, id, name, context }) => ({
    filter: filterOf[kind],
    value: id,
    name,
    note: `${words[kind]} · ${context}`,
  }));
  return [...found, { filter: "tag", value: q, name: q, note: "Tag, written exactly so" }];
}
