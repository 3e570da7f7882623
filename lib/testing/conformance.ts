/**
 * The stage of the suite over both doors of `/v1` (lib/gateway/conformance): a scripted provider, a gateway behind one door, and
 * short ways to call it. Every file ends by auditing the books. Tests only.
 */
import { randomUUID } from "node:crypto";
import OpenAI from "openai";
import { afterAll, beforeAll, expect } from "vitest";
import type { Key, Model, Prisma, UsageEvent } from "@/lib/db/generated/client";
import { auditBooks } from "./books";
import type { TestDatabase } from "./database";
import { eventually } from "./eventually";
import { makeKey } from "./factories";
import { type ModelOptions, makeModel, type RunningGateway, type StartOptions, startGateway } from "./gateway";
import { type ScriptedUpstream, startUpstream } from "./scripted-upstream";

export const doors = ["node", "web"] as const;

/** A key and a model that it may call. */
export interface Caller {
  key: Key;
  secret: string;
  model: Model;
  provider: { id: string };
}

export interface CallerOptions {
  key?: Partial<Prisma.KeyUncheckedCreateInput>;
  model?: ModelOptions & { baseUrl?: string };
}

export interface SendOptions {
  /** Below `/v1`. */
  path?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Becomes `x-request-id`, by which `eventOf` finds the call. */
  requestId?: string;
}

export interface Stage {
  readonly upstream: ScriptedUpstream;
  readonly running: RunningGateway;
  makeCaller(options?: CallerOptions): Promise<Caller>;
  /** Posts a body: a text or bytes as they are, anything else as JSON. */
  send(secret: string, body: unknown, options?: SendOptions): Promise<Response>;
  /** The usage event of the call with this request id, once it is booked. */
  eventOf(requestId: string): Promise<UsageEvent>;
  /** The events of a key, in order, as soon as there are `count`. */
  eventsOf(keyId: string, count: number): Promise<UsageEvent[]>;
  client(secret: string, maxRetries?: number): OpenAI;
}

export function newRequestId(): string {
  return `t-${randomUUID()}`;
}

/** What `promise` fails with; it has to. */
export async function failureOf(promise: PromiseLike<unknown>) {
  return promise.then(
    () => expect.fail("did not fail"),
    (error) => error,
  );
}

/** The body of a chat call with one short message. */
export function chatBody(model: string | { name: string }, fields: Record<string, unknown> = {}) {
  const name = typeof model === "string" ? model : model.name;
  return { model: name, messages: [{ role: "user", content: "hi" }], ...fields };
}

/** Opens before the first test of the enclosing `describe` and closes after its last. */
export function openStage(t: TestDatabase, options: StartOptions): Stage {
  let upstream: ScriptedUpstream | undefined;
  let running: RunningGateway | undefined;
  beforeAll(async () => {
    upstream = await startUpstream();
    running = await startGateway(options);
  });
  afterAll(async () => {
    await running?.close();
    await upstream?.close();
    expect(await auditBooks(t.pool)).toEqual({});
  });
  const open = () => {
    if (!upstream || !running) throw new Error("the stage is there from beforeAll on");
    return { upstream, running };
  };

  const stage: Stage = {
    get upstream() {
      return open().upstream;
    },
    get running() {
      return open().running;
    },
    async makeCaller({ key = {}, model: { baseUrl, ...model } = {} } = {}) {
      const made = await makeKey(t.db, key);
      const served = await makeModel(t.db, baseUrl ?? stage.upstream.url, model);
      await stage.running.gateway.refresh();
      return { ...made, ...served };
    },
    send(secret, body, { path = "/chat/completions", headers, signal, requestId } = {}) {
      const isRaw = typeof body === "string" || body instanceof Uint8Array;
      return fetch(stage.running.url + path, {
        method: "POST",
        headers: {
          authorization: `Bearer ${secret}`,
          "content-type": "application/json",
          ...(requestId ? { "x-request-id": requestId } : {}),
          ...headers,
        },
        body: isRaw ? (body as BodyInit) : JSON.stringify(body),
        ...(signal ? { signal } : {}),
      });
    },
    eventOf: (requestId) => eventually(() => t.db.usageEvent.findFirst({ where: { request_id: requestId } })),
    eventsOf: (keyId, count) =>
      eventually(async () => {
        const events = await t.db.usageEvent.findMany({ where: { key_id: keyId }, orderBy: { id: "asc" } });
        return events.length >= count ? events : undefined;
      }),
    client: (secret, maxRetries = 0) =>
      new OpenAI({ apiKey: secret, baseURL: stage.running.url, maxRetries, logLevel: "off" }),
  };
  return stage;
}
