/** What one gateway counts for monitoring. The pipeline notes calls and refusals here; /metrics collects it. */
import { type MetricObject, Registry } from "prom-client";
import { defineGatewayMetrics } from "@/lib/metrics/registry";
import type { UsageEventRow } from "./event";

/** States that are read when somebody asks, in the units of their gauges. */
export interface GatewayState {
  inFlight: number;
  unsettled: number;
  directoryAgeSeconds: number;
}

const tokenKinds = {
  prompt: "prompt_tokens",
  cached: "cached_tokens",
  cache_write: "cache_write_tokens",
  completion: "completion_tokens",
  reasoning: "reasoning_tokens",
} as const satisfies Record<string, keyof UsageEventRow>;

export class GatewayFigures {
  readonly #registry = new Registry();
  readonly #metrics = defineGatewayMetrics(this.#registry);

  /** A call that was held, with whatever came of it. */
  noteCall(event: UsageEventRow): void {
    const { endpoint, provider, model, status } = event;
    const { calls, tokens, cost, attempts, duration, firstToken } = this.#metrics;
    calls.inc({ endpoint, provider, model, status });
    if (event.attempts > 0) attempts.inc({ provider }, event.attempts);
    cost.inc({ provider, model }, Number(event.cost_nano));
    duration.observe({ provider, model }, event.latency_ms / 1_000);
    if (event.first_token_ms !== null) firstToken.observe({ provider, model }, event.first_token_ms / 1_000);
    for (const [kind, field] of Object.entries(tokenKinds)) {
      if (event[field] > 0) tokens.inc({ provider, model, kind }, event[field]);
    }
  }

  /** A call that no provider saw. */
  noteRefusal(endpoint: string, code: string): void {
    this.#metrics.refusals.inc({ endpoint, code });
  }

  /** Our own work before a provider was asked. */
  noteAdmission(milliseconds: number): void {
    this.#metrics.admission.observe(milliseconds / 1_000);
  }

  collect(state: GatewayState): Promise<MetricObject[]> {
    this.#metrics.inFlight.set(state.inFlight);
    this.#metrics.unsettled.set(state.unsettled);
    this.#metrics.directoryAge.set(state.directoryAgeSeconds);
    return this.#registry.getMetricsAsJSON();
  }
}
