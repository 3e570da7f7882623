/**
 * What `/v1` refuses with: OpenAI's error shape, one table of codes. Leaf of the gateway: every step throws these and
 * nothing else; whatever is not one becomes `internal_error` at the door.
 */
export const gatewayErrors = {
  invalid_api_key: { status: 401, type: "authentication_error" },
  key_expired: { status: 401, type: "authentication_error" },
  key_blocked: { status: 401, type: "authentication_error" },
  key_revoked: { status: 401, type: "authentication_error" },
  invalid_request: { status: 400, type: "invalid_request_error" },
  model_not_allowed: { status: 403, type: "permission_error" },
  model_price_unknown: { status: 403, type: "permission_error" },
  model_not_found: { status: 404, type: "invalid_request_error" },
  not_found: { status: 404, type: "invalid_request_error" },
  method_not_allowed: { status: 405, type: "invalid_request_error" },
  request_too_large: { status: 413, type: "invalid_request_error" },
  unsupported_media_type: { status: 415, type: "invalid_request_error" },
  rate_limit_exceeded: { status: 429, type: "rate_limit_error" },
  budget_exceeded: { status: 429, type: "budget_error" },
  budget_busy: { status: 429, type: "budget_error" },
  internal_error: { status: 500, type: "server_error" },
  provider_error: { status: 502, type: "provider_error" },
  service_unavailable: { status: 503, type: "server_error" },
  provider_timeout: { status: 504, type: "provider_error" },
} as const;

export type GatewayErrorCode = keyof typeof gatewayErrors;

export interface GatewayErrorOptions {
  /** The field of the request that is at fault. */
  param?: string;
  /** Sent as `retry-after`; its presence says that waiting helps. */
  retryAfterSeconds?: number;
  headers?: Record<string, string>;
  /** Facts beside OpenAI's four fields, e.g. the budget that bound. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

export class GatewayError extends Error {
  readonly code: GatewayErrorCode;
  readonly param: string | null;
  readonly headers: Record<string, string>;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: GatewayErrorCode, publicMessage: string, options: GatewayErrorOptions = {}) {
    super(publicMessage, { cause: options.cause });
    this.name = "GatewayError";
    this.code = code;
    this.param = options.param ?? null;
    this.details = options.details;
    this.headers = { ...options.headers };
    if (options.retryAfterSeconds !== undefined)
      this.headers["retry-after"] = String(Math.max(1, Math.ceil(options.retryAfterSeconds)));
    // The official clients look at this header before anything else when they decide on a retry.
    if (code === "budget_exceeded") this.headers["x-should-retry"] = "false";
  }

  /** The same refusal with more headers; its own stand above them. */
  withHeaders(headers: Record<string, string>): this {
    for (const [name, value] of Object.entries(headers)) this.headers[name] ??= value;
    return this;
  }

  get status(): number {
    return gatewayErrors[this.code].status;
  }

  /** OpenAI's error body. */
  toBody(): string {
    const { type } = gatewayErrors[this.code];
    return JSON.stringify({
      error: {
        message: this.message,
        type,
        param: this.param,
        code: this.code,
        ...(this.details ? { details: this.details } : {}),
      },
    });
  }
}
