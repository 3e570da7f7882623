import type { Source } from "@/components/form/picker";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import type { Model } from "@/lib/models/queries";

/** Models by name; the id is the name that callers use. */
export const modelSource: Source = {
  name: "models",
  search: async (q, signal) => {
    const query = { q: q || null, limit: 20, sort: "name" };
    const { data } = await getApi<Page<Model>>("/models", { query, signal });
    const names = new Map(data.map((model) => [model.name, model.provider]));
    return [...names].map(([name, provider]) => ({ id: name, label: name, note: provider }));
  },
};
