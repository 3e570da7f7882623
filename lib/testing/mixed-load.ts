/**
 * Load of every kind at once: plain and streamed answers, odd and missing usage, failures, callers who hang up. Driven by a seed,
 * so that a run that broke something can be run again. Tests only.
 */
import { setTimeout as delay } from "node:timers/promises";
import { newId } from "@/lib/ids";
import { type Answer, callChat } from "./calls";
import type { RecordedRequest, ScriptedUpstream } from "./scripted-upstream";
import {
  chatCompletion,
  chatStream,
  destroy,
  errorResponse,
  hangUp,
  type Script,
  type Step,
  usageOf,
  wait,
} from "./upstream-scripts";

export type Random = () => number;

export interface Tally {
  /** How often the provider was asked, by request id. */
  readonly seen: ReadonlyMap<string, number>;
  /** The requests that the provider answered to the end. */
  readonly finished: ReadonlySet<string>;
}

function pick<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new Error("nothing to choose from");
  return choice;
}

function pause(random: Random, mostMs: number): Step {
  return wait(Math.floor(random() * mostMs));
}

/** A usage as providers send it: whole, with details, too large in its details, or none. */
function someUsage(random: Random): unknown {
  const prompt = 1 + Math.floor(random() * 60);
  const completion = Math.floor(random() * 10);
  return pick<() => unknown>(random, [
    () => usageOf({ prompt, completion }),
    () => usageOf({ prompt, completion, cached: Math.floor(prompt / 2), reasoning: Math.floor(completion / 2) }),
    () => usageOf({ prompt, completion, cached: prompt * 2, reasoning: completion * 2 }),
    () => ({ prompt_tokens: prompt }),
    () => ({ prompt_tokens: "many" }),
    () => undefined,
  ])();
}

function answerJson(random: Random, model: string): Script {
  const whole = chatCompletion({ content: "Some words.", model, usage: someUsage(random) });
  return [pause(random, 60), ...whole];
}

function answerStream(random: Random, model: string): Script {
  const tokens = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, index) => ` word${index}`);
  const usage = someUsage(random);
  const steps = chatStream({ tokens, model, usage, includeUsage: usage !== undefined });
  const paced = steps.flatMap((step) => (random() < 0.3 ? [pause(random, 20), step] : [step]));
  const cut = Math.floor(random() * paced.length);
  if (random() < 0.1) return [...paced.slice(0, cut), pick(random, [hangUp(), destroy()])];
  return paced;
}

/** Lets `upstream` answer in every way there is, and keeps a tally. */
export function answerInEveryWay(upstream: ScriptedUpstream, random: Random): Tally {
  const seen = new Map<string, number>();
  const finished = new Set<string>();
  upstream.respondWith((request: RecordedRequest) => {
    const id = String(request.headers["x-request-id"]);
    const { model, stream } = request.body as { model: string; stream?: boolean };
    seen.set(id, (seen.get(id) ?? 0) + 1);
    const isFailing = random() < 0.08;
    const isCutByUs = { value: false };
    const script = isFailing
      ? errorResponse(pick(random, [400, 422, 500, 503]))
      : stream
        ? answerStream(random, model)
        : answerJson(random, model);
    isCutByUs.value = script.some((step) => step.do === "hang_up" || step.do === "destroy");
    void request.closed.then(() => {
      if (request.abortedAt === undefined && !isCutByUs.value) finished.add(id);
    });
    return script;
  });
  return { seen, finished };
}

export interface MixedCaller {
  secret: string;
  models: readonly string[];
}

export interface MixedLoad {
  /** Answers by request id. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** Lets the calls in flight end. Rejects, naming them, where some do not come back. */
  stop(): Promise<void>;
}

/** Longer than any answer of `answerInEveryWay` takes, and than a gateway waits that was stopped or lost its database. */
const comesBackWithinMs = 30_000;

/** Calls without a pause until it is stopped: each worker one call after the other, to one of the `urls` of that moment. */
export function startMixedLoad(
  workers: number,
  random: Random,
  urls: () => readonly string[],
  callers: readonly MixedCaller[],
): MixedLoad {
  const answers = new Map<string, Answer>();
  const open = new Set<string>();
  let isRunning = true;
  const work = async () => {
    while (isRunning) {
      const caller = pick(random, callers);
      const requestId = newId("request");
      const hangsUp = random() < 0.15 ? new AbortController() : null;
      const timer = hangsUp ? setTimeout(() => hangsUp.abort(), Math.floor(random() * 40)) : undefined;
      const url = pick(random, urls());
      const call = `${requestId} to ${url}${hangsUp ? ", hanging up" : ""}`;
      open.add(call);
      const answer = await callChat(url, caller.secret, {
        model: pick(random, caller.models),
        maxTokens: 1 + Math.floor(random() * 50),
        isStream: random() < 0.5,
        requestId,
        ...(hangsUp ? { signal: hangsUp.signal } : {}),
      });
      clearTimeout(timer);
      open.delete(call);
      answers.set(requestId, answer);
      // A server that is down refuses at once; hammering it would only keep the one that starts from starting.
      if (answer.status === 0 || answer.status === 503) await delay(10);
    }
  };
  const running = Promise.all(Array.from({ length: workers }, work));
  return {
    answers,
    stop: async () => {
      isRunning = false;
      const isOver = await Promise.race([running, delay(comesBackWithinMs, null, { ref: false })]);
      if (!isOver) throw new Error(`calls that did not come back: ${[...open].join("; ")}`);
    },
  };
}
