/** Step 6 for streams: events are handed on as they come, with back-pressure, while the meter reads along. */
import { GatewayError } from "../errors";
import { headerOf } from "../exchange";
import { repeatsCredential, SecretFinder } from "../providers/secrecy";
import { isTimeout, type UpstreamResponse } from "../providers/upstream";
import type { Call } from "./call";
import { countTokens, type Outcome } from "./outcome";
import { noteFailure } from "./refuse";
import { StreamMeter } from "./stream-meter";

/** Whether an answer is one of events. Only JSON is known not to be: some providers name the type of their streams wrongly. */
export function isStream(response: UpstreamResponse): boolean {
  return response.status < 300 && !/^application\/json\b/i.test(headerOf(response.headers, "content-type") ?? "");
}

function errorEvent(error: GatewayError): Buffer {
  return Buffer.from(`data: ${error.toBody()}\n\n`);
}

type Ending = { kind: "ended" } | { kind: "aborted" } | { kind: "failed"; error: GatewayError };

function failureOf(call: Call, meter: StreamMeter, cause: Error): GatewayError {
  const provider = call.model.provider.name;
  if (meter.hasSecret) return repeatsCredential(provider);
  const code = isTimeout(cause) ? "provider_timeout" : "provider_error";
  return new GatewayError(code, `The stream of the provider "${provider}" broke off.`, { cause });
}

function pump(call: Call, response: UpstreamResponse, meter: StreamMeter, now: () => number): Promise<Ending> {
  const { exchange } = call;
  const stop = (reason: unknown) => response.abort(reason instanceof Error ? reason : new Error(String(reason)));
  return new Promise((resolve) => {
    const forward = (out: Buffer | null): boolean => {
      if (meter.hasSecret) stop("the stream repeats the credential");
      if (!out || exchange.isAborted) return true;
      if (call.firstTokenAtMs === null && meter.hasProduced) call.firstTokenAtMs = now();
      if (exchange.write(out)) return true;
      exchange.onDrain(() => response.resume());
      return false;
    };
    const end = (failure: Error | null) => {
      // Once the stream has said that it is over, nothing that follows can spoil it.
      if (meter.isDone || (!failure && !exchange.isAborted && !meter.hasSecret)) return resolve({ kind: "ended" });
      if (exchange.isAborted) return resolve({ kind: "aborted" });
      resolve({
        kind: "failed",
        error: failureOf(call, meter, failure ?? new Error("the stream cannot be handed on")),
      });
    };
    const safely = (step: () => boolean): boolean => {
      try {
        return step();
      } catch (error) {
        stop(error);
        return true;
      }
    };
    response.consume({
      onData: (chunk) => safely(() => forward(meter.pass(chunk))),
      onEnd: () => {
        safely(() => forward(meter.finish()));
        end(null);
      },
      onError: end,
    });
  });
}

/** Streams an answer to its end. A stream that breaks off ends with an error event, and is charged what it produced. */
export async function relayStream(
  call: Call,
  response: UpstreamResponse,
  headers: Record<string, string>,
  now: () => number,
): Promise<Outcome> {
  const { exchange, request } = call;
  const meter = new StreamMeter({ isUsageOurs: !request.wantsUsage, secrets: new SecretFinder(call.credential) });
  exchange.writeHead(200, {
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
  });
  const ending = await pump(call, response, meter, now);
  if (ending.kind === "failed") {
    noteFailure(ending.error, call.requestId);
    exchange.write(errorEvent(ending.error));
  }
  if (!exchange.isAborted) exchange.end();
  const counted = await countTokens(call, meter.seen);
  if (ending.kind === "aborted") return { status: "aborted", httpStatus: null, errorCode: null, ...counted };
  const errorCode = ending.kind === "failed" ? ending.error.code : meter.hasFailed ? "provider_error" : null;
  return { status: errorCode ? "error" : "ok", httpStatus: 200, errorCode, ...counted };
}
