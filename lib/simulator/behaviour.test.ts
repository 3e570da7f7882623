import { describe, expect, it } from "vitest";
import { parseUsd } from "@/lib/money";
import { oddUsageKinds, parameterNames, parseModelName } from "./behaviour";
import { simulatorModels } from "./models";
import { ApiProblem } from "./problem";

function refusalOf(name: string): ApiProblem {
  try {
    parseModelName(name);
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  throw new Error(`"${name}" was accepted`);
}

describe("model names", () => {
  it.each(simulatorModels.map((model) => model.name))("%s alone has no fault, no wait and truthful usage", (name) => {
    const { model, behaviour } = parseModelName(name);
    expect(model.name).toBe(name);
    expect(behaviour).toEqual({
      latencyMs: 0,
      chunkDelayMs: 0,
      tokens: null,
      reasoning: null,
      cached: null,
      usage: "exact",
      fault: null,
      faultPerMillion: 1_000_000,
    });
  });

  it("reads every parameter of a long name", () => {
    const name =
      "sim-large;latency=2s;chunk_delay=5ms;tokens=100;reasoning=7;cached=3;odd_usage=excess;cut=20;error_rate=0.25";
    expect(parseModelName(name).behaviour).toEqual({
      latencyMs: 2_000,
      chunkDelayMs: 5,
      tokens: 100,
      reasoning: 7,
      cached: 3,
      usage: "excess",
      fault: { kind: "cut", afterChunks: 20 },
      faultPerMillion: 250_000,
    });
  });

  it.each([
    ["status=503", { kind: "status", status: 503, retryAfterSeconds: null }],
    ["status=429;retry_after=2", { kind: "status", status: 429, retryAfterSeconds: 2 }],
    ["retry_after=2;status=503", { kind: "status", status: 503, retryAfterSeconds: 2 }],
    ["retry_after=2", { kind: "status", status: 429, retryAfterSeconds: 2 }],
    ["error_rate=1", { kind: "status", status: 500, retryAfterSeconds: null }],
    ["stall", { kind: "stall", afterChunks: null }],
    ["stall=0", { kind: "stall", afterChunks: 0 }],
    ["cut=0", { kind: "cut", afterChunks: 0 }],
    ["drop;error_rate=0.5", { kind: "drop" }],
    ["broken_json", { kind: "broken_json" }],
  ])("%s is one fault", (parameters, fault) => {
    expect(parseModelName(`sim-small;${parameters}`).behaviour.fault).toEqual(fault);
  });

  it.each([
    ["0", 0],
    ["0.000001", 1],
    ["0.1", 100_000],
    ["1", 1_000_000],
    ["1.0", 1_000_000],
  ])("error_rate=%s is exact in millionths", (rate, perMillion) => {
    expect(parseModelName(`sim-small;error_rate=${rate}`).behaviour.faultPerMillion).toBe(perMillion);
  });

  it.each(oddUsageKinds)("odd_usage=%s is known", (kind) => {
    expect(parseModelName(`sim-small;odd_usage=${kind}`).behaviour.usage).toBe(kind);
  });

  it("refuses an unknown parameter with 400, names it, and lists the known ones", () => {
    const refusal = refusalOf("sim-small;latency=1s;lag=3");
    expect(refusal).toMatchObject({ status: 400, param: "model", code: "unknown_parameter" });
    expect(refusal.message).toContain('"lag"');
    for (const name of parameterNames) expect(refusal.message).toContain(name);
  });

  it.each([
    ["sim-small;latency", "latency"],
    ["sim-small;latency=200", "latency"],
    ["sim-small;latency=11m", "latency"],
    ["sim-small;chunk_delay=-5ms", "chunk_delay"],
    ["sim-small;tokens=", "tokens"],
    ["sim-small;tokens=1e3", "tokens"],
    ["sim-small;tokens=1000001", "tokens"],
    ["sim-small;status=200", "status"],
    ["sim-small;status=600", "status"],
    ["sim-small;retry_after=soon", "retry_after"],
    ["sim-small;error_rate=1.5", "error_rate"],
    ["sim-small;error_rate=10%", "error_rate"],
    ["sim-small;odd_usage=weird", "odd_usage"],
    ["sim-small;no_usage=1", "no_usage"],
    ["sim-small;drop=1", "drop"],
    ["sim-small;stall=x", "stall"],
    ["sim-small;cut", "cut"],
    ["sim-small;tokens=1;tokens=1", "tokens"],
    ["sim-small;cut=1;stall", "stall"],
    ["sim-small;no_usage;odd_usage=zero", "odd_usage"],
    ["sim-small;cut=1;retry_after=2", "retry_after"],
    ["sim-small;", ""],
  ])("refuses %s and names the parameter", (name, parameter) => {
    const refusal = refusalOf(name);
    expect(refusal).toMatchObject({ status: 400, param: "model" });
    expect(refusal.message).toContain(`"${parameter}"`);
  });

  it.each(["gpt-5", "", "SIM-SMALL", "sim-small ;cut=1"])("answers 404 for the unknown model '%s'", (name) => {
    expect(refusalOf(name)).toMatchObject({ status: 404, code: "model_not_found" });
  });
});

describe("simulatorModels", () => {
  it("states prices that the money room can read", () => {
    for (const { price } of simulatorModels) {
      for (const amount of Object.values(price)) expect(parseUsd(amount)).toBeGreaterThanOrEqual(0n);
    }
  });
});
