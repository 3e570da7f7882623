/** OpenAPI 3.1 from the route declarations: the same zod schemas that parse requests and check answers. Pure. */
import { z } from "zod";
import { type ErrorCode, errorTable } from "@/lib/errors";
import { maxCsvRows, rowSchemaOf } from "./list-csv";
import { type Json, SchemaBook } from "./openapi-schemas";
import type { Refusal } from "./refusals";
import { type Declaration, type Method, methods, type Route, statusOf } from "./route";

/** Routes by path below /api/v1, with `{name}` for parameters; what a path has no route for is refused. */
export type RouteTable = Record<string, Partial<Record<Method, Route | Refusal>>>;

export interface ApiInfo {
  version: string;
  /** This server's own address, without a trailing slash. */
  publicUrl: string;
  sessionCookie: string;
}

function parametersOf(book: SchemaBook, schema: z.ZodType | undefined, place: "path" | "query"): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = book.convert(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description ? { description } : {}),
    schema: rest,
  }));
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

const answerHeaders = {
  "x-request-id": { description: "Names this call in the log.", schema: { type: "string" } },
};
const etag = { ETag: { description: "The version, for If-Match.", schema: { type: "string" } } };

function isChange({ method, readOnly }: Declaration): boolean {
  return method !== "GET" && !readOnly;
}

function errorCodesOf(declaration: Declaration): ErrorCode[] {
  const { method, permission, params, query, body } = declaration;
  const whoAsks: ErrorCode[] = permission === "public" ? [] : ["unauthenticated", "forbidden", "rate_limited"];
  return [
    ...whoAsks,
    ...(params ? (["not_found"] as const) : []),
    ...(isChange(declaration) ? (["conflict"] as const) : []),
    ...(method === "PATCH" ? (["precondition_failed"] as const) : []),
    ...(body ? (["payload_too_large", "unsupported_media_type"] as const) : []),
    ...(params || query || body ? (["invalid_input"] as const) : []),
    "internal",
    "unavailable",
  ];
}

function errorsOf(declaration: Declaration): Json {
  const reference = (code: ErrorCode) => ({ $ref: `#/components/responses/${code}` });
  return Object.fromEntries(
    errorCodesOf(declaration).map((code) => [String(errorTable[code].status), reference(code)]),
  );
}

function errorResponses(): Json {
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Error" } } };
  return Object.fromEntries(
    Object.entries(errorTable).map(([code, { title }]) => [
      code,
      { description: title, headers: answerHeaders, content },
    ]),
  );
}

function contentOf(book: SchemaBook, declaration: Declaration): Json {
  const { output, produces } = declaration;
  const text = { schema: { type: "string" } };
  if (produces) return { content: Object.fromEntries(produces.map((type) => [type, text])) };
  if (!output) return {};
  const json = { "application/json": { schema: book.convert(output, "output") } };
  return { content: isList(declaration) ? { ...json, "text/csv": text } : json };
}

function isList({ method, output }: Declaration): boolean {
  return method === "GET" && rowSchemaOf(output) !== null;
}

const formatParameter = {
  name: "format",
  in: "query",
  required: false,
  description: `\`csv\`: all rows at once instead of a page, at most ${maxCsvRows}; fields within fields are named with a point between them. Without \`limit\` and \`cursor\`.`,
  schema: { type: "string", enum: ["json", "csv"], default: "json" },
};

function hasVersion({ output }: Declaration): boolean {
  return output instanceof z.ZodObject && "version" in output.shape;
}

function successOf(book: SchemaBook, declaration: Declaration): Json {
  const isEmpty = !declaration.output && !declaration.produces;
  return {
    description: isEmpty ? "Success, without a body" : "Success",
    headers: { ...answerHeaders, ...(hasVersion(declaration) ? etag : {}) },
    ...contentOf(book, declaration),
  };
}

function operationIdOf(method: Method, path: string): string {
  const words = path.replace(/[{}]/g, "").split("/").filter(Boolean).join("_");
  return `${method.toLowerCase()}_${words.replace(/\W/g, "_")}`;
}

/** The resource that a path is about: its first word. */
function tagOf(path: string): string {
  return path.split("/").find((part) => /^[a-z_]+$/.test(part)) ?? "server";
}

function operationOf(book: SchemaBook, path: string, declaration: Declaration): Json {
  const { method, summary, description, permission, params, query, body } = declaration;
  return {
    operationId: operationIdOf(method, path),
    summary,
    description: [description, permission === "public" ? "Open to all." : `Needs the right \`${permission}\`.`]
      .filter(Boolean)
      .join(" "),
    tags: [tagOf(path)],
    "x-permission": permission,
    ...(permission === "public" ? { security: [] } : {}),
    parameters: [
      ...parametersOf(book, params, "path"),
      ...parametersOf(book, query, "query"),
      ...(isList(declaration) ? [formatParameter] : []),
      ...(method === "POST" && isChange(declaration) ? [commonHeaders.idempotency] : []),
      ...(method === "PATCH" ? [commonHeaders.ifMatch] : []),
    ],
    ...(body
      ? { requestBody: { required: true, content: { "application/json": { schema: book.convert(body, "input") } } } }
      : {}),
    responses: { [statusOf(declaration)]: successOf(book, declaration), ...errorsOf(declaration) },
  };
}

const errorSchema = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]),
      message: z.string().meta({ description: "What went wrong and what to do about it." }),
      request_id: z.string(),
      fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .meta({ id: "Error" });

/** The whole document. */
export function buildOpenApi(routes: RouteTable, { version, publicUrl, sessionCookie }: ApiInfo): Json {
  const book = new SchemaBook();
  book.convert(errorSchema, "output");
  const paths = Object.entries(routes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, table]) => {
      const operations = methods.flatMap((method) => {
        const declaration = table[method]?.declaration;
        return declaration ? [[method.toLowerCase(), operationOf(book, path, declaration)] as const] : [];
      });
      return [`/api/v1${path}`, Object.fromEntries(operations)] as const;
    });
  return {
    openapi: "3.1.0",
    info: {
      title: "pLLM control plane",
      version,
      description: [
        "Everything that the console and the CLI do, they do through this API.",
        "A POST answers 201 with the object, also where it changed one that was there; other methods answer 200 with it, and 204 where there is nothing to answer.",
        "Whoever is nobody gets 401 for every path that is not open to all, also for one that does not exist; then an unknown path is 404, and a method that a path does not have is 405 with `Allow`.",
      ].join(" "),
    },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }, { session: [] }],
    tags: [...new Set(Object.keys(routes).map(tagOf))].sort().map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      schemas: book.components,
      responses: errorResponses(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The master key, or a key with management scopes." },
        session: { type: "apiKey", in: "cookie", name: sessionCookie },
      },
    },
  };
}
