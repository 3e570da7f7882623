/**
 * What this process tells Prometheus: the definitions, once for all threads, and the sum of what the threads count.
 *
 * Each thread counts in a registry of its own, since threads share no memory. The main one's is here and holds what tells about
 * the process and the control plane. A gateway, in whichever thread, makes a `new Registry()` and calls
 * `defineGatewayMetrics(registry)`; whoever started it calls `addMetricsSource` with a function that fetches
 * `registry.getMetricsAsJSON()` from there. The figures of all gateways are added up, gauges too, which is right for what is in
 * flight or waiting.
 */
import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObject,
  Registry,
} from "prom-client";
import { version } from "@/lib/version";

const secondsOfCalls = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const secondsOfWork = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** The data plane's figures. Models and providers are few and known; keys, users and teams are not, and stay out of labels. */
export function defineGatewayMetrics(registry: Registry) {
  const registers = [registry];
  return {
    calls: new Counter({
      name: "pllm_gateway_calls_total",
      help: "Calls that a provider was asked for, by outcome (ok, error, aborted, unknown).",
      labelNames: ["endpoint", "provider", "model", "status"] as const,
      registers,
    }),
    refusals: new Counter({
      name: "pllm_gateway_refusals_total",
      help: "Calls that were refused before a provider saw them, by error code.",
      labelNames: ["endpoint", "code"] as const,
      registers,
    }),
    tokens: new Counter({
      name: "pllm_gateway_tokens_total",
      help: "Tokens by kind (prompt, cached, cache_write, completion, reasoning).",
      labelNames: ["provider", "model", "kind"] as const,
      registers,
    }),
    cost: new Counter({
      name: "pllm_gateway_cost_nano_usd_total",
      help: "What calls have cost, in billionths of a US dollar. For accounts see /api/v1/usage, which is exact.",
      labelNames: ["provider", "model"] as const,
      registers,
    }),
    attempts: new Counter({
      name: "pllm_gateway_attempts_total",
      help: "Requests sent to providers, failovers included.",
      labelNames: ["provider"] as const,
      registers,
    }),
    duration: new Histogram({
      name: "pllm_gateway_call_duration_seconds",
      help: "From the call's arrival to its last byte.",
      labelNames: ["provider", "model"] as const,
      buckets: secondsOfCalls,
      registers,
    }),
    firstToken: new Histogram({
      name: "pllm_gateway_first_token_seconds",
      help: "From the call's arrival to the first text of a streamed answer.",
      labelNames: ["provider", "model"] as const,
      buckets: secondsOfCalls,
      registers,
    }),
    admission: new Histogram({
      name: "pllm_gateway_admission_seconds",
      help: "Our own work before a provider is asked: key, limits, budgets.",
      buckets: secondsOfWork,
      registers,
    }),
    inFlight: new Gauge({
      name: "pllm_gateway_calls_in_flight",
      help: "Calls that have begun and not ended.",
      registers,
    }),
    unsettled: new Gauge({
      name: "pllm_gateway_calls_unsettled",
      help: "Calls that have ended and are not booked yet.",
      registers,
    }),
    directoryAge: new Gauge({
      name: "pllm_gateway_directory_age_seconds",
      help: "How long ago the gateway last knew that it had seen every change.",
      registers,
    }),
  };
}

function defineControlMetrics(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Histogram({
      name: "pllm_control_request_duration_seconds",
      help: "Requests of the control plane by the right they need.",
      labelNames: ["method", "permission", "status"] as const,
      buckets: secondsOfWork,
      registers,
    }),
  };
}

type MetricsSource = () => Promise<MetricObject[]>;

interface Metrics {
  registry: Registry;
  control: ReturnType<typeof defineControlMetrics>;
  sources: Set<MetricsSource>;
}

// The server's bundle and Next's each have this file, and must count in one place.
const shared = globalThis as unknown as { pllmMetrics?: Metrics };

function openMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "pllm_build_info",
    help: "Always 1; the version is in the label.",
    labelNames: ["version"],
    registers: [registry],
  }).set({ version }, 1);
  return { registry, control: defineControlMetrics(registry), sources: new Set() };
}

function getMetrics(): Metrics {
  shared.pllmMetrics ??= openMetrics();
  return shared.pllmMetrics;
}

/** Notes one answered request of the control plane. */
export function countControlRequest(
  labels: { method: string; permission: string; status: number },
  seconds: number,
): void {
  getMetrics().control.requests.observe(labels, seconds);
}

/** Adds another thread's figures to what `renderMetrics` tells; the answer ends that. A source that fails is left out. */
export function addMetricsSource(read: MetricsSource): () => void {
  const { sources } = getMetrics();
  sources.add(read);
  return () => sources.delete(read);
}

/** Everything in Prometheus's text format. */
export async function renderMetrics(): Promise<{ contentType: string; text: string }> {
  const { registry, sources } = getMetrics();
  const others = await Promise.allSettled([...sources].map((read) => read()));
  const told = others.flatMap((other) => (other.status === "fulfilled" ? [other.value] : []));
  // Aggregation drops what cannot be added, such as the start of the process, so only what needs it goes through it.
  const sum = told.length > 0 ? await AggregatorRegistry.aggregate(told).metrics() : "";
  return { contentType: registry.contentType, text: `${await registry.metrics()}${sum}` };
}
