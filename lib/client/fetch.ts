/**
 * The browser's way to /api/v1: JSON in, JSON out, every failure an ApiError. The session cookie goes along by itself.
 * The queries of each domain call this; views call those.
 */
import { ApiError, isErrorCode } from "./api-error";

export type QueryValue = string | number | boolean | null | undefined;

export interface RequestOptions {
  /** Absent and null values are left out. */
  query?: Record<string, QueryValue>;
  body?: unknown;
  /** The version that was read: 412 if the object has another one by now. */
  ifVersion?: number;
  /** Makes a POST happen once, however often it is sent. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

function urlOf(path: string, query: RequestOptions["query"] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) search.set(name, String(value));
  }
  return `/api/v1${path}${search.size > 0 ? `?${search}` : ""}`;
}

function headersOf({ body, ifVersion, idempotencyKey }: RequestOptions): Record<string, string> {
  return {
    accept: "application/json",
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(ifVersion === undefined ? {} : { "if-match": `"${ifVersion}"` }),
    ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
  };
}

interface Envelope {
  error?: { code?: unknown; message?: unknown; request_id?: unknown; fields?: unknown; details?: unknown };
}

function problemOf(response: Response, answer: unknown): ApiError {
  const { error } = (answer ?? {}) as Envelope;
  const requestId = response.headers.get("x-request-id");
  const { status } = response;
  if (!isErrorCode(error?.code)) {
    return new ApiError({
      code: "unreadable",
      message: `The server answered with status ${status}.`,
      status,
      requestId,
    });
  }
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiError({
    code: error.code,
    message: String(error.message),
    status,
    requestId: typeof error.request_id === "string" ? error.request_id : requestId,
    fields: Array.isArray(error.fields) ? error.fields : [],
    details: (error.details ?? {}) as Record<string, unknown>,
    retryAfterSeconds: Number.isFinite(wait) ? wait : null,
  });
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    // Whoever gave a request up wants to hear that, not that the server is down.
    if (init.signal?.aborted) throw error;
    throw new ApiError({ code: "unreachable", message: "The server did not answer." });
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sends one request; `path` is relative to /api/v1. Gives the answer's body, undefined for 204; throws an ApiError. */
export async function callApi<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(urlOf(path, options.query), {
    method,
    headers: headersOf(options),
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    credentials: "same-origin",
    cache: "no-store",
    signal: options.signal,
  });
  const answer = await readJson(response);
  if (!response.ok) throw problemOf(response, answer);
  if (answer === undefined && response.status !== 204) throw problemOf(response, undefined);
  // The shape is the output schema that the route checked before it sent this.
  return answer as T;
}

export function getApi<T>(path: string, options: Pick<RequestOptions, "query" | "signal"> = {}): Promise<T> {
  return callApi<T>("GET", path, options);
}
