/** How the gateway says no: one error shape at every step. */
import { log } from "@/lib/log";
import { GatewayError } from "../errors";
import type { Exchange } from "../exchange";

/** What the caller is told of a failure; anything unforeseen goes to the log and says nothing. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  log.error({ err: error }, "a gateway call failed");
  return new GatewayError("internal_error", "Something went wrong on our side.", { cause: error });
}

/** Answers with an error in OpenAI's shape, unless an answer has begun. */
export function refuse(exchange: Exchange, error: unknown, headers: Record<string, string>): void {
  if (exchange.isAborted || exchange.hasHead) return;
  const failure = toGatewayError(error);
  if (failure.status >= 500 && failure.cause) log.warn({ err: failure.cause, code: failure.code }, failure.message);
  exchange.writeHead(failure.status, { "content-type": "application/json", ...headers, ...failure.headers });
  exchange.end(failure.toBody());
}
