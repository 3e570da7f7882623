/**
 * The grammar of simulated behaviour: a model name is `base[;parameter[=value]]…`, for example
 * `sim-small;latency=200ms;cut=20`. Pure. The server and the tests may call it; docs/guides/simulator.md is its manual.
 */
import { findSimulatorModel, type SimulatorModel } from "./models";
import { ApiProblem } from "./problem";

/** How the usage report may lie. The last three concern only where a stream carries it. */
export const oddUsageKinds = [
  "excess",
  "zero",
  "negative",
  "fraction",
  "strings",
  "mismatch",
  "cached_over",
  "no_details",
  "null",
  "last_delta",
  "running",
  "unasked",
] as const;

export type OddUsage = (typeof oddUsageKinds)[number];

export type Fault =
  | { kind: "status"; status: number; retryAfterSeconds: number | null }
  /** The connection closes without one byte of answer. */
  | { kind: "drop" }
  /** Silence for ever: before the first byte (null), or after the head and so many content chunks. */
  | { kind: "stall"; afterChunks: number | null }
  /** The connection closes after the head and so many content chunks. */
  | { kind: "cut"; afterChunks: number }
  | { kind: "broken_json" };

export interface Behaviour {
  /** Before the first byte of any answer, faulty ones included. */
  latencyMs: number;
  /** Between content chunks of a stream. */
  chunkDelayMs: number;
  /** Content tokens of a completion; null lets the prompt decide. */
  tokens: number | null;
  /** Reasoning tokens; null lets the model decide. */
  reasoning: number | null;
  /** Cached prompt tokens; null lets the model decide. */
  cached: number | null;
  usage: "exact" | "none" | OddUsage;
  fault: Fault | null;
  /** How many of a million calls get the fault, spread evenly. */
  faultPerMillion: number;
}

export interface ParsedModel {
  model: SimulatorModel;
  behaviour: Behaviour;
}

interface Draft extends Behaviour {
  retryAfterSeconds: number | null;
  hasRate: boolean;
}

/** A parameter writes itself into the draft and returns null, or returns what its value should have been. */
type Parameter = (draft: Draft, value: string | null) => string | null;

const maxCount = 1_000_000;

function readCount(value: string | null, max = maxCount): number | null {
  if (value === null || !/^\d{1,7}$/.test(value)) return null;
  const count = Number(value);
  return count <= max ? count : null;
}

const unitMs = { ms: 1, s: 1_000, m: 60_000 } as const;
const maxDurationMs = 600_000;

function readDurationMs(value: string | null): number | null {
  const match = /^(\d{1,6})(ms|s|m)$/.exec(value ?? "");
  if (!match) return null;
  const durationMs = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  return durationMs <= maxDurationMs ? durationMs : null;
}

function count(field: "tokens" | "reasoning" | "cached"): Parameter {
  return (draft, value) => {
    const read = readCount(value);
    if (read === null) return `a whole number up to ${maxCount}`;
    draft[field] = read;
    return null;
  };
}

function duration(field: "latencyMs" | "chunkDelayMs"): Parameter {
  return (draft, value) => {
    const read = readDurationMs(value);
    if (read === null) return "a duration up to 10m, such as 200ms or 2s";
    draft[field] = read;
    return null;
  };
}

function setFault(draft: Draft, fault: Fault): string | null {
  if (draft.fault) return `left out, because a model has one fault and this one has "${draft.fault.kind}" already`;
  draft.fault = fault;
  return null;
}

function flag(fault: Fault): Parameter {
  return (draft, value) => (value === null ? setFault(draft, fault) : "given without a value");
}

function setUsage(draft: Draft, usage: Behaviour["usage"]): string | null {
  if (draft.usage !== "exact") return "left out, because a model has one kind of usage report";
  draft.usage = usage;
  return null;
}

