/** A model call from door to ledger: the steps in order, and what happens when one of them refuses. */
import type { Clock } from "@/lib/clock";
import { newId } from "@/lib/ids";
import { log } from "@/lib/log";
import { formatUsd } from "@/lib/money";
import type { Directory } from "../directory/directory";
import { type Exchange, headerOf } from "../exchange";
import type { Ledger, UsageDraft } from "../ledger/types";
import type { Admission, Limiter } from "../limits/limiter";
import { admitLimits, estimateCost, limitHeaders, reserveBudgets } from "./admit";
import { type AttemptPorts, callProvider } from "./attempt";
import type { Call } from "./call";
import type { Caller } from "./caller";
import { estimateCounts, type Outcome, toEvent } from "./outcome";
import { refuse, toGatewayError } from "./refuse";
import { relayJson } from "./relay-json";
import { relayStream } from "./relay-stream";
import { type CallRequest, type Endpoint, readRequest } from "./request";
import { findModel, findPrice } from "./route";

export interface PipelinePorts extends AttemptPorts {
  directory: Directory;
  ledger: Ledger;
  limiter: Limiter;
  clock: Clock;
  bodyLimitBytes: number;
}

function draftOf(call: Omit<Call, "hold">): UsageDraft {
  const { caller, model, request } = call;
  return {
    id: newId("event", call.startedAtMs),
    request_id: call.requestId,
    started_at: new Date(call.startedAtMs),
    key_id: caller.keyId,
    user_id: caller.userId,
    team_id: caller.teamId,
    team_path: caller.teamPath,
    endpoint: request.endpoint,
    model: model.name,
    model_id: model.id,
    provider: model.provider.name,
    provider_id: model.provider.id,
    is_stream: request.isStream,
    estimate_nano: call.estimateNano,
    price_id: call.priceId,
    tags: caller.tags,
    client: headerOf(call.exchange.headers, "user-agent")?.slice(0, 200) ?? null,
  };
}

async function openCall(
  ports: PipelinePorts,
  exchange: Exchange,
  requestId: string,
  caller: Caller,
  request: CallRequest,
): Promise<Call> {
  const startedAtMs = ports.clock.now();
  // A name that is not known may be a moment old: better one look at the change feed than a 404 for a model just added.
  if (!ports.directory.snapshot.models.has(request.model)) await ports.directory.sync();
  const { snapshot } = ports.directory;
  const model = findModel(snapshot, caller, request.model, request.endpoint);
  const pricing = findPrice(snapshot, model);
  const estimateNano = estimateCost(request, model, pricing.price);
  const admission: Admission = admitLimits(ports.limiter, caller, request, startedAtMs);
  const call = {
    exchange,
    requestId,
    caller,
    request,
    model,
    ...pricing,
    startedAtMs,
    admission,
    estimateNano,
    attempts: 0,
    credentialId: null,
    firstTokenAtMs: null,
    stopUpstream: null,
  };
  try {
    const hold = await reserveBudgets(ports.ledger, caller, draftOf(call));
    return { ...call, hold };
  } catch (error) {
    admission.release(0);
    throw error;
  }
}

function answerHeaders(call: Call): Record<string, string> {
  const remaining = call.hold.remainingNano;
  return {
    "x-request-id": call.requestId,
    "x-pllm-model": call.model.name,
    "x-pllm-provider": call.model.provider.name,
    ...(remaining === null ? {} : { "x-pllm-budget-remaining-usd": formatUsd(remaining) }),
    ...limitHeaders(call.admission),
  };
}

/**
 * Sends and relays. A caller who hangs up on a stream stops it at the provider and is charged what was produced; an answer in
 * one piece is billed by the provider either way, so it is read to its end and charged exactly.
 */
async function perform(ports: PipelinePorts, call: Call): Promise<Outcome> {
  const { exchange, request } = call;
  const headers = answerHeaders(call);
  // Gone while budgets were checked: nothing has been sent, so nothing is charged.
  if (exchange.isAborted)
    return { status: "aborted", httpStatus: null, errorCode: null, counts: null, isEstimated: false };
  if (request.isStream) exchange.onAbort(() => call.stopUpstream?.());
  else exchange.onAbort(() => undefined);
  try {
    const response = await callProvider(call, ports, ports.directory.snapshot.settings.cooldownMs);
    if (request.isStream && response.status < 300)
      return await relayStream(call, response, headers, () => ports.clock.now());
    return await relayJson(call, response, headers);
  } catch (error) {
    if (exchange.isAborted) {
      // Nothing came back, yet the provider has read the prompt.
      return {
        status: "aborted",
        httpStatus: null,
        errorCode: null,
        counts: await estimateCounts(call, ""),
        isEstimated: true,
      };
    }
    const failure = toGatewayError(error);
    refuse(exchange, failure, headers);
    return { status: "error", httpStatus: failure.status, errorCode: failure.code, counts: null, isEstimated: false };
  }
}

/** Runs one call. Throws a GatewayError where it is refused before it is held; afterwards it answers by itself. */
export async function runCall(
  ports: PipelinePorts,
  exchange: Exchange,
  requestId: string,
  caller: Caller,
  endpoint: Endpoint,
): Promise<void> {
  const request = readRequest(endpoint, await exchange.readBody(ports.bodyLimitBytes));
  const call = await openCall(ports, exchange, requestId, caller, request);
  const outcome = await perform(ports, call);
  const event = toEvent(call, outcome, ports.clock.now());
  call.admission.release(event.prompt_tokens + event.completion_tokens);
  await ports.ledger
    .settle(call.hold, event)
    .catch((error) => log.error({ err: error, event_id: event.id }, "a call could not be settled"));
}
