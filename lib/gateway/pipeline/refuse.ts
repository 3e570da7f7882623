/** How the gateway says no: one error shape at every step. */
import { log } from "@/lib/log";
import { GatewayError } from "../errors";
import type { Exchange } from "../exchange";

/** What the caller is told of a failure; anything unforeseen goes to the log and says nothing. */
export function toGatewayError(error: unknown, requestId: string | undefined): GatewayError {
  if (error instanceof GatewayError) return error;
  log.error({ err: error, request_id: requestId }, "a gateway call failed");
  return new GatewayError("internal_error", "Something went wrong on our side.");
}

/** Notes a failure that is not the caller's. Of its cause only the words: errors of the network may carry what was received. */
export function noteFailure(failure: GatewayError, requestId: string | undefined): void {
  if (failure.status < 500 || !(failure.cause instanceof Error)) return;
  const { name, message } = failure.cause;
  log.warn({ code: failure.code, request_id: requestId, cause: { name, message } }, failure.message);
}

/** Answers with an error in OpenAI's shape, unless an answer has begun. */
export function refuse(exchange: Exchange, error: unknown, headers: Record<string, string>): void {
  if (exchange.isAborted || exchange.hasHead) return;
  const requestId = headers["x-request-id"];
  const failure = toGatewayError(error, requestId);
  noteFailure(failure, requestId);
  const body = Buffer.from(failure.toBody());
  exchange.writeHead(failure.status, {
    "content-type": "application/json",
    "content-length": String(body.length),
    ...headers,
    ...failure.headers,
  });
  exchange.end(body);
}
