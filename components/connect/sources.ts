import type { Source } from "@/components/form/picker";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import type { Key } from "@/lib/keys/queries";
import type { CallableModel } from "@/lib/models/schema";

/** One's own keys that work. */
export const liveKeySource: Source = {
  name: "live-keys",
  search: async (q, signal) => {
    const query = { q: q || null, status: "active", limit: 20, sort: "-created_at" };
    const { data } = await getApi<Page<Key>>("/me/keys", { query, signal });
    return data.map(({ id, name, masked }) => ({ id, label: name, note: masked }));
  },
};

/** Chat models that calls with this key may name; the id is that name. */
export function callableModelSource(keyId: string | null): Source {
  return {
    name: `callable-models ${keyId}`,
    search: async (q, signal) => {
      const query = { q: q || null, key_id: keyId, kind: "chat", limit: 50 };
      const { data } = await getApi<Page<CallableModel>>("/me/models", { query, signal });
      return data.map(({ call_as, provider }) => ({ id: call_as, label: call_as, note: provider }));
    },
  };
}
