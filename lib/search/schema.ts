/** What the palette's search asks and finds. */
import { z } from "zod";

export const foundKinds = ["user", "team", "key", "model", "provider"] as const;
export type FoundKind = (typeof foundKinds)[number];
/** Of each kind. */
export const maxFound = 8;

export const searchQuery = z.strictObject({
  q: z.string().trim().min(1, "must not be empty").max(200).meta({ description: "As each list takes it as `q`." }),
});
export type SearchQuery = z.output<typeof searchQuery>;

export const searchOutput = z
  .object({
    data: z
      .array(
        z.object({
          kind: z.enum(foundKinds),
          id: z.string(),
          name: z.string(),
          context: z.string().meta({ description: "A line that tells things of one name apart." }),
        }),
      )
      .meta({
        description: `By kind, at most ${maxFound} of each: people, teams, keys, models, providers. What begins with \`q\` comes first.`,
      }),
  })
  .meta({ id: "SearchResult" });
export type Found = z.output<typeof searchOutput>["data"][number];