const parameters = new Map<string, Parameter>([
  ["latency", duration("latencyMs")],
  ["chunk_delay", duration("chunkDelayMs")],
  ["tokens", count("tokens")],
  ["reasoning", count("reasoning")],
  ["cached", count("cached")],
  ["no_usage", (draft, value) => (value === null ? setUsage(draft, "none") : "given without a value")],
  [
    "odd_usage",
    (draft, value) => {
      const kind = oddUsageKinds.find((known) => known === value);
      return kind ? setUsage(draft, kind) : `one of ${oddUsageKinds.join(", ")}`;
    },
  ],
  [
    "status",
    (draft, value) => {
      const status = readCount(value, 599);
      if (status === null || status < 400) return "an HTTP status from 400 to 599";
      return setFault(draft, { kind: "status", status, retryAfterSeconds: null });
    },
  ],
  [
    "retry_after",
    (draft, value) => {
      draft.retryAfterSeconds = readCount(value, 86_400);
      return draft.retryAfterSeconds === null ? "whole seconds up to 86400" : null;
    },
  ],
  [
    "cut",
    (draft, value) => {
      const afterChunks = readCount(value);
      return afterChunks === null ? "a number of content chunks" : setFault(draft, { kind: "cut", afterChunks });
    },
  ],
  [
    "stall",
    (draft, value) => {
      const afterChunks = readCount(value);
      if (value !== null && afterChunks === null) return "given without a value or as a number of content chunks";
      return setFault(draft, { kind: "stall", afterChunks });
    },
  ],
  ["drop", flag({ kind: "drop" })],
  ["broken_json", flag({ kind: "broken_json" })],
  [
    "error_rate",
    (draft, value) => {
      const match = /^(?:0(?:\.(\d{1,6}))?|(1)(?:\.0{1,6})?)$/.exec(value ?? "");
      if (!match) return "a share from 0 to 1 with at most six decimals, such as 0.05";
      draft.faultPerMillion = match[2] ? 1_000_000 : Number((match[1] ?? "").padEnd(6, "0"));
      draft.hasRate = true;
      return null;
    },
  ],
]);

export const parameterNames: readonly string[] = [...parameters.keys()];

function badParameter(message: string, code: string): ApiProblem {
  return new ApiProblem(400, message, { param: "model", code });
}

function applyParameter(draft: Draft, text: string, seen: Set<string>): void {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const parameter = parameters.get(name);
  if (!parameter) {
    const known = parameterNames.join(", ");
    throw badParameter(
      `Unknown simulator parameter "${name}" in the model name. Known: ${known}.`,
      "unknown_parameter",
    );
  }
  if (seen.has(name)) throw badParameter(`Simulator parameter "${name}" is given twice.`, "invalid_value");
  seen.add(name);
  const expected = parameter(draft, equals < 0 ? null : text.slice(equals + 1));
  if (expected !== null) throw badParameter(`Simulator parameter "${name}" must be ${expected}.`, "invalid_value");
}

/** A rate or a Retry-After without a fault still means an HTTP error; only then is there a status to default. */
function settleFault(draft: Draft): Fault | null {
  const { retryAfterSeconds } = draft;
  if (draft.fault?.kind === "status") return { ...draft.fault, retryAfterSeconds };
  if (draft.fault) {
    if (retryAfterSeconds === null) return draft.fault;
    throw badParameter(`Simulator parameter "retry_after" needs "status", not "${draft.fault.kind}".`, "invalid_value");
  }
  if (retryAfterSeconds !== null) return { kind: "status", status: 429, retryAfterSeconds };
  return draft.hasRate ? { kind: "status", status: 500, retryAfterSeconds: null } : null;
}

/**
 * Reads a model name. Throws an ApiProblem: 404 `model_not_found` for an unknown base, 400 that names the parameter for
 * one that is unknown, out of range, given twice or at odds with another.
 */
export function parseModelName(name: string): ParsedModel {
  const [base = "", ...rest] = name.split(";");
  const model = findSimulatorModel(base);
  if (!model) {
    throw new ApiProblem(404, `The model \`${name}\` does not exist or you do not have access to it.`, {
      code: "model_not_found",
    });
  }
  const draft: Draft = {
    latencyMs: 0,
    chunkDelayMs: 0,
    tokens: null,
    reasoning: null,
    cached: null,
    usage: "exact",
    fault: null,
    faultPerMillion: 1_000_000,
    retryAfterSeconds: null,
    hasRate: false,
  };
  const seen = new Set<string>();
  for (const text of rest) applyParameter(draft, text, seen);
  const { retryAfterSeconds: _retryAfter, hasRate: _hasRate, ...behaviour } = draft;
  return { model, behaviour: { ...behaviour, fault: settleFault(draft) } };
}
