/** Who is signed in, as the browser reads it. Views of components/me call this. */
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { getApi } from "@/lib/client/fetch";
import { createKeys } from "@/lib/client/query-kit";
import type { meOutput } from "./schema";

export type Me = z.output<typeof meOutput>;

const meKeys = createKeys("me");

export const meQuery = () =>
  queryOptions({ queryKey: meKeys.all, queryFn: ({ signal }) => getApi<Me>("/me", { signal }) });
