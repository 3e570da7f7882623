/**
 * The one door of the control plane. Every route under app/api/v1 is `route({…})`: request id, authentication, permission,
 * parsing, idempotency, conditional requests, answer, errors and log are done here and nowhere else.
 */
import type { z } from "zod";
import { authenticate } from "@/lib/auth/authenticate";
import type { Principal } from "@/lib/auth/principal";
import { type Action, reachOf } from "@/lib/authz/permissions";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context";
import { getDb } from "@/lib/db/client";
import { AppError } from "@/lib/errors";
import { type StoredAnswer, withIdempotency } from "./idempotency";
import { answerCsv, type ListPage, rowSchemaOf, takeFormat } from "./list-csv";
import { readInput, readText } from "./read";
import { addressOf, commonHeaders, respond } from "./respond";

export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof methods)[number];

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

// Whoever calls a public route: no rights at all, so that a service behind it gives nothing away by mistake.
const nobody: Principal = {
  kind: "system",
  name: "public",
  authority: { role: null, userId: null, teamRoles: new Map(), scopes: [] },
};

async function openContext(request: Request, declaration: Declaration, requestId: string): Promise<Context> {
  const asked = { db: getDb(), clock: systemClock, address: addressOf(request) };
  const principal = declaration.permission === "public" ? nobody : await authenticate(request, asked);
  const ctx: Context = { principal, db: asked.db, clock: asked.clock, requestId, address: asked.address };
  if (declaration.permission !== "public" && !reachOf(principal.authority, declaration.permission)) {
    throw new AppError("forbidden", `You need the right "${declaration.permission}" for this.`);
  }
  return ctx;
}

/**
 * The status of every success, by one rule: a POST answers 201 with the object, also where it changed one that was there; other
 * methods answer 200 with it; and where there is nothing to answer, 204.
 */
export function statusOf({ method, output, produces }: Pick<Declaration, "method" | "output" | "produces">): number {
  if (!output && !produces) return 204;
  return method === "POST" ? 201 : 200;
}

function answerOf(declaration: Declaration, result: unknown): StoredAnswer {
  const status = statusOf(declaration);
  return { status, body: declaration.output ? JSON.stringify(declaration.output.parse(toWire(result))) : "" };
}

/** All pages of a list as one file. */
function listAll(
  declaration: Declaration,
  ctx: Context,
  input: Parameters<Declaration["handler"]>[1],
  row: z.ZodObject,
  request: Request,
): Promise<Response> {
  return answerCsv(request, row, async (page) => {
    const query = { ...(input.query as object), ...page };
    const result = await declaration.handler(ctx, { ...input, query });
    return declaration.output?.parse(toWire(result)) as ListPage;
  });
}

// Whoever calls a public route is nobody, and so are all the others: they have no keys to tell apart.
function isReplayable({ method, readOnly, permission }: Declaration): boolean {
  return method === "POST" && !readOnly && permission !== "public";
}

async function handle(
  declaration: Declaration,
  request: Request,
  params: Record<string, string | string[]>,
  requestId: string,
): Promise<Response> {
  const ctx = await openContext(request, declaration, requestId);
  const row = declaration.method === "GET" ? rowSchemaOf(declaration.output) : null;
  const { request: asked, isCsv } = row ? takeFormat(request) : { request, isCsv: false };
  const text = request.method === "GET" ? "" : await readText(request);
  // A route that streams (an export) makes its own response; it is never replayed.
  let streamed: Response | undefined;
  const perform = async (): Promise<StoredAnswer> => {
    const input = readInput(declaration, asked, params, text) as Parameters<Declaration["handler"]>[1];
    const result =
      row && isCsv ? await listAll(declaration, ctx, input, row, request) : await declaration.handler(ctx, input);
    if (result instanceof Response) streamed = result;
    return streamed ? { status: streamed.status, body: "" } : answerOf(declaration, result);
  };
  // Whether an Idempotency-Key was used before is known from the bytes alone, so it is asked before they are understood.
  const answer = isReplayable(declaration)
    ? await withIdempotency(ctx, request, text, perform)
    : { ...(await perform()), replayed: false };
  const headers = commonHeaders(requestId);
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
  const { method, permission } = untyped;
  const handler: NextHandler = (request, context) =>
    respond(request, { method, permission }, async (requestId) =>
      // Next has no params at all, not even an empty object, for a path without any.
      handle(untyped, request, (await context.params) ?? {}, requestId),
    );
  return Object.assign(handler, { declaration: untyped });
}
