import { useQuery } from "@tanstack/react-query";
import type { Option } from "@/components/ui/combobox";
import { teamQuery } from "@/lib/teams/queries";

/** What an id of the address is called; the id itself until that is known. */
export function useTeamOption(id: string | null): Option | null {
  const { data } = useQuery({ ...teamQuery(id ?? ""), enabled: id !== null });
  return id === null ? null : { id, label: data?.id === id ? data.name : id };
}
