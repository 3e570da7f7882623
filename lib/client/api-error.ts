/** What goes wrong between this browser and /api/v1, as one kind of error that every view knows how to show. */
import { type ErrorCode, errorTable, type FieldProblem } from "@/lib/errors";

/** `unreachable`: no answer at all. `unreadable`: an answer that is not this API's. */
export type ClientErrorCode = ErrorCode | "unreachable" | "unreadable";

export interface ApiErrorFacts {
  code: ClientErrorCode;
  message: string;
  /** Null where there was no answer. */
  status?: number | null;
  fields?: FieldProblem[];
  requestId?: string | null;
  retryAfterSeconds?: number | null;
  details?: Record<string, unknown>;
}

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ClientErrorCode;
  readonly status: number | null;
  readonly fields: readonly FieldProblem[];
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  readonly details: Record<string, unknown>;

  constructor(facts: ApiErrorFacts) {
    super(facts.message);
    this.code = facts.code;
    this.status = facts.status ?? null;
    this.fields = facts.fields ?? [];
    this.requestId = facts.requestId ?? null;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
    this.details = facts.details ?? {};
  }

  /** Whether the same request may well succeed a moment later. */
  get isTransient(): boolean {
    return this.code === "unreachable" || (this.status !== null && this.status >= 500);
  }
}

export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === "string" && Object.hasOwn(errorTable, text);
}
