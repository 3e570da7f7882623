/**
 * Step 6 for streams: events are handed on as they come, with back-pressure, while usage and what was produced are read off
 * in passing. The usage chunk that only we asked for is taken out again.
 */
import { GatewayError } from "../errors";
import { EventSplitter, readEventData } from "../providers/sse";
import { isTimeout, type UpstreamResponse } from "../providers/upstream";
import { producedText, readUsage, type TokenCounts } from "../providers/usage";
import type { Call } from "./call";
import { estimateCounts, type Outcome } from "./outcome";

interface Chunk {
  usage?: unknown;
  choices?: unknown;
  error?: unknown;
}

function parseChunk(event: Buffer): Chunk | null {
  const data = readEventData(event);
  if (data === null || data === "[DONE]") return null;
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === "object" && parsed !== null ? parsed : null;
  } catch {
    return null;
  }
}

const nullUsage = /,\s*"usage"\s*:\s*null(?=\s*[,}])/;

class StreamMeter {
  readonly #splitter = new EventSplitter();
  counts: TokenCounts | null = null;
  produced = "";
  hasFailed = false;

  /** `isUsageOurs`: the caller did not ask for usage, so it is kept from them. */
  constructor(private readonly isUsageOurs: boolean) {}

  /** What of `bytes` goes to the caller; null where nothing does yet. */
  pass(bytes: Buffer): Buffer | null {
    return this.#join(this.#splitter.push(bytes).map((event) => this.#read(event)));
  }

  finish(): Buffer | null {
    const rest = this.#splitter.flush();
    return rest.length > 0 ? this.#join([this.#read(rest)]) : null;
  }

  #join(events: (Buffer | null)[]): Buffer | null {
    const kept = events.filter((event) => event !== null);
    if (kept.length === 0) return null;
    return kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept);
  }

  #read(event: Buffer): Buffer | null {
    const chunk = parseChunk(event);
    if (!chunk) return event;
    if (chunk.error) this.hasFailed = true;
    this.produced += producedText(chunk);
    // Some providers repeat a running count; the last one stands.
    this.counts = readUsage(chunk.usage) ?? this.counts;
    if (!this.isUsageOurs || !("usage" in chunk)) return event;
    if (chunk.usage && Array.isArray(chunk.choices) && chunk.choices.length === 0) return null;
    return chunk.usage === null ? Buffer.from(event.toString("utf8").replace(nullUsage, "")) : event;
  }
}

function errorEvent(error: GatewayError): Buffer {
  return Buffer.from(`data: ${error.toBody()}\n\n`);
}

type Ending = { kind: "ended" } | { kind: "aborted" } | { kind: "failed"; error: GatewayError };

function pump(call: Call, response: UpstreamResponse, meter: StreamMeter, now: () => number): Promise<Ending> {
  const { exchange } = call;
  return new Promise((resolve) => {
    const forward = (out: Buffer | null): boolean => {
      if (!out || exchange.isAborted) return true;
      if (call.firstTokenAtMs === null && meter.produced !== "") call.firstTokenAtMs = now();
      if (exchange.write(out)) return true;
      exchange.onDrain(() => response.resume());
      return false;
    };
    response.consume({
      onData: (chunk) => forward(meter.pass(chunk)),
      onEnd: () => {
        forward(meter.finish());
        resolve({ kind: exchange.isAborted ? "aborted" : "ended" });
      },
      onError: (cause) => {
        if (exchange.isAborted) return resolve({ kind: "aborted" });
        const code = isTimeout(cause) ? "provider_timeout" : "provider_error";
        resolve({
          kind: "failed",
          error: new GatewayError(code, `The stream of the provider "${call.model.provider.name}" broke off.`, {
            cause,
          }),
        });
      },
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
  const meter = new StreamMeter(!request.wantsUsage);
  exchange.writeHead(200, {
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
  });
  const ending = await pump(call, response, meter, now);
  if (ending.kind === "failed") exchange.write(errorEvent(ending.error));
  if (ending.kind !== "aborted") exchange.end();
  const counts = meter.counts ?? (await estimateCounts(call, meter.produced));
  const isBroken = ending.kind === "failed" || meter.hasFailed;
  return {
    status: ending.kind === "aborted" ? "aborted" : isBroken ? "error" : "ok",
    httpStatus: ending.kind === "aborted" ? null : 200,
    errorCode: ending.kind === "failed" ? ending.error.code : meter.hasFailed ? "provider_error" : null,
    counts,
    isEstimated: meter.counts === null,
  };
}
