import type { Source } from "@/components/form/picker";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import type { Provider } from "@/lib/providers/queries";

/** Providers by name. */
export const providerSource: Source = {
  name: "providers",
  search: async (q, signal) => {
    const query = { q: q || null, limit: 20, sort: "name" };
    const { data } = await getApi<Page<Provider>>("/providers", { query, signal });
    return data.map(({ id, name, display_name }) => ({ id, label: name, note: display_name ?? undefined }));
  },
};
