import type { Source } from "@/components/form/picker";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import type { Key } from "@/lib/keys/queries";

/** Keys by name or by their last four characters. */
export const keySource: Source = {
  name: "keys",
  search: async (q, signal) => {
    const query = { q: q || null, limit: 20, sort: "name" };
    const { data } = await getApi<Page<Key>>("/keys", { query, signal });
    return data.map(({ id, name, masked }) => ({ id, label: name, note: masked }));
  },
};
