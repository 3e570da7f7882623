/**
 * The one door of the control plane. Every route under app/api/v1 is `route({…})`: request id, authentication, permission,
 * parsing, idempotency, conditional requests, answer, errors and log are done here and nowhere else.
 */
import { z } from "zod";
import { authenticate } from "@/lib/auth/authenticate";
import type { Principal } from "@/lib/auth/principal";
import { type Action, reachOf } from "@/lib/authz/permissions";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context";
import { getDb } from "@/lib/db/client";
import { translateDbError } from "@/lib/db/errors";
import { AppError, errorTable, type FieldProblem } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { log } from "@/lib/log";
import { countControlRequest } from "@/lib/metrics/registry";
import { type StoredAnswer, withIdempotency } from "./idempotency";
import { findUnusable } from "./input";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a handler may return where the wire has text: a Date becomes ISO 8601. */
export type Presentable<T> = T extends string
  ? string | Date
  : T extends readonly (infer Item)[]
    ? readonly Presentable<Item>[]
    : T extends object
      ? { [Name in keyof T]: Presentable<T[Name]> }
      : T;

export interface RouteInput<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  /** The version that `If-Match` asks for; null where it was not sent. */
  ifVersion: number | null;
}

export interface Declaration<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> {
  method: Method;
  /** One line, as the reference shows it. */
  summary: string;
  description?: string;
  /** The right that the caller needs, or `public`. */
  permission: Action | "public";
  params?: P;
  query?: Q;
  body?: B;
  /** The answer's shape; fields that it does not name are not sent. Absent: 204 without a body. */
  output?: O;
  /** 201 for a POST that creates; 200 otherwise. */
  status?: number;
  /** Media types of an answer that the handler makes itself, instead of `output`. */
  produces?: readonly string[];
  /** A POST that changes nothing and may be sent without harm twice. */
  readOnly?: boolean;
  handler: (
    ctx: Context,
    input: RouteInput<z.output<P>, z.output<Q>, z.output<B>>,
  ) => Promise<Presentable<z.input<O>> | Response | undefined>;
}

type NextHandler = (
  request: Request,
  context: { params: Promise<Record<string, string | string[]>> },
) => Promise<Response>;
export type Route = NextHandler & { declaration: Declaration };

const maxBodyBytes = 1024 * 1024;

function problemsOf(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String).join(".");
    if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: "is not a known field" }));
  });
}

function parseWith<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const unusable = findUnusable(value);
  if (unusable)
    throw new AppError("invalid_input", `${unusable.path}: ${unusable.message}`.replace(/^: /, ""), {
      fields: [unusable],
    });
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = problemsOf(result.error);
  const message = fields.map((field) => (field.path ? `${field.path}: ${field.message}` : field.message)).join("; ");
  throw new AppError("invalid_input", message, { fields });
}

async function readBody(request: Request): Promise<string> {
  const type = request.headers.get("content-type") ?? "";
  if (!request.body) return "";
  const text = await readLimited(request.body);
  if (text !== "" && !/^application\/(\S+\+)?json\b/i.test(type))
    throw new AppError("unsupported_media_type", "Send the body as application/json.");
  return text;
}

async function readLimited(body: ReadableStream<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBodyBytes) throw new AppError("payload_too_large", "The body may have at most 1 MiB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("invalid_input", "The body is not valid JSON.", {
      fields: [{ path: "", message: "is not valid JSON" }],
    });
  }
}

function parseQuery(url: URL): Record<string, string> {
  const entries = [...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key)] as const);
  const repeated = entries
    .filter(([, values]) => values.length > 1)
    .map(([path]) => ({ path, message: "may be given once only" }));
  if (repeated.length > 0)
    throw new AppError("invalid_input", repeated.map((field) => `${field.path}: ${field.message}`).join("; "), {
      fields: repeated,
    });
  return Object.fromEntries(url.searchParams);
}

// Our own entity tags are quoted versions; anything else can match nothing.
function parseIfMatch(request: Request): number | null {
  const header = request.headers.get("if-match");
  if (header === null || header.trim() === "*") return null;
  return Number(/^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(header)?.[1] ?? -1);
}

function requestIdOf(request: Request): string {
  const sent = request.headers.get("x-request-id");
  return sent && /^[\w.:-]{1,100}$/.test(sent) ? sent : newId("request");
}

/** Dates to ISO text, so that an output schema checks what the wire will carry. */
function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toWire);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toWire(inner)]));
}

function etagOf(answer: unknown): Record<string, string> {
  const version = (answer as { version?: unknown } | null)?.version;
  return typeof version === "number" ? { etag: `"${version}"` } : {};
}

