import type { Source } from "@/components/form/picker";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import type { Team } from "@/lib/teams/queries";

/** Teams by name. */
export const teamSource: Source = {
  name: "teams",
  search: async (q, signal) => {
    const query = { q: q || null, limit: 20, sort: "name" };
    const { data } = await getApi<Page<Team>>("/teams", { query, signal });
    return data.map(({ id, name, path }) => ({
      id,
      label: name,
      note: path.length === 1 ? "organisation" : undefined,
    }));
  },
};
