/** A model call from door to ledger: the steps in order, and what happens when one of them refuses. */
import type { Clock } from "@/lib/clock";
import { newId } from "@/lib/ids";
import { log } from "@/lib/log";
import { formatUsd } from "@/lib/money";
import type { Directory } from "../directory/directory";
import type { ModelRoute } from "../directory/types";
import { GatewayError } from "../errors";
import { type Exchange, headerOf } from "../exchange";
import type { Ledger, UsageDraft } from "../ledger/types";
import type { Limiter } from "../limits/limiter";
import type { UsageEventRow } from "../meter/event";
import type { GatewayFigures } from "../meter/figures";
import type { RefusalLog } from "../meter/refusals";
import { admitLimits, estimateCost, limitHeaders, reserveBudgets } from "./admit";
import { type AttemptPorts, callProvider } from "./attempt";
import type { Call, CallTimes, Incoming } from "./call";
import type { Caller } from "./caller";
import { countTokens, type Outcome, seenWhole, toEvent } from "./outcome";
import { refuse, toGatewayError } from "./refuse";
import { relayJson } from "./relay-json";
import { isStream, relayStream } from "./relay-stream";
import { type CallRequest, readRequest } from "./request";
import { findModel, findPrice } from "./route";

export interface PipelinePorts extends AttemptPorts {
  directory: Directory;
  ledger: Ledger;
  limiter: Limiter;
  figures: GatewayFigures;
  refusals: Pick<RefusalLog, "note">;
  clock: Clock;
  bodyLimitBytes: number;
}

type PlannedCall = Pick<
  Call,
  "exchange" | "requestId" | "caller" | "request" | "model" | "startedAtMs" | "priceId" | "estimateNano"
>;

