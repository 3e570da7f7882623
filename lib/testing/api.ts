/** Drives the control plane in-process: the real routes, the real database, no network. Tests only. */
import type { RouteTable } from "@/lib/api/openapi";
import type { Refusal } from "@/lib/api/refusals";
import type { Method, Route } from "@/lib/api/route";

/** The fields that many answers share; all others are for `expect` to look at. */
export interface AnswerBody {
  id: string;
  data: AnswerBody[];
  next_cursor: string | null;
  error: {
    code: string;
    message: string;
    request_id: string;
    fields: { path: string; message: string }[];
    details: Record<string, unknown>;
  };
  [field: string]: unknown;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: AnswerBody;
}

export interface CallOptions {
  headers?: Record<string, string>;
  /** Sent as it is instead of JSON. */
  rawBody?: string;
}

export interface Api {
  get(path: string, options?: CallOptions): Promise<Answer>;
  post(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  put(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  patch(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  delete(path: string, options?: CallOptions): Promise<Answer>;
  /** The same API for another caller. */
  as(bearer: string | null): Api;
}

function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = decodeURIComponent(given[index] ?? "");
    if (part.startsWith("{")) params[part.slice(1, -1)] = value;
    else if (part !== value) return null;
  }
  return params;
}

function findRoute(
  routes: RouteTable,
  method: Method,
  path: string,
): { route: Route | Refusal; params: Record<string, string> } {
  // Literal segments win over parameters, as they do in Next's router.
  const candidates = Object.entries(routes)
    .map(([pattern, table]) => ({ pattern, route: table[method], params: matchPath(pattern, path) }))
    .filter((candidate) => candidate.params !== null)
    .sort((a, b) => a.pattern.split("{").length - b.pattern.split("{").length);
  const found = candidates[0];
  if (!found?.route || !found.params) throw new Error(`no route for ${method} ${path}`);
  return { route: found.route, params: found.params };
}

/** An API whose calls carry `bearer`; paths are relative to /api/v1. */
export function createApi(routes: RouteTable, bearer: string | null = null): Api {
  const call = async (method: Method, target: string, body: unknown, options: CallOptions = {}): Promise<Answer> => {
    const url = new URL(`http://127.0.0.1:3000/api/v1${target}`);
    const { route, params } = findRoute(routes, method, url.pathname.slice("/api/v1".length));
    const text = options.rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const headers = new Headers({
      "x-forwarded-for": "203.0.113.9",
      ...(text === undefined ? {} : { "content-type": "application/json" }),
    });
    if (bearer) headers.set("authorization", `Bearer ${bearer}`);
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value);
    const request = new Request(url, { method, headers, ...(text === undefined ? {} : { body: text }) });
    const response = await route(request, { params: Promise.resolve(params) });
    const answer = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(answer) : ({ text: answer } as unknown as AnswerBody),
    };
  };
  return {
    get: (path, options) => call("GET", path, undefined, options),
    post: (path, body, options) => call("POST", path, body ?? {}, options),
    put: (path, body, options) => call("PUT", path, body ?? {}, options),
    patch: (path, body, options) => call("PATCH", path, body ?? {}, options),
    delete: (path, options) => call("DELETE", path, undefined, options),
    as: (other) => createApi(routes, other),
  };
}
