import type { Source } from "@/components/form/picker";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import type { User } from "@/lib/users/queries";

/** People by e-mail address or name. */
export const userSource: Source = {
  name: "users",
  search: async (q, signal) => {
    const query = { q: q || null, limit: 20, sort: "email" };
    const { data } = await getApi<Page<User>>("/users", { query, signal });
    return data.map(({ id, email, name }) => ({ id, label: email, note: name ?? undefined }));
  },
};
