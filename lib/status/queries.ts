/** The state of this server as the browser reads it. Views of components/status call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import { createKeys } from "@/lib/client/query-kit";
import type { statusOutput } from "./schema";

export type ServerStatus = z.output<typeof statusOutput>;

const statusKeys = createKeys("status");

export const statusQuery = () =>
  queryOptions({
    queryKey: statusKeys.all,
    queryFn: ({ signal }) => getApi<ServerStatus>("/status", { signal }),
  });
