/** OpenAPI 3.1 from the route declarations: the same zod schemas that parse requests and check answers. Pure. */
import { z } from "zod";
import { errorTable } from "@/lib/errors";
import type { Declaration, Method, Route } from "./route";

/** Routes by path below /api/v1, with `{name}` for parameters. */
export type RouteTable = Record<string, Partial<Record<Method, Route>>>;

type Json = Record<string, unknown>;

const methods: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

function toSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const {
    $schema: _dialect,
    $defs: _defs,
    ...rest
  } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" }) as Json;
  return rest;
}

function parametersOf(schema: z.ZodType | undefined, place: "path" | "query"): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = toSchema(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      name,
      in: place,
      required: place === "path" || required.includes(name),
      ...(description ? { description } : {}),
      schema: rest,
    };
  });
}

const commonHeaders = {
  idempotency: {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    schema: { type: "string", maxLength: 255 },
    description: "Sent again within 24 hours, the same request answers the same and happens once.",
  },
  ifMatch: {
    name: "If-Match",
    in: "header",
    required: false,
    schema: { type: "string" },
    description: "The ETag that the change was made for; 412 when it is stale.",
  },
};

function errorsOf(declaration: Declaration): Json {
  const reference = { content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } };
  const codes =
    declaration.permission === "public"
      ? (["invalid_input", "internal"] as const)
      : (["unauthenticated", "forbidden", "not_found", "invalid_input", "internal"] as const);
  return Object.fromEntries(
    codes.map((code) => [String(errorTable[code].status), { description: errorTable[code].title, ...reference }]),
  );
}

function operationOf(path: string, declaration: Declaration): Json {
  const segments = path.split("/").filter((part) => part !== "" && !part.startsWith("{"));
  const status = String(declaration.status ?? (declaration.output ? 200 : 204));
  const headers = [
    ...(declaration.method === "POST" && !declaration.readOnly ? [commonHeaders.idempotency] : []),
    ...(declaration.method === "PATCH" ? [commonHeaders.ifMatch] : []),
  ];
  return {
    operationId: `${declaration.method.toLowerCase()}_${path
      .replace(/[{}]/g, "")
      .split("/")
      .filter(Boolean)
      .join("_")
      .replace(/[^a-z0-9_]/gi, "_")}`,
    summary: declaration.summary,
    ...(declaration.description ? { description: declaration.description } : {}),
    tags: [segments[0] ?? "system"],
    "x-permission": declaration.permission,
    ...(declaration.permission === "public" ? { security: [] } : {}),
    parameters: [...parametersOf(declaration.params, "path"), ...parametersOf(declaration.query, "query"), ...headers],
    ...(declaration.body
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: toSchema(declaration.body, "input") } },
          },
        }
      : {}),
    responses: {
      [status]: declaration.output
        ? {
            description: "Success",
            content: { "application/json": { schema: toSchema(declaration.output, "output") } },
          }
        : { description: "Success, without a body" },
      ...errorsOf(declaration),
    },
  };
}

const errorSchema = z.object({
  error: z.object({
    code: z.enum(Object.keys(errorTable) as [string, ...string[]]),
    message: z.string(),
    request_id: z.string(),
    fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** The whole document. `publicUrl` is this server's own address, without a trailing slash. */
export function buildOpenApi(routes: RouteTable, info: { version: string; publicUrl: string }): Json {
  const paths = Object.entries(routes).map(([path, table]) => {
    const operations = methods.flatMap((method) => {
      const declaration = table[method]?.declaration;
      return declaration ? [[method.toLowerCase(), operationOf(path, declaration)] as const] : [];
    });
    return [`/api/v1${path}`, Object.fromEntries(operations)] as const;
  });
  return {
    openapi: "3.1.0",
    info: {
      title: "pLLM control plane",
      version: info.version,
      description: "Everything that the console and the CLI do, they do through this API.",
    },
    servers: [{ url: info.publicUrl }],
    security: [{ bearer: [] }, { session: [] }],
    paths: Object.fromEntries(paths),
    components: {
      schemas: { Error: toSchema(errorSchema, "output") },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The master key, or a key with management scopes." },
        session: { type: "apiKey", in: "cookie", name: "pllm.session" },
      },
    },
  };
}
