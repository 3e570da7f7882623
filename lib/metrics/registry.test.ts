import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { addMetricsSource, countControlRequest, defineGatewayMetrics, renderMetrics } from "./registry";

function readSeries(text: string, series: string): string | undefined {
  return text
    .split("\n")
    .find((line) => line.startsWith(`${series} `))
    ?.slice(series.length + 1);
}

test("the threads' figures are added up, beside the process's own", async () => {
  const labels = { endpoint: "chat", provider: "openai", model: "gpt-4o", status: "ok" };
  const ends = [3, 4].map((calls) => {
    const registry = new Registry();
    const metrics = defineGatewayMetrics(registry);
    metrics.calls.inc(labels, calls);
    metrics.inFlight.set(calls);
    metrics.duration.observe({ provider: "openai", model: "gpt-4o" }, 0.2);
    // As it arrives from another thread: a structured clone.
    return addMetricsSource(async () => structuredClone(await registry.getMetricsAsJSON()));
  });
  countControlRequest({ method: "GET", permission: "teams.read", status: 200 }, 0.002);
  const { text, contentType } = await renderMetrics();
  expect(contentType).toContain("text/plain");
  expect(
    readSeries(text, 'pllm_gateway_calls_total{endpoint="chat",provider="openai",model="gpt-4o",status="ok"}'),
  ).toBe("7");
  expect(readSeries(text, "pllm_gateway_calls_in_flight")).toBe("7");
  expect(
    readSeries(text, 'pllm_gateway_call_duration_seconds_bucket{le="0.25",provider="openai",model="gpt-4o"}'),
  ).toBe("2");
  expect(text).toMatch(
    /pllm_control_request_duration_seconds_count\{method="GET",permission="teams.read",status="200"\} 1/,
  );
  expect(Number(readSeries(text, "process_start_time_seconds"))).toBeGreaterThan(1e9);
  for (const end of ends) end();
  expect((await renderMetrics()).text).not.toContain("pllm_gateway");
});

test("each family is told once, as the format demands", async () => {
  const registry = new Registry();
  defineGatewayMetrics(registry);
  const ends = [1, 2].map(() => addMetricsSource(() => registry.getMetricsAsJSON()));
  const { text } = await renderMetrics();
  const families = text.split("\n").filter((line) => line.startsWith("# TYPE "));
  expect(new Set(families).size).toBe(families.length);
  expect(families.length).toBeGreaterThan(20);
  for (const end of ends) end();
});

test("a thread that does not answer takes nothing from the others", async () => {
  const end = addMetricsSource(() => Promise.reject(new Error("gone")));
  expect((await renderMetrics()).text).toContain("pllm_build_info");
  end();
});
