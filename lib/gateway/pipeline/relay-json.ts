/** Step 6 for answers in one piece: read whole, metered, then handed on byte for byte. */
import { formatUsd } from "@/lib/money";
import { GatewayError } from "../errors";
import { headerOf } from "../exchange";
import { isTimeout, type UpstreamResponse } from "../providers/upstream";
import { readUsage } from "../providers/usage";
import type { Call } from "./call";
import { costOfCounts, estimateCounts, type Outcome } from "./outcome";
import { refuse } from "./refuse";

const maxAnswerBytes = 64 * 1024 * 1024;

interface Received {
  body: Buffer;
  /** Null: the answer is whole. */
  fault: Error | null;
}

function readAll(response: UpstreamResponse): Promise<Received> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (fault: Error | null) =>
      resolve({ body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), fault });
    response.consume({
      onData: (chunk) => {
        size += chunk.length;
        if (size > maxAnswerBytes) response.abort(new Error("the answer is too large"));
        else chunks.push(chunk);
        return true;
      },
      onEnd: () => finish(null),
      onError: finish,
    });
  });
}

function parseAnswer(body: Buffer): { usage?: unknown } | null {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return typeof parsed === "object" && parsed !== null ? parsed : null;
  } catch {
    return null;
  }
}

/** A refusal of the request itself, which the caller can act on, goes through; a 404 would tell of our route, not of theirs. */
function relayRefusal(call: Call, response: UpstreamResponse, body: Buffer, headers: Record<string, string>): Outcome {
  const provider = call.model.provider.name;
  if (response.status === 404 || parseAnswer(body) === null) {
    throw new GatewayError(
      "provider_error",
      `The provider "${provider}" refused the call with status ${response.status}.`,
      {
        details: { provider, provider_status: response.status },
      },
    );
  }
  call.exchange.writeHead(response.status, { ...headers, "content-type": "application/json" });
  call.exchange.end(body);
  return {
    status: "error",
    httpStatus: response.status,
    errorCode: "refused_by_provider",
    counts: null,
    isEstimated: false,
  };
}

/** The provider had accepted the call and will bill it, so what arrived is charged although it cannot be used. */
async function relayBroken(call: Call, { body, fault }: Received, headers: Record<string, string>): Promise<Outcome> {
  const code = isTimeout(fault) ? "provider_timeout" : "provider_error";
  const error = new GatewayError(code, `The answer of the provider "${call.model.provider.name}" broke off.`, {
    cause: fault,
  });
  refuse(call.exchange, error, headers);
  const counts = await estimateCounts(call, body.toString("utf8"));
  return { status: "error", httpStatus: error.status, errorCode: code, counts, isEstimated: true };
}

/** Reads, meters and forwards an answer. */
export async function relayJson(
  call: Call,
  response: UpstreamResponse,
  headers: Record<string, string>,
): Promise<Outcome> {
  const received = await readAll(response);
  const { body } = received;
  if (received.fault) return relayBroken(call, received, headers);
  if (response.status >= 300) return relayRefusal(call, response, body, headers);
  const answer = parseAnswer(body);
  const counted = readUsage(answer?.usage);
  const counts = counted ?? (await estimateCounts(call, body.toString("utf8")));
  const isAborted = call.exchange.isAborted;
  if (!isAborted) {
    call.exchange.writeHead(response.status, {
      ...headers,
      "content-type": headerOf(response.headers, "content-type") ?? "application/json",
      "content-length": String(body.length),
      "x-pllm-cost-usd": formatUsd(costOfCounts(call, counts)),
    });
    call.exchange.end(body);
  }
  return {
    status: isAborted ? "aborted" : "ok",
    httpStatus: isAborted ? null : response.status,
    errorCode: null,
    counts,
    isEstimated: counted === null,
  };
}
