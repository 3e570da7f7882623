/**
 * The simulated model provider: OpenAI's chat, embeddings and models endpoints without a model behind them. What it
 * serves and how it may be made to misbehave is written in docs/guides/simulator.md.
 *
 * Start it with `startSimulator` where its load does not matter, and with `startSimulatorThread` (thread.ts) where it
 * must not share an event loop with the gateway. It needs Node alone, no other package.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Clock, systemClock } from "../clock";
import { type Fault, type ParsedModel, parseModelName } from "./behaviour";
import { formatCompletion, planStream, type ReplyStamp } from "./chat-reply";
import { readChatRequest, readModelName } from "./chat-request";
import { deliver, type Reply, sendJson, sendProblem } from "./delivery";
import { formatEmbeddings, readEmbeddingRequest } from "./embeddings";
import { simulatorModels, simulatorModelsCreated } from "./models";
import { ApiProblem } from "./problem";
import { hashText, mixHash } from "./text";

export interface SimulatorOptions {
  /** 127.0.0.1 unless told. */
  host?: string;
  /** 0 or absent: any free port. */
  port?: number;
  /** When set, every call but `/healthz` needs `Authorization: Bearer <apiKey>`. */
  apiKey?: string;
  clock?: Clock;
}

export interface Simulator {
  /** Base URL for clients, `http://127.0.0.1:PORT/v1`. */
  url: string;
  port: number;
  /** Ends the listener and every connection, stalled ones included. */
  close(): Promise<void>;
}

const maxBodyBytes = 16 * 1024 * 1024;
/** Model names are made up by callers, so the memory of them is bounded. */
const maxKnownModels = 1_000;

/** A model name, read once, and the state of its error rate. */
interface KnownModel extends ParsedModel {
  nameJson: string;
  fingerprint: string;
  /** Millionths of a fault that earlier calls have saved up. */
  faultDebt: number;
  /** No wait and no fault: the answer can go out at once. */
  isPrompt: boolean;
}

function learnModel(name: string): KnownModel {
  const parsed = parseModelName(name);
  const { latencyMs, fault } = parsed.behaviour;
  const fingerprint = `fp_${mixHash(hashText(parsed.model.name)).toString(16).padStart(10, "0")}`;
  const nameJson = JSON.stringify(name);
  return { ...parsed, nameJson, fingerprint, faultDebt: 0, isPrompt: latencyMs === 0 && fault === null };
}

/** Every call adds the rate; each full million is one faulty call. So a rate of 0.1 hits every tenth call exactly. */
function takeFault(known: KnownModel): Fault | null {
  known.faultDebt += known.behaviour.faultPerMillion;
  if (known.faultDebt < 1_000_000) return null;
  known.faultDebt -= 1_000_000;
  return known.behaviour.fault;
}

function formatModel(id: string): string {
  const model = { id, object: "model", created: simulatorModelsCreated, owned_by: "pllm-simulator" };
  return JSON.stringify(model);
}

const modelList = `{"object":"list","data":[${simulatorModels.map((model) => formatModel(model.name)).join(",")}]}`;

function wrongMethod(method: string, path: string): ApiProblem {
  return new ApiProblem(405, `Not allowed to ${method} on ${path}.`, { code: "method_not_supported" });
}

function wrongKind(known: KnownModel, path: string): ApiProblem {
  const message = `The model ${known.nameJson} is a ${known.model.kind} model and is not served at ${path}.`;
  return new ApiProblem(404, message, { param: "model" });
}

function parseBody(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new ApiProblem(400, "We could not parse the JSON body of your request.");
  }
}