/** The error envelope of a failed request. Only public sentences leave; the rest goes to the log. */
function errorResponse(error: unknown, requestId: string): Response {
  const translated = translateDbError(error);
  const failure =
    translated instanceof AppError
      ? translated
      : new AppError("internal", "Something went wrong on our side.", { cause: translated });
  const entry = { request_id: requestId, code: failure.code, cause: failure.cause };
  if (failure.status >= 500) log.error({ ...entry, err: failure.cause ?? failure }, "request failed");
  const body = {
    error: {
      code: failure.code,
      message: failure.message,
      request_id: requestId,
      ...(failure.fields ? { fields: failure.fields } : {}),
      ...(failure.details ? { details: failure.details } : {}),
    },
  };
  const headers = new Headers({ "x-request-id": requestId, "cache-control": "no-store" });
  if (failure.retryAfterSeconds !== undefined) headers.set("retry-after", String(Math.ceil(failure.retryAfterSeconds)));
  if (failure.code === "unauthenticated") headers.set("www-authenticate", "Bearer");
  return Response.json(body, { status: errorTable[failure.code].status, headers });
}

// Whoever calls a public route: no rights at all, so that a service behind it gives nothing away by mistake.
const nobody: Principal = {
  kind: "system",
  name: "public",
  authority: { role: null, userId: null, teamRoles: new Map(), scopes: [] },
};

async function openContext(request: Request, declaration: Declaration, requestId: string): Promise<Context> {
  const address = request.headers.get("x-forwarded-for")?.split(",")[0]?.trim() ?? null;
  const asked = { db: getDb(), clock: systemClock, address };
  const principal = declaration.permission === "public" ? nobody : await authenticate(request, asked);
  const ctx: Context = { principal, db: asked.db, clock: asked.clock, requestId, address };
  if (declaration.permission !== "public" && !reachOf(principal.authority, declaration.permission)) {
    throw new AppError("forbidden", `You need the right "${declaration.permission}" for this.`);
  }
  return ctx;
}

function answerOf(declaration: Declaration, result: unknown): StoredAnswer {
  if (!declaration.output) return { status: declaration.status ?? 204, body: "" };
  return { status: declaration.status ?? 200, body: JSON.stringify(declaration.output.parse(toWire(result))) };
}

async function handle(
  declaration: Declaration,
  request: Request,
  rawParams: Record<string, string | string[]>,
  requestId: string,
): Promise<Response> {
  const ctx = await openContext(request, declaration, requestId);
  const params = parseWith(declaration.params ?? z.object({}), rawParams);
  const query = parseWith(declaration.query ?? z.strictObject({}), parseQuery(new URL(request.url)));
  const rawBody = request.method === "GET" ? "" : await readBody(request);
  const body = parseWith(declaration.body ?? z.strictObject({}), parseJson(rawBody));
  const input = { params, query, body, ifVersion: parseIfMatch(request) };

  // A route that streams (an export) makes its own response; it is never replayed.
  let streamed: Response | undefined;
  const perform = async (): Promise<StoredAnswer> => {
    const result = await declaration.handler(ctx, input);
    if (result instanceof Response) streamed = result;
    return streamed ? { status: streamed.status, body: "" } : answerOf(declaration, result);
  };
  const isReplayable = declaration.method === "POST" && !declaration.readOnly;
  const answer = isReplayable
    ? await withIdempotency(ctx, request, rawBody, perform)
    : { ...(await perform()), replayed: false };
  const headers = new Headers({ "x-request-id": requestId, "cache-control": "no-store" });
  if (streamed) {
    for (const [key, value] of headers) streamed.headers.set(key, value);
    return streamed;
  }
  if (answer.body !== "") {
    headers.set("content-type", "application/json");
    for (const [key, value] of Object.entries(etagOf(JSON.parse(answer.body)))) headers.set(key, value);
  }
  if (answer.replayed) headers.set("idempotent-replayed", "true");
  return new Response(answer.body === "" ? null : answer.body, { status: answer.status, headers });
}

/** Makes the Next route handler of a declaration; the declaration itself stays readable for OpenAPI and the tests. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, O extends z.ZodType>(
  declaration: Declaration<P, Q, B, O>,
): Route {
  const untyped = declaration as unknown as Declaration;
  const handler: NextHandler = async (request, context) => {
    const requestId = requestIdOf(request);
    const startedAt = performance.now();
    // Next has no params at all, not even an empty object, for a path without any.
    const params = (await context.params) ?? {};
    const response = await handle(untyped, request, params, requestId).catch((error) =>
      errorResponse(error, requestId),
    );
    const { method, permission } = untyped;
    countControlRequest({ method, permission, status: response.status }, (performance.now() - startedAt) / 1000);
    return response;
  };
  return Object.assign(handler, { declaration: untyped });
}
