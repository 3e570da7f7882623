/**
 * Puts an answer on the wire, at the pace and with the faults that the model's behaviour asks for. Used by the
 * simulator's server only. Every wait here ends when the client goes away.
 */
import type { ServerResponse } from "node:http";
import type { Behaviour, Fault } from "./behaviour";
import type { StreamPlan } from "./chat-reply";
import { type ApiProblem, problemOfStatus } from "./problem";

export type Reply = { kind: "json"; body: string } | { kind: "stream"; plan: StreamPlan };

export interface DeliveryOrder {
  behaviour: Behaviour;
  /** The fault of this very call; null when the error rate spared it. */
  fault: Fault | null;
  /** Sent as `x-request-id`. */
  requestId: string;
}

export function sendJson(res: ServerResponse, status: number, body: string, requestId: string): void {
  const length = String(Buffer.byteLength(body));
  // A flat array spares Node the checks and the copying of a headers object.
  res.writeHead(status, ["content-type", "application/json", "content-length", length, "x-request-id", requestId]);
  res.end(body);
}

export function sendProblem(res: ServerResponse, problem: ApiProblem, requestId: string): void {
  if (problem.retryAfterSeconds !== null) res.setHeader("retry-after", String(problem.retryAfterSeconds));
  sendJson(res, problem.status, problem.toBody(), requestId);
}

/** The waits of one exchange, over one listener and one timer. */
class Pace {
  isClosed = false;
  private timer: NodeJS.Timeout | undefined;
  private wake: (() => void) | undefined;

  constructor(private readonly res: ServerResponse) {
    res.once("close", () => {
      this.isClosed = true;
      clearTimeout(this.timer);
      this.wake?.();
    });
  }

  /** Waits for `start` to call back, or for the end of the connection. */
  private until(start: (resume: () => void) => void): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
      start(resolve);
    });
  }

  pause(durationMs: number): Promise<void> {
    return this.until((resume) => {
      this.timer = setTimeout(resume, durationMs);
    });
  }

  /** Resolves when the client can take more. */
  write(text: string): Promise<void> | undefined {
    if (this.isClosed || this.res.write(text)) return undefined;
    return this.until((resume) => this.res.once("drain", resume));
  }

  stall(): Promise<void> {
    return this.until(() => undefined);
  }

  /** Closes after what was written: the client gets all of that, and then an end that comes too early. */
  hangUp(): void {
    this.res.socket?.destroySoon();
  }
}

/** So many characters go out in one write when nothing asks for a pace. */
const batchChars = 32 * 1024;

async function sendSteps(pace: Pace, plan: StreamPlan, chunkDelayMs: number, from: number, to: number): Promise<void> {
  let batch = "";
  for (let i = from; i < to && !pace.isClosed; i++) {
    batch += plan.stepAt(i);
    if (chunkDelayMs === 0 && batch.length < batchChars) continue;
    await pace.write(batch);
    batch = "";
    if (chunkDelayMs > 0) await pace.pause(chunkDelayMs);
  }
  if (batch !== "") await pace.write(batch);
}

/** The second content chunk stops in the middle of its JSON; all else is as it should be. */
function breakStream(plan: StreamPlan): StreamPlan {
  const broken = Math.min(1, plan.steps - 1);
  return {
    opening: plan.opening,
    steps: plan.steps,
    stepAt: (index) => (index === broken ? breakEvent(plan.stepAt(index)) : plan.stepAt(index)),
    closing: plan.closing,
  };
}

function breakEvent(event: string): string {
  return `${event.slice(0, Math.floor(event.length / 2))}\n\n`;
}

async function endEarly(pace: Pace, fault: Fault): Promise<void> {
  if (fault.kind === "cut") pace.hangUp();
  else await pace.stall();
}

async function sendStream(res: ServerResponse, whole: StreamPlan, pace: Pace, order: DeliveryOrder): Promise<void> {
  const { fault, requestId } = order;
  const { chunkDelayMs } = order.behaviour;
  const plan = fault?.kind === "broken_json" ? breakStream(whole) : whole;
  const type = "text/event-stream; charset=utf-8";
  res.writeHead(200, ["content-type", type, "cache-control", "no-cache", "x-request-id", requestId]);
  if (fault?.kind === "cut" || fault?.kind === "stall") {
    const steps = Math.min(fault.afterChunks ?? 0, plan.steps);
    await pace.write(plan.opening);
    await sendSteps(pace, plan, chunkDelayMs, 0, steps);
    await endEarly(pace, fault);
    return;
  }
  if (chunkDelayMs > 0 || plan.steps * plan.opening.length > batchChars) {
    await pace.write(plan.opening);
    if (chunkDelayMs > 0) await pace.pause(chunkDelayMs);
    await sendSteps(pace, plan, chunkDelayMs, 0, plan.steps);
    res.end(plan.closing);
    return;
  }
  let text = plan.opening;
  for (let i = 0; i < plan.steps; i++) text += plan.stepAt(i);
  res.end(text + plan.closing);
}

async function sendWhole(res: ServerResponse, body: string, pace: Pace, order: DeliveryOrder): Promise<void> {
  const { fault, requestId } = order;
  const half = body.slice(0, Math.floor(body.length / 2));
  if (fault?.kind === "broken_json") return sendJson(res, 200, half, requestId);
  if (fault?.kind !== "cut" && fault?.kind !== "stall") return sendJson(res, 200, body, requestId);
  const length = String(Buffer.byteLength(body));
  res.writeHead(200, ["content-type", "application/json", "content-length", length, "x-request-id", requestId]);
  await pace.write(half);
  await endEarly(pace, fault);
}

/** Sends an answer as the order says. `makeReply` is asked only when there is a success to send. */
export async function deliver(res: ServerResponse, makeReply: () => Reply, order: DeliveryOrder): Promise<void> {
  const { fault, requestId } = order;
  const pace = new Pace(res);
  if (order.behaviour.latencyMs > 0) await pace.pause(order.behaviour.latencyMs);
  if (pace.isClosed) return;
  if (fault?.kind === "drop") return pace.hangUp();
  if (fault?.kind === "stall" && fault.afterChunks === null) return pace.stall();
  if (fault?.kind === "status") {
    return sendProblem(res, problemOfStatus(fault.status, fault.retryAfterSeconds), requestId);
  }
  const reply = makeReply();
  if (reply.kind === "json") return sendWhole(res, reply.body, pace, order);
  return sendStream(res, reply.plan, pace, order);
}
