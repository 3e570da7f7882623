/** Step 5: the provider. One credential after the other until one answers; nothing is repeated once an answer has begun. */
import type { Dispatcher } from "undici";
import type { Clock } from "@/lib/clock";
import type { Credential } from "../directory/types";
import { GatewayError } from "../errors";
import { headerOf } from "../exchange";
import type { CredentialChooser } from "../providers/credentials";
import { isTimeout, retryAfterOf, UpstreamResponse } from "../providers/upstream";
import type { Attempt, Call } from "./call";
import { upstreamBody, upstreamPaths } from "./request";

export interface Timeouts {
  firstByteMs: number;
  idleMs: number;
  totalMs: number;
}

export interface AttemptPorts {
  dispatcher: Dispatcher;
  credentials: CredentialChooser;
  timeouts: Timeouts;
  clock: Clock;
}

// What a caller may say to the provider beside the body. Nothing here can choose the account, host or route.
const passedHeaders = ["openai-beta", "traceparent", "tracestate"];

function headersFor(call: Call, credential: Credential | null): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: call.request.isStream ? "text/event-stream" : "application/json",
    // The answer is read in passing, so it must come as it is.
    "accept-encoding": "identity",
    "user-agent": "pllm",
    "x-request-id": call.requestId,
  };
  for (const name of passedHeaders) {
    const value = headerOf(call.exchange.headers, name);
    if (value !== undefined) headers[name] = value;
  }
  if (credential) headers.authorization = `Bearer ${credential.secret}`;
  return headers;
}

/** Whether the fault is the credential's (402: its account is empty) or the provider's, so that another one may do better. */
function isProviderFault(status: number): boolean {
  return [401, 402, 403, 408, 429].includes(status) || status >= 500;
}

interface Failure {
  error: unknown;
  status: number | null;
  retryAfterSeconds: number | null;
}

function toGatewayError(call: Call, { error, status, retryAfterSeconds }: Failure): GatewayError {
  const provider = call.model.provider.name;
  const options = {
    details: { provider, ...(status ? { provider_status: status } : {}) },
    cause: error,
    ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
  };
  if (status === null && isTimeout(error))
    return new GatewayError("provider_timeout", `The provider "${provider}" did not answer in time.`, options);
  if (status === null)
    return new GatewayError("provider_error", `The provider "${provider}" could not be reached.`, options);
  const reason =
    status === 429
      ? "is limiting this server's calls"
      : status <= 403
        ? "refused this server's credential"
        : `failed with status ${status}`;
  return new GatewayError("provider_error", `The provider "${provider}" ${reason}.`, options);
}

/** What a failure of the network is called; its message may carry what was sent. */
function nameOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "no answer";
}

async function tryOnce(
  call: Call,
  ports: AttemptPorts,
  credential: Credential | null,
  body: Buffer,
): Promise<UpstreamResponse | Failure> {
  const { timeouts, clock, dispatcher } = ports;
  const response = new UpstreamResponse(dispatcher, {
    baseUrl: call.model.provider.baseUrl,
    path: upstreamPaths[call.request.endpoint],
    headers: headersFor(call, credential),
    body,
    firstByteTimeoutMs: timeouts.firstByteMs,
    idleTimeoutMs: timeouts.idleMs,
    totalTimeoutMs: Math.max(1, call.startedAtMs + timeouts.totalMs - clock.now()),
  });
  // An answer in one piece is billed whole once it has been asked for, so it is not cut short.
  call.stopUpstream = () => {
    if (call.request.isStream || !response.isSent) response.abort(new Error("the caller hung up"));
  };
  const attempt: Attempt = {
    credentialId: credential?.id ?? null,
    sentAt: performance.now(),
    answeredAt: null,
    httpStatus: null,
    error: null,
  };
  call.attempts.push(attempt);
  try {
    await response.head;
  } catch (error) {
    call.isUnanswered = response.isSent;
    attempt.error = nameOf(error);
    return { error, status: null, retryAfterSeconds: null };
  }
  attempt.answeredAt = performance.now();
  attempt.httpStatus = response.status;
  if (!isProviderFault(response.status)) return response;
  // The body may quote a part of the credential, so nobody reads it.
  response.discard();
  return { error: null, status: response.status, retryAfterSeconds: retryAfterOf(response.headers, clock.now()) };
}

/**
 * An answer whose body has not been read, with a status that is not the provider's fault. Throws `provider_error` or
 * `provider_timeout` once every credential has failed.
 */
export async function callProvider(call: Call, ports: AttemptPorts, cooldownMs: number): Promise<UpstreamResponse> {
  const body = upstreamBody(call.request, call.model.upstreamName);
  const credentials: (Credential | null)[] = ports.credentials.order(call.model.provider, ports.clock.now());
  let failure: Failure = { error: null, status: null, retryAfterSeconds: null };
  for (const credential of credentials.length > 0 ? credentials : [null]) {
    call.credential = credential;
    call.isUnanswered = false;
    const result = await tryOnce(call, ports, credential, body);
    if (result instanceof UpstreamResponse) return result;
    failure = result;
    if (call.exchange.isAborted) break;
    if (credential && cooldownMs > 0) {
      const restMs = failure.retryAfterSeconds === null ? cooldownMs : failure.retryAfterSeconds * 1_000;
      ports.credentials.coolDown(
        credential,
        failure.status === null ? "no_answer" : `http_${failure.status}`,
        ports.clock.now() + restMs,
      );
    }
    // A timeout has used up the caller's patience already; the next credential would only double the wait.
    if (failure.status === null && isTimeout(failure.error)) break;
  }
  throw toGatewayError(call, failure);
}