/** Gathers a body and hands it on; one that is too large is refused, and read to its end so that the refusal arrives. */
function readBody(req: IncomingMessage, onBody: (bytes: Buffer) => void, onTooLarge: () => void): void {
  let size = 0;
  let chunks: Buffer[] = [];
  req.on("data", (chunk: Buffer) => {
    const wasTooLarge = size > maxBodyBytes;
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
    else if (!wasTooLarge) {
      chunks = [];
      onTooLarge();
    }
  });
  req.on("end", () => {
    const [first] = chunks;
    if (size <= maxBodyBytes) onBody(chunks.length === 1 && first ? first : Buffer.concat(chunks));
  });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

class SimulatorServer {
  readonly server: Server;
  private readonly known = new Map<string, KnownModel>();
  private readonly serialHead = randomBytes(15).toString("base64url").replace(/[-_]/g, "x").slice(0, 20);
  private serials = 0;
  private readonly authorizationDigest: Buffer | null;

  constructor(
    apiKey: string | undefined,
    private readonly clock: Clock,
  ) {
    this.authorizationDigest = apiKey === undefined ? null : digest(`Bearer ${apiKey}`);
    this.server = createServer({ noDelay: true, keepAliveTimeout: 75_000 }, (req, res) => this.receive(req, res));
  }

  private receive(req: IncomingMessage, res: ServerResponse): void {
    const url = req.url ?? "/";
    const query = url.indexOf("?");
    const path = query < 0 ? url : url.slice(0, query);
    const serial = this.nextSerial();
    const guarded = (work: () => void | Promise<void>): void => this.guard(res, serial, work);
    if (req.method === "POST" && (path === "/v1/chat/completions" || path === "/v1/embeddings")) {
      const answer = path === "/v1/embeddings" ? this.embed : this.chat;
      readBody(
        req,
        (bytes) =>
          guarded(() => {
            this.checkKey(req);
            return answer.call(this, res, parseBody(bytes), serial);
          }),
        () =>
          guarded(() => {
            throw new ApiProblem(413, `The request body is larger than ${maxBodyBytes} bytes.`);
          }),
      );
      return;
    }
    req.resume();
    guarded(() => this.answerOther(req, res, path, serial));
  }

  /** Runs the work of one exchange; a refusal becomes an answer, and so does a mistake of ours. */
  private guard(res: ServerResponse, serial: string, work: () => void | Promise<void>): void {
    try {
      const pending = work();
      pending?.catch((error: unknown) => this.refuse(res, serial, error));
    } catch (error) {
      this.refuse(res, serial, error);
    }
  }

  private refuse(res: ServerResponse, serial: string, error: unknown): void {
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const failed = new ApiProblem(500, "The simulator failed to answer.", { type: "server_error" });
    sendProblem(res, error instanceof ApiProblem ? error : failed, `req_${serial}`);
  }

  private nextSerial(): string {
    this.serials += 1;
    return this.serialHead + this.serials.toString(36).padStart(9, "0");
  }

  private checkKey(req: IncomingMessage): void {
    if (this.authorizationDigest === null) return;
    const { authorization } = req.headers;
    if (authorization === undefined) {
      const message = "You didn't provide an API key. Send it as 'Authorization: Bearer YOUR_KEY'.";
      throw new ApiProblem(401, message, { code: "invalid_api_key" });
    }
    if (timingSafeEqual(digest(authorization), this.authorizationDigest)) return;
    throw new ApiProblem(401, "Incorrect API key provided.", { code: "invalid_api_key" });
  }

  private answerOther(req: IncomingMessage, res: ServerResponse, path: string, serial: string): void {
    sendJson(res, 200, this.describe(req, path), `req_${serial}`);
  }

  private describe(req: IncomingMessage, path: string): string {
    if (path === "/healthz") return '{"status":"ok"}';
    this.checkKey(req);
    const method = req.method ?? "GET";
    if (path === "/v1/models" || path.startsWith("/v1/models/")) {
      if (method !== "GET") throw wrongMethod(method, path);
      return this.describeModels(path);
    }
    if (path === "/v1/chat/completions" || path === "/v1/embeddings") throw wrongMethod(method, path);
    throw new ApiProblem(404, `Unknown request URL: ${method} ${path}.`, { code: "unknown_url" });
  }

  private describeModels(path: string): string {
    if (path === "/v1/models") return modelList;
    try {
      const name = decodeURIComponent(path.slice("/v1/models/".length));
      parseModelName(name);
      return formatModel(name);
    } catch (error) {
      if (error instanceof URIError) throw new ApiProblem(400, "The model's name is not properly escaped.");
      throw error;
    }
  }

  private knownModel(name: string): KnownModel {
    const found = this.known.get(name);
    if (found) return found;
    const learnt = learnModel(name);
    if (this.known.size >= maxKnownModels) this.known.clear();
    this.known.set(name, learnt);
    return learnt;
  }

  private stamp(known: KnownModel, serial: string): ReplyStamp {
    const created = Math.floor(this.clock.now() / 1_000);
    return { serial, created, modelJson: known.nameJson, fingerprint: known.fingerprint };
  }

  private chat(res: ServerResponse, body: unknown, serial: string): void | Promise<void> {
    const known = this.knownModel(readModelName(body));
    if (known.model.kind !== "chat") throw wrongKind(known, "/v1/chat/completions");
    const request = readChatRequest(body);
    if (known.isPrompt && !request.stream) {
      return sendJson(res, 200, formatCompletion(request, known, this.stamp(known, serial)), `req_${serial}`);
    }
    const makeReply = (): Reply => {
      const stamp = this.stamp(known, serial);
      if (request.stream) return { kind: "stream", plan: planStream(request, known, stamp) };
      return { kind: "json", body: formatCompletion(request, known, stamp) };
    };
    return deliver(res, makeReply, { behaviour: known.behaviour, fault: takeFault(known), requestId: `req_${serial}` });
  }

  private embed(res: ServerResponse, body: unknown, serial: string): Promise<void> {
    const known = this.knownModel(readModelName(body));
    if (known.model.kind !== "embedding") throw wrongKind(known, "/v1/embeddings");
    const request = readEmbeddingRequest(body);
    const makeReply = (): Reply => {
      return { kind: "json", body: formatEmbeddings(request, known.nameJson, known.behaviour.usage) };
    };
    return deliver(res, makeReply, { behaviour: known.behaviour, fault: takeFault(known), requestId: `req_${serial}` });
  }
}

/** Rejects when the port is taken. A second `close` does nothing. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = "127.0.0.1", port = 0, apiKey, clock = systemClock } = options;
  const { server } = new SimulatorServer(apiKey, clock);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The simulator has no TCP address.");
  // Whoever listens on every interface is reached on the loopback one.
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const urlHost = isEverywhere ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${urlHost}:${address.port}/v1`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
