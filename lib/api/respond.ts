/** What every answer of the control plane has in common: request id, error envelope, log and figures. Called by lib/api alone. */
import { translateDbError } from "@/lib/db/errors";
import { AppError, errorTable } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { log } from "@/lib/log";
import { countControlRequest } from "@/lib/metrics/registry";

/** The caller's network address, for the audit log and the rate limit. */
export function addressOf(request: Request): string | null {
  return request.headers.get("x-forwarded-for")?.split(",")[0]?.trim() ?? null;
}

function requestIdOf(request: Request): string {
  const sent = request.headers.get("x-request-id");
  return sent && /^[\w.:-]{1,100}$/.test(sent) ? sent : newId("request");
}

export function commonHeaders(requestId: string): Headers {
  return new Headers({ "x-request-id": requestId, "cache-control": "no-store" });
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
  const headers = commonHeaders(requestId);
  if (failure.retryAfterSeconds !== undefined) headers.set("retry-after", String(Math.ceil(failure.retryAfterSeconds)));
  if (failure.code === "unauthenticated") headers.set("www-authenticate", "Bearer");
  if (failure.allow) headers.set("allow", failure.allow.join(", "));
  return Response.json(body, { status: errorTable[failure.code].status, headers });
}

/** Answers what `work` does, or the envelope of what it throws. `labels` say how the request is counted. */
export async function respond(
  request: Request,
  labels: { method: string; permission: string },
  work: (requestId: string) => Promise<Response>,
): Promise<Response> {
  const requestId = requestIdOf(request);
  const startedAt = performance.now();
  const response = await work(requestId).catch((error) => errorResponse(error, requestId));
  countControlRequest({ ...labels, status: response.status }, (performance.now() - startedAt) / 1000);
  return response;
}
