/**
 * The gateway door: `/v1/*` from key to ledger. Opened once per process, by the worker thread that owns the public port or,
 * under plain Next, by the route handler. It shares code and the database with the control plane, not memory.
 */
import type pg from "pg";
import type { MetricObject } from "prom-client";
import type { Agent } from "undici";
import { hashSecret } from "@/lib/auth/hash";
import { type Clock, systemClock } from "@/lib/clock";
import type { RunningConfig } from "@/lib/config/config";
import { createPool } from "@/lib/db/pool";
import { newId } from "@/lib/ids";
import { guardedAgent } from "@/lib/net/guard";
import { type Dialect, speak } from "./dialects/dialect";
import { messagesDialect } from "./dialects/messages";
import { responsesDialect } from "./dialects/responses";
import { Directory } from "./directory/directory";
import type { ModelRoute, Snapshot } from "./directory/types";
import { GatewayError } from "./errors";
import { type Exchange, headerOf } from "./exchange";
import { PostgresLedger } from "./ledger/postgres";
import { Limiter } from "./limits/limiter";
import { GatewayFigures } from "./meter/figures";
import { RefusalLog } from "./meter/refusals";
import { type Caller, findCaller, type MasterKey } from "./pipeline/caller";
import { describeCaller } from "./pipeline/me";
import { type PipelinePorts, runCall } from "./pipeline/pipeline";
import { refuse } from "./pipeline/refuse";
import type { Endpoint } from "./pipeline/request";
import { mayUse } from "./pipeline/route";
import { CredentialChooser } from "./providers/credentials";

export interface GatewayOptions {
  config: RunningConfig;
  clock?: Clock;
  /** How long after its last sign of life a process counts as dead. */
  leaseMs?: number;
  /** From 0 up to 1; draws among a provider's credentials. */
  random?: () => number;
}

const defaultLeaseMs = 10_000;
/** What calls that `close` cuts short have to be counted and booked in. */
const cutGraceMs = 5_000;
const poolSize = 8;
/** Far beyond what any statement takes that a call waits for. */
const queryTimeoutMs = 10_000;
const upstreamConnections = 512;

const callPaths: ReadonlyMap<string, Endpoint> = new Map([
  ["/v1/chat/completions", "chat"],
  ["/v1/embeddings", "embeddings"],
  ["/v1/messages", "chat"],
  ["/v1/responses", "chat"],
]);

/** Paths that are spoken to otherwise than OpenAI's chat completions. */
const dialects: ReadonlyMap<string, Dialect> = new Map([
  ["/v1/messages", messagesDialect],
  ["/v1/responses", responsesDialect],
]);

function spoken(exchange: Exchange): Exchange {
  const dialect = dialects.get(exchange.path);
  return dialect ? speak(exchange, dialect) : exchange;
}

function requestIdOf(exchange: Exchange): string {
  const sent = headerOf(exchange.headers, "x-request-id");
  return sent && /^[\w.:-]{1,100}$/.test(sent) ? sent : newId("request");
}

/** OpenAI's model object. Where the plain name means another provider's model, this one goes by `provider/name`. */
function presentModel(snapshot: Snapshot, model: ModelRoute) {
  const { name, createdAtMs, provider } = model;
  const id = snapshot.models.get(name) === model ? name : `${provider.name}/${name}`;
  return { id, object: "model", created: Math.floor(createdAtMs / 1_000), owned_by: provider.name };
}

/** A model's name in a path. Throws `invalid_request` where it is not properly escaped. */
function readName(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new GatewayError("invalid_request", "The model's name is not properly escaped.", { param: "model" });
  }
}

function sendJson(exchange: Exchange, requestId: string, answer: unknown): void {
  const body = Buffer.from(JSON.stringify(answer));
  exchange.writeHead(200, {
    "content-type": "application/json",
    "content-length": String(body.length),
    "cache-control": "no-store",
    "x-request-id": requestId,
  });
  exchange.end(body);
}

export class Gateway {
  #running = 0;
  #onIdle: (() => void) | undefined;
  #isDraining = false;

  private constructor(
    private readonly pool: pg.Pool,
    private readonly agent: Agent,
    private readonly directory: Directory,
    private readonly ledger: PostgresLedger,
    private readonly refusals: RefusalLog,
    private readonly ports: PipelinePorts,
    private readonly master: MasterKey | null,
  ) {}

