/**
 * The one table of control-plane error codes and the error that carries them. Leaf: anyone may import it.
 * `publicMessage` crosses the wire; `cause` and `detail` reach only the log.
 */
export const errorTable = {
  unauthenticated: { status: 401, title: "Sign in or send a valid key" },
  forbidden: { status: 403, title: "Not allowed" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  conflict: { status: 409, title: "Conflicts with the current state" },
  idempotency_mismatch: { status: 409, title: "Idempotency key was used for another request" },
  idempotency_in_progress: { status: 409, title: "A request with this idempotency key is still running" },
  precondition_failed: { status: 412, title: "Changed by someone else meanwhile" },
  payload_too_large: { status: 413, title: "Request body too large" },
  unsupported_media_type: { status: 415, title: "Request body must be JSON" },
  invalid_input: { status: 422, title: "Invalid input" },
  rate_limited: { status: 429, title: "Too many attempts" },
  internal: { status: 500, title: "Internal error" },
  upstream_failed: { status: 502, title: "The other system failed" },
  unavailable: { status: 503, title: "Temporarily unavailable" },
} as const;

export type ErrorCode = keyof typeof errorTable;

export interface FieldProblem {
  /** Dotted path in the wire's own names, e.g. `budget.limit_usd`. */
  path: string;
  message: string;
}

export interface AppErrorOptions {
  fields?: FieldProblem[];
  /** Machine-readable facts that may be shown to the caller. */
  details?: Record<string, unknown>;
  /** Seconds; sent as `retry-after`. */
  retryAfterSeconds?: number;
  /** The methods that there are instead; sent as `allow`. */
  allow?: readonly string[];
  /** The private side: never sent. */
  cause?: unknown;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fields: FieldProblem[] | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly allow: readonly string[] | undefined;

  constructor(code: ErrorCode, publicMessage: string, options: AppErrorOptions = {}) {
    super(publicMessage, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.fields = options.fields;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.allow = options.allow;
  }

  get status(): number {
    return errorTable[this.code].status;
  }
}

/** 404 for what is missing and for what the caller may not know of: the same bytes. */
export function notFound(): AppError {
  return new AppError("not_found", "No such resource.");
}

/** 422 that names one field and what to do about it. */
export function invalidField(path: string, message: string): AppError {
  return new AppError("invalid_input", `${path}: ${message}`, { fields: [{ path, message }] });
}
