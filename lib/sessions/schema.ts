/** What sessions look like on the wire. The secret of one is its cookie, which is never shown. */
import { z } from "zod";
import { search, sortBy } from "@/lib/api/list";
import { idOf, isoTime, listFields, pageOf } from "@/lib/api/schemas";

const sessionOutput = z
  .object({
    id: idOf("session"),
    current: z.boolean().meta({ description: "Whether this request came with it." }),
    method: z.enum(["oidc", "master_key"]),
    address: z.string().nullable().meta({ description: "Where it was signed in from." }),
    client: z.string().nullable().meta({ description: "The browser, as it named itself." }),
    created_at: isoTime,
    last_seen_at: isoTime.meta({ description: "Not exact: noted at most once a minute." }),
    expires_at: isoTime.meta({ description: "The latest end; without a request it ends earlier." }),
  })
  .meta({ id: "Session" });

export const mySessionsOutput = pageOf(sessionOutput);
export const sessionSorts = { created_at: "time", last_seen_at: "time" } as const;
export const mySessionsQuery = z.strictObject({
  ...listFields,
  sort: sortBy(sessionSorts),
  q: search("Part of the address or of the browser's name."),
});
export type MySessionsQuery = z.output<typeof mySessionsQuery>;
export const sessionParams = z.object({ id: z.string() });
export const signOutOutput = z.object({ ended: z.int().meta({ description: "How many sessions were open." }) });
