import type { Source } from "@/components/form/picker";
import { getApi } from "@/lib/client/fetch";
import type { Page } from "@/lib/client/page";
import type { User } from "@/lib/users/queries";

const shownAtMost = 20;

async function findUsers(q: string, limit: number, signal: AbortSignal): Promise<User[]> {
  const { data } = await getApi<Page<User>>("/users", { query: { q: q || null, limit, sort: "email" }, signal });
  return data;
}

const optionOf = ({ id, email, name }: User) => ({ id, label: email, note: name ?? undefined });

/** People by e-mail address or name. */
export const userSource: Source = {
  name: "users",
  search: async (q, signal) => (await findUsers(q, shownAtMost, signal)).map(optionOf),
};

/** Those who hold no place in this very team. Nearly all whom its owner sees do, so more are read than shown. */
export function userSourceOutside(teamId: string): Source {
  return {
    name: `users outside ${teamId}`,
    search: async (q, signal) => {
      const found = await findUsers(q, 200, signal);
      const outside = found.filter(({ teams }) => teams.every(({ team_id }) => team_id !== teamId));
      return outside.slice(0, shownAtMost).map(optionOf);
    },
  };
}
