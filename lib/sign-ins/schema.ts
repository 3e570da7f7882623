/** What the record of sign-ins looks like on the wire. */
import { z } from "zod";
import { search, sortByDefault } from "@/lib/api/list";
import { isoTime, jsonObject, listFields, pageOf } from "@/lib/api/schemas";
import { signInCodes } from "./codes";

export const signInMethods = ["oidc", "master_key"] as const;
export type SignInMethod = (typeof signInMethods)[number];

export const signInSorts = { created_at: "time" } as const;
export const listSignInsQuery = z.strictObject({
  ...listFields,
  sort: sortByDefault(signInSorts, "-created_at"),
  outcome: z
    .enum(["ok", "failed", ...signInCodes])
    .optional()
    .meta({ description: "`ok`, `failed` for everything else, or one code." }),
  method: z.enum(signInMethods).optional(),
  q: search("Part of the e-mail address, the subject, the user's id or the address."),
});
export type ListSignInsQuery = z.output<typeof listSignInsQuery>;

export const signInOutput = z
  .object({
    id: z.string(),
    created_at: isoTime,
    method: z.enum(signInMethods),
    outcome: z.enum(["ok", ...signInCodes]),
    title: z.string().meta({ description: "What the person was told." }),
    cause: z.string().nullable().meta({ description: "What went wrong; null where nothing did." }),
    remedy: z.string().nullable(),
    user_id: z.string().nullable(),
    issuer: z.string().nullable(),
    subject: z.string().nullable(),
    email: z.string().nullable(),
    claims: z
      .object({
        issuer: z.string(),
        subject: z.string(),
        email: z.string().nullable(),
        email_verified: z.boolean(),
        groups: z.array(z.string()),
      })
      .nullable()
      .meta({ description: "What accounts, roles and teams were decided on; nothing else of the token is kept." }),
    details: jsonObject.nullable().meta({ type: ["object", "null"], description: "What exactly was found." }),
    address: z.string().nullable(),
  })
  .meta({ id: "SignIn" });

export const signInPage = pageOf(signInOutput);
