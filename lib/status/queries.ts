/** The state of this server as the browser reads it. Views of components/status call this. */
import { queryOptions } from "@tanstack/react-query";
import { getApi } from "@/lib/client/fetch";
import { createKeys } from "@/lib/client/query-kit";

export interface ServerStatus {
  version: string;
  embedded: boolean;
  uptime_seconds: number;
  migrations: { applied: number; pending: number };
  counts: { users: number; teams: number; keys: number; providers: number; models: number };
  simulator: { enabled: boolean };
}

const statusKeys = createKeys("status");

export const statusQuery = () =>
  queryOptions({
    queryKey: statusKeys.all,
    queryFn: ({ signal }) => getApi<ServerStatus>("/status", { signal }),
  });
