/** Step 6 for answers in one piece: read whole, metered, then handed on byte for byte. */
import { formatUsd } from "@/lib/money";
import { GatewayError } from "../errors";
import { repeatsCredential, SecretFinder } from "../providers/secrecy";
import { isTimeout, type UpstreamResponse } from "../providers/upstream";
import { producedText, readUsage } from "../providers/usage";
import type { Call } from "./call";
import { costOfCounts, countTokens, type Outcome, seenWhole } from "./outcome";
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

interface Answer {
  usage?: unknown;
  choices?: unknown;
}

function parseAnswer(body: Buffer): Answer | null {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return typeof parsed === "object" && parsed !== null ? parsed : null;
  } catch {
    return null;
  }
}

/**
 * A refusal of the request itself, which the caller can act on, goes through. A 404 would tell of our route and not of theirs,
 * a redirect is not followed, and nothing goes through that repeats our credential, however it is spelt.
 */
function relayRefusal(call: Call, response: UpstreamResponse, body: Buffer, headers: Record<string, string>): Outcome {
  const provider = call.model.provider.name;
  const answer = parseAnswer(body);
  const isOurs = response.status < 400 || response.status === 404 || answer === null;
  if (isOurs || new SecretFinder(call.credential).isSpeltIn(body)) {
    throw new GatewayError(
      "provider_error",
      `The provider "${provider}" refused the call with status ${response.status}.`,
      {
        details: { provider, provider_status: response.status },
      },
    );
  }
  call.exchange.writeHead(response.status, {
    ...headers,
    "content-type": "application/json",
    "content-length": String(body.length),
  });
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
async function relayBroken(
  call: Call,
  { body, fault }: Received & { fault: Error },
  headers: Record<string, string>,
): Promise<Outcome> {
  const code = isTimeout(fault) ? "provider_timeout" : "provider_error";
  const error = new GatewayError(code, `The answer of the provider "${call.model.provider.name}" broke off.`, {
    cause: fault,
  });
  const isAborted = call.exchange.isAborted;
  refuse(call.exchange, error, headers);
  const counted = await countTokens(call, seenWhole(null, body.toString("utf8")));
  if (isAborted) return { status: "aborted", httpStatus: null, errorCode: null, ...counted };
  return { status: "error", httpStatus: error.status, errorCode: code, ...counted };
}

/** Reads, meters and forwards an answer. */
export async function relayJson(
  call: Call,
  response: UpstreamResponse,
  headers: Record<string, string>,
): Promise<Outcome> {
  const received = await readAll(response);
  const { body, fault } = received;
  if (fault && response.status < 300) return relayBroken(call, { body, fault }, headers);
  if (response.status >= 300) return relayRefusal(call, response, body, headers);
  const answer = parseAnswer(body);
  const text = answer ? producedText(answer) : body.toString("utf8");
  const counted = await countTokens(call, seenWhole(readUsage(answer?.usage), text));
  if (call.exchange.isAborted) return { status: "aborted", httpStatus: null, errorCode: null, ...counted };
  const secrets = new SecretFinder(call.credential);
  if (answer ? secrets.isIn(body) : secrets.isSpeltIn(body)) {
    const error = repeatsCredential(call.model.provider.name);
    refuse(call.exchange, error, headers);
    return { status: "error", httpStatus: error.status, errorCode: error.code, ...counted };
  }
  call.exchange.writeHead(response.status, {
    ...headers,
    "content-type": answer ? "application/json" : "application/octet-stream",
    "content-length": String(body.length),
    "x-pllm-cost-usd": formatUsd(costOfCounts(call, counted.counts)),
  });
  call.exchange.end(body);
  return { status: "ok", httpStatus: response.status, errorCode: null, ...counted };
}