function draftOf(call: PlannedCall): UsageDraft {
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

/** The model of a call. A name that is not known may be a moment old: better one look at the change feed than a 404 for a new one. */
async function resolveModel(ports: PipelinePorts, caller: Caller, request: CallRequest): Promise<ModelRoute> {
  if (!ports.directory.snapshot.models.has(request.model)) {
    await ports.directory.sync().catch((cause) => {
      throw new GatewayError("service_unavailable", "Models cannot be looked up right now.", {
        retryAfterSeconds: 2,
        cause,
      });
    });
  }
  return findModel(ports.directory.snapshot, caller, request.model, request.endpoint);
}

function modelHeaders(model: ModelRoute): Record<string, string> {
  return { "x-pllm-model": model.name, "x-pllm-provider": model.provider.name };
}

/** A refusal that also tells the caller in `headers` how far the call had come. */
function telling(error: unknown, headers: Record<string, string>): unknown {
  return error instanceof GatewayError ? error.withHeaders(headers) : error;
}

async function openCall(
  ports: PipelinePorts,
  { exchange, requestId, caller }: Incoming,
  request: CallRequest,
  times: CallTimes,
): Promise<Call> {
  const startedAtMs = ports.clock.now();
  const model = await resolveModel(ports, caller, request);
  try {
    const { price, priceId, isCeiling } = findPrice(ports.directory.snapshot, model);
    const estimateNano = estimateCost(request, model, price);
    const admission = admitLimits(ports.limiter, caller, request, model, startedAtMs);
    times.limited = performance.now();
    const planned = { exchange, requestId, caller, request, model, startedAtMs, priceId, estimateNano };
    const hold = await reserveBudgets(ports.ledger, caller, draftOf(planned)).catch((error) => {
      admission.cancel();
      throw telling(error, limitHeaders(admission));
    });
    times.held = performance.now();
    // Every field is named: spreading objects of this size at each step costs more than the steps do.
    return {
      exchange,
      requestId,
      caller,
      request,
      model,
      price,
      priceId,
      isCeiling,
      startedAtMs,
      admission,
      estimateNano,
      hold,
      times,
      attempts: [],
      credential: null,
      isUnanswered: false,
      firstTokenAtMs: null,
      stopUpstream: null,
    };
  } catch (error) {
    throw telling(error, modelHeaders(model));
  }
}

function answerHeaders(call: Call): Record<string, string> {
  const remaining = call.hold.remainingNano;
  return {
    "x-request-id": call.requestId,
    ...modelHeaders(call.model),
    ...(remaining === null ? {} : { "x-pllm-budget-remaining-usd": formatUsd(remaining) }),
    ...limitHeaders(call.admission),
  };
}

/** Nothing came back and nothing was refused: whoever hung up pays for the prompt if the provider has read it. */
async function countHangUp(call: Call): Promise<Outcome> {
  const counted = call.isUnanswered
    ? await countTokens(call, seenWhole(null, ""))
    : { counts: null, isEstimated: false };
  return { status: "aborted", httpStatus: null, errorCode: null, ...counted };
}

/**
 * Sends and relays. A caller who hangs up on a stream stops it at the provider and is charged what was produced; an answer in
 * one piece is billed by the provider either way, so it is read to its end and charged exactly.
 */
async function perform(ports: PipelinePorts, call: Call): Promise<Outcome> {
  const { exchange, request } = call;
  const headers = answerHeaders(call);
  // Gone while budgets were checked: nothing has been sent, so nothing is charged.
  if (exchange.isAborted) return countHangUp(call);
  exchange.onAbort(() => call.stopUpstream?.());
  try {
    const response = await callProvider(call, ports, ports.directory.snapshot.settings.cooldownMs);
    if (request.isStream && isStream(response))
      return await relayStream(call, response, headers, () => ports.clock.now());
    return await relayJson(call, response, headers);
  } catch (error) {
    if (exchange.isAborted) return countHangUp(call);
    const failure = toGatewayError(error, call.requestId);
    refuse(exchange, failure, headers);
    return { status: "error", httpStatus: failure.status, errorCode: failure.code, counts: null, isEstimated: false };
  }
}

function refuseCodedBody(exchange: Exchange): void {
  const coding = headerOf(exchange.headers, "content-encoding");
  if (coding === undefined || coding === "identity") return;
  throw new GatewayError("unsupported_media_type", "Send the body as it is, without content-encoding.");
}

/** From the body to the hold. What is refused on the way is noted for whoever asks why. */
async function admit(ports: PipelinePorts, incoming: Incoming): Promise<Call> {
  const { exchange, requestId, caller, endpoint, arrivedAt } = incoming;
  const authenticated = performance.now();
  let model: string | null = null;
  try {
    refuseCodedBody(exchange);
    const body = await exchange.readBody(ports.bodyLimitBytes);
    const read = performance.now();
    const request = readRequest(endpoint, body);
    model = request.model;
    const times: CallTimes = { arrived: arrivedAt, authenticated, read, limited: read, held: read };
    const call = await openCall(ports, incoming, request, times);
    ports.figures.noteAdmission(times.held - read);
    return call;
  } catch (error) {
    if (error instanceof GatewayError)
      ports.refusals.note({
        request_id: requestId,
        key_id: caller.keyId,
        user_id: caller.userId,
        team_id: caller.teamId,
        team_path: caller.teamPath,
        endpoint,
        model,
        http_status: error.status,
        error_code: error.code,
        message: error.message,
        details: error.details ?? null,
        client: headerOf(exchange.headers, "user-agent") ?? null,
      });
    throw error;
  }
}

/** Runs one call. Throws a GatewayError where it is refused before it is held; afterwards it answers by itself. */
export async function runCall(ports: PipelinePorts, incoming: Incoming): Promise<void> {
  const call = await admit(ports, incoming);
  let event: UsageEventRow | null = null;
  try {
    event = toEvent(call, await perform(ports, call), ports.clock.now());
  } finally {
    // Before it is booked, which takes a moment: whoever calls again at the end of the answer finds the place free.
    call.admission.release(event ? event.prompt_tokens + event.completion_tokens : 0);
  }
  if (event) ports.figures.noteCall(event);
  await ports.ledger
    .settle(call.hold, event)
    .catch((error) => log.error({ err: error, event_id: call.hold.draft.id }, "a call could not be settled"));
}