  static async open(options: GatewayOptions): Promise<Gateway> {
    const { config, clock = systemClock, leaseMs = defaultLeaseMs, random = Math.random } = options;
    const pool = createPool(config.databaseUrl, { max: poolSize, applicationName: "pllm-gateway", queryTimeoutMs });
    const directory = await Directory.open({
      databaseUrl: config.databaseUrl,
      pool,
      ring: config.encryptionKeys,
      clock,
      config,
    });
    const ledger = await PostgresLedger.open({
      pool,
      clock,
      processId: newId("process"),
      leaseMs,
      maxCallMs: config.totalTimeoutMs + 60_000,
    });
    const agent = guardedAgent(config.privateTargets, {
      connections: upstreamConnections,
      connect: { timeout: config.connectTimeoutMs },
      headersTimeout: config.firstByteTimeoutMs,
      bodyTimeout: config.idleTimeoutMs,
    });
    const timeouts = {
      firstByteMs: config.firstByteTimeoutMs,
      idleMs: config.idleTimeoutMs,
      totalMs: config.totalTimeoutMs,
    };
    const refusals = new RefusalLog(pool, clock);
    const ports: PipelinePorts = {
      directory,
      ledger,
      clock,
      timeouts,
      limiter: new Limiter(),
      figures: new GatewayFigures(),
      refusals,
      dispatcher: agent,
      credentials: new CredentialChooser(pool, random),
      bodyLimitBytes: config.bodyLimitBytes,
    };
    const rowHash = directory.snapshot.masterKeyHash;
    const master =
      config.masterKeyCallsModels && rowHash ? { secretHash: hashSecret(config.masterKey), rowHash } : null;
    return new Gateway(pool, agent, directory, ledger, refusals, ports, master);
  }

  /** Answers one exchange under `/v1`. Never rejects. */
  async handle(outer: Exchange): Promise<void> {
    const arrivedAt = performance.now();
    const exchange = spoken(outer);
    const requestId = requestIdOf(exchange);
    this.#running += 1;
    try {
      await this.#route(exchange, requestId, arrivedAt);
    } catch (error) {
      this.ports.figures.noteRefusal(
        callPaths.get(exchange.path) ?? "other",
        error instanceof GatewayError ? error.code : "internal_error",
      );
      refuse(exchange, error, { "x-request-id": requestId });
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /** Calls in flight, those whose answer has ended but is not yet settled included. */
  get running(): number {
    return this.#running;
  }

  /** The figures of this gateway as prom-client's JSON, for whoever gathers those of all threads. */
  figures(): Promise<MetricObject[]> {
    const state = {
      inFlight: this.#running,
      unsettled: this.ledger.backlog,
      directoryAgeSeconds: this.directory.ageMs / 1_000,
    };
    return this.ports.figures.collect(state);
  }

  /** Resolves when everything that is committed by now is known here. */
  refresh(): Promise<void> {
    return this.directory.sync();
  }

  /** Refuses new calls and resolves when those in flight are done, or after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    await this.#untilIdle(timeoutMs);
  }

  /** Cuts what is still in flight, books what is queued and lets go of everything. Call after `drain`. */
  async close(): Promise<void> {
    this.#isDraining = true;
    await this.agent.destroy();
    await this.#untilIdle(cutGraceMs);
    await this.ledger.close();
    await this.refusals.close();
    await this.directory.close();
    await this.pool.end();
  }

  async #untilIdle(timeoutMs: number): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #route(exchange: Exchange, requestId: string, arrivedAt: number): Promise<void> {
    const { method, path } = exchange;
    if (this.#isDraining)
      throw new GatewayError("service_unavailable", "This server is shutting down. Try again.", {
        retryAfterSeconds: 1,
        headers: { connection: "close" },
      });
    const caller = await this.#authenticate(exchange);
    const endpoint = callPaths.get(path);
    if (endpoint) {
      this.#require(method, "POST");
      return runCall(this.ports, { exchange, requestId, caller, endpoint, arrivedAt });
    }
    if (path === "/v1/models" || path.startsWith("/v1/models/")) {
      this.#require(method, "GET");
      return this.#answerModels(exchange, requestId, caller, readName(path.slice("/v1/models/".length)));
    }
    if (path === "/v1/me") {
      this.#require(method, "GET");
      return sendJson(exchange, requestId, await describeCaller(this.pool, caller, this.ports.clock.now()));
    }
    throw new GatewayError("not_found", `There is no ${path} here.`);
  }

  #authenticate(exchange: Exchange): Promise<Caller> {
    return findCaller(exchange, this.directory, this.master, this.ports.clock.now()).catch((error) => {
      if (error instanceof GatewayError) throw error;
      throw new GatewayError("service_unavailable", "Keys cannot be checked right now.", {
        retryAfterSeconds: 2,
        cause: error,
      });
    });
  }

  #require(method: string, expected: string): void {
    if (method === expected || (expected === "GET" && method === "HEAD")) return;
    const allow = expected === "GET" ? "GET, HEAD" : expected;
    throw new GatewayError("method_not_allowed", `Use ${expected} here.`, { headers: { allow } });
  }

  #answerModels(exchange: Exchange, requestId: string, caller: Caller, name: string): void {
    const { snapshot } = this.directory;
    const present = (model: ModelRoute) => presentModel(snapshot, model);
    if (name === "") {
      const data = snapshot.modelList.filter((model) => mayUse(caller, model)).map(present);
      sendJson(exchange, requestId, { object: "list", data });
      return;
    }
    const model = snapshot.models.get(name);
    // What a key may not use, or nobody serves, does not exist for it.
    if (!model || model.provider.serving === "none" || !mayUse(caller, model))
      throw new GatewayError("model_not_found", `There is no model "${name}".`, { param: "model" });
    sendJson(exchange, requestId, present(model));
  }
}
