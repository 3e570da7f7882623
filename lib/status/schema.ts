/** What this server tells about itself. */
import { z } from "zod";
import { isoTime } from "@/lib/api/schemas";

export const statusOutput = z
  .object({
    version: z.string(),
    embedded: z.boolean().meta({ description: "Whether the server brought its own database." }),
    uptime_seconds: z.int(),
    migrations: z.object({ applied: z.int(), pending: z.int() }),
    counts: z.object({
      users: z.int(),
      teams: z.int(),
      keys: z.int().meta({ description: "Keys that are neither revoked nor expired." }),
      providers: z.int(),
      models: z.int(),
    }),
    attention: z
      .object({
        unpriced_models: z.int().meta({ description: "Models without a price that callers can reach." }),
        failing_webhooks: z
          .int()
          .meta({ description: "Webhooks whose every attempt fails since a while, or that were switched off for it." }),
        cooling_providers: z
          .int()
          .meta({ description: "Providers of which a credential is not used for now, because it was refused." }),
      })
      .meta({ description: "What somebody should look at." }),
    simulator: z.object({ enabled: z.boolean() }),
    sign_in: z.object({
      enabled: z.boolean().meta({ description: "Whether people sign in by OpenID Connect." }),
      development: z
        .boolean()
        .meta({ description: "Whether the example people of the development sign-in stand in for a Dex." }),
      issuer: z.string().nullable(),
      internal_issuer: z
        .string()
        .nullable()
        .meta({ description: "Where this server reaches the issuer, if by another name." }),
      client_id: z.string().nullable(),
      redirect_url: z.string().nullable().meta({ description: "What the client at the issuer must allow." }),
      discovery: z
        .object({ state: z.enum(["ok", "failed", "off"]), reason: z.string().nullable() })
        .meta({ description: "Whether the issuer's discovery document can be read and names the issuer." }),
    }),
    jobs: z
      .object({
        due: z.int().meta({ description: "Waiting although their time has come." }),
        oldest_due_at: isoTime.nullable(),
        running: z.int(),
        failed: z
          .array(z.object({ name: z.string(), count: z.int(), last_at: isoTime }))
          .meta({ description: "Those that were given up in the last 90 days, by kind." }),
      })
      .meta({ description: "Background work of all processes." }),
    mail: z
      .object({ enabled: z.boolean(), sender: z.string().nullable() })
      .meta({ description: "Whether SMTP_URL is set, and whom mails come from." }),
    encryption_keys: z
      .array(z.object({ id: z.string(), active: z.boolean(), known: z.boolean(), secrets: z.int() }))
      .meta({
        description: "How many stored secrets each key has sealed. One that is not active and has none may be dropped.",
      }),
  })
  .meta({ id: "ServerStatus" });
