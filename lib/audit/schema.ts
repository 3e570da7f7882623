/** What the audit log looks like on the wire. */
import { z } from "zod";
import { search, sortByDefault } from "@/lib/api/list";
import { isoTime, listFields, pageOf } from "@/lib/api/schemas";

export const actorTypes = ["master", "user", "key", "system"] as const;
export type ActorType = (typeof actorTypes)[number];

const filters = {
  actor_type: z.enum(actorTypes).optional(),
  actor_id: z.string().max(100).optional().meta({ description: "The id of a user, a key or a master key." }),
  action: z
    .string()
    .max(100)
    .regex(/^[a-z_]+\.([a-z_]+|\*)$/, "must be an action such as key.revoked, or key.* for all of a kind")
    .optional()
    .meta({ description: "`key.revoked`, or `key.*` for everything that happened to keys." }),
  target_type: z.string().max(100).optional(),
  target_id: z.string().max(2_000).optional().meta({ description: "An id, or several with commas between them." }),
  from: isoTime.optional(),
  to: isoTime.optional().meta({ description: "The first instant after the range." }),
  q: search("Part of the action, the actor's name, the target or the address."),
};

export const auditSorts = { seq: "number" } as const;
export const listAuditQuery = z.strictObject({ ...listFields, sort: sortByDefault(auditSorts, "-seq"), ...filters });
export type ListAuditQuery = z.output<typeof listAuditQuery>;

export const exportAuditQuery = z.strictObject({ format: z.enum(["csv", "ndjson"]).default("csv"), ...filters });
export type ExportAuditQuery = z.output<typeof exportAuditQuery>;

const fields = z.unknown().meta({ type: ["object", "null"] });

/** What is stored, and what the hash is over. */
const auditEntry = z.object({
  seq: z.int().meta({ description: "The place in the chain; 1 is the first entry." }),
  id: z.string(),
  created_at: isoTime,
  actor_type: z.enum(actorTypes),
  actor_id: z.string().nullable(),
  actor_name: z.string().nullable(),
  action: z.string(),
  target_type: z.string().nullable(),
  target_id: z.string().nullable(),
  before: fields.meta({ description: "The fields that changed, as they were." }),
  after: fields.meta({ description: "The fields that changed, as they became." }),
  details: fields,
  request_id: z.string().nullable(),
  address: z.string().nullable(),
  hash: z.string().meta({ description: "SHA-256 over the previous entry's hash and this entry." }),
});

const auditOutput = auditEntry
  .extend({
    target_name: z
      .string()
      .nullable()
      .meta({ description: "What the target is called now; null where it is gone, or has no name." }),
  })
  .meta({ id: "AuditEntry" });

export const auditColumns = Object.keys(auditEntry.shape) as (keyof typeof auditEntry.shape)[];
export const auditPage = pageOf(auditOutput);

const breakReasons = ["missing", "altered", "added"] as const;
export type BreakReason = (typeof breakReasons)[number];

export const verifyOutput = z
  .object({
    ok: z.boolean(),
    checked: z.int().meta({ description: "Entries whose hash was computed again." }),
    anchor: z.object({ seq: z.int(), hash: z.string() }).nullable().meta({
      description: "The last entry that `audit_retention_days` let go; the chain is checked from the one after it.",
    }),
    head: z.object({ seq: z.int(), hash: z.string() }).nullable().meta({
      description: "The end of the chain. Kept elsewhere, it proves later that nothing before it was replaced.",
    }),
    first_broken: z
      .object({
        seq: z.int(),
        id: z.string().nullable(),
        reason: z.enum(breakReasons).meta({
          description:
            "missing: an entry is gone; altered: its content or place changed; added: it was not written by this product.",
        }),
      })
      .optional(),
  })
  .meta({ id: "AuditVerification" });
