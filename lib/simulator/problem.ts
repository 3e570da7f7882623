/**
 * Refusals in OpenAI's error shape. Used inside the simulator only.
 * Shape: https://platform.openai.com/docs/guides/error-codes
 */

export interface ApiProblemOptions {
  type?: string;
  code?: string | null;
  param?: string | null;
  /** Sent as `retry-after`. */
  retryAfterSeconds?: number | null;
}

export class ApiProblem extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(status: number, message: string, options: ApiProblemOptions = {}) {
    super(message);
    this.name = "ApiProblem";
    this.status = status;
    this.type = options.type ?? "invalid_request_error";
    this.code = options.code ?? null;
    this.param = options.param ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }

  /** `{"error":{"message","type","param","code"}}` */
  toBody(): string {
    const { message, type, param, code } = this;
    return JSON.stringify({ error: { message, type, param, code } });
  }
}

/** 400 for one field of the request body. */
export function invalidParam(param: string, message: string, code = "invalid_value"): ApiProblem {
  return new ApiProblem(400, message, { param, code });
}

interface StatusVoice {
  message: string;
  type: string;
  code: string | null;
}

const voices: Record<number, StatusVoice> = {
  401: { message: "Incorrect API key provided.", type: "invalid_request_error", code: "invalid_api_key" },
  403: {
    message: "You do not have permission to do this.",
    type: "invalid_request_error",
    code: "unsupported_country_region_territory",
  },
  404: { message: "The model does not exist.", type: "invalid_request_error", code: "model_not_found" },
  429: { message: "Rate limit reached for requests.", type: "requests", code: "rate_limit_exceeded" },
  503: { message: "The engine is currently overloaded, please try again later.", type: "server_error", code: null },
};

/** The refusal that a real provider would send with `status` (400 to 599). */
export function problemOfStatus(status: number, retryAfterSeconds: number | null): ApiProblem {
  const voice =
    voices[status] ??
    (status >= 500
      ? { message: "The server had an error while processing your request.", type: "server_error", code: null }
      : { message: "The request was refused.", type: "invalid_request_error", code: null });
  return new ApiProblem(status, `${voice.message} (simulated)`, { ...voice, retryAfterSeconds });
}
