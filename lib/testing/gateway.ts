/** A gateway in this process, behind either of its doors, and the rows it needs. Tests and benchmarks only. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { Clock } from "@/lib/clock";
import { loadConfig, type RunningConfig } from "@/lib/config/config";
import type { Db } from "@/lib/db/client";
import type { Model, Provider } from "@/lib/db/generated/client";
import { Gateway } from "@/lib/gateway/gateway";
import { toExchange } from "@/lib/gateway/node-door";
import { serveWeb } from "@/lib/gateway/web-door";
import { newId } from "@/lib/ids";
import { parseUsd } from "@/lib/money";
import { seal } from "@/lib/secrets/key-ring";

/** The test environment's configuration, with loopback allowed as a target. */
export function testConfig(env: Record<string, string> = {}): RunningConfig {
  const config = loadConfig({ ...process.env, PLLM_PRIVATE_TARGETS: "127.0.0.0/8", ...env }, { cwd: "/nonexistent" });
  return config as RunningConfig;
}

export interface RunningGateway {
  /** `http://127.0.0.1:PORT/v1` */
  url: string;
  gateway: Gateway;
  /** Ends the server with every connection, and leaves the gateway to whoever closes it by itself. */
  stopServer(): void;
  close(): Promise<void>;
}

export type Door = "node" | "web";

export interface StartOptions {
  door?: Door;
  clock?: Clock;
  leaseMs?: number;
  env?: Record<string, string>;
  random?: () => number;
}

/** Starts a gateway on `DATABASE_URL` behind a server of its own. */
export async function startGateway(options: StartOptions = {}): Promise<RunningGateway> {
  const { door = "node", clock, leaseMs, env, random } = options;
  const gateway = await Gateway.open({
    config: testConfig(env),
    ...(clock ? { clock } : {}),
    ...(leaseMs ? { leaseMs } : {}),
    ...(random ? { random } : {}),
  });
  const server = createServer((request, response) => {
    if (door === "node") {
      void gateway.handle(toExchange(request, response));
      return;
    }
    // What Next does around a route handler: a web request in, a web response out.
    const aborted = new AbortController();
    response.on("close", () => aborted.abort());
    const hasBody = request.method !== "GET" && request.method !== "HEAD";
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value] as [string, string]] : [],
    );
    const webRequest = new Request(`http://127.0.0.1${request.url}`, {
      method: request.method ?? "GET",
      headers,
      signal: aborted.signal,
      ...(hasBody ? { body: Readable.toWeb(request) as ReadableStream, duplex: "half" } : {}),
    } as RequestInit);
    void serveWeb(webRequest, (exchange) => gateway.handle(exchange)).then((answer) => {
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (!answer.body) return response.end();
      const body = Readable.fromWeb(answer.body as import("node:stream/web").ReadableStream);
      response.on("close", () => body.destroy());
      body.on("error", () => response.destroy());
      return body.pipe(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stopServer = () => {
    server.close();
    server.closeAllConnections();
  };
  return {
    url: `http://127.0.0.1:${port}/v1`,
    gateway,
    stopServer,
    close: async () => {
      stopServer();
      await gateway.drain(5_000);
      await gateway.close();
    },
  };
}

export interface ModelOptions {
  name?: string;
  kind?: "chat" | "embedding";
  /** USD per million tokens; null: no price is known. */
  price?: { input: string; output: string; cached?: string; cacheWrite?: string } | null;
  upstreamName?: string;
  maxInputTokens?: number | null;
  maxOutputTokens?: number | null;
  provider?: { id: string };
  /** The secrets of the provider's credentials. */
  credentials?: string[];
}

function toPriceRow(price: NonNullable<ModelOptions["price"]>) {
  return {
    id: newId("price"),
    source: "manual",
    created_by: "test",
    valid_from: new Date(0),
    input_per_mtok_nano: parseUsd(price.input),
    output_per_mtok_nano: parseUsd(price.output),
    cached_input_per_mtok_nano: price.cached ? parseUsd(price.cached) : null,
    cache_write_per_mtok_nano: price.cacheWrite ? parseUsd(price.cacheWrite) : null,
  };
}

/** A provider at `baseUrl` with credentials and one priced model. */
export async function makeModel(
  db: Db,
  baseUrl: string,
  options: ModelOptions = {},
): Promise<{ provider: { id: string }; model: Model }> {
  const ring = testConfig().encryptionKeys;
  const provider: { id: string } | Provider =
    options.provider ??
    (await db.provider.create({
      data: { id: newId("provider"), name: newId("provider").replaceAll("_", "-"), base_url: baseUrl },
    }));
  for (const [index, secret] of (options.provider ? [] : (options.credentials ?? ["sk-upstream"])).entries()) {
    const id = newId("credential");
    const place = { table: "credentials", row: id, field: "secret" };
    await db.credential.create({
      data: {
        id,
        provider_id: provider.id,
        name: `c${index}`,
        secret: seal(ring, place, secret),
        last_four: secret.slice(-4),
      },
    });
  }
  const name = options.name ?? newId("model");
  const price = options.price === undefined ? { input: "1", output: "2" } : options.price;
  const model = await db.model.create({
    data: {
      id: newId("model"),
      provider_id: provider.id,
      name,
      upstream_name: options.upstreamName ?? name,
      kind: options.kind ?? "chat",
      max_input_tokens: options.maxInputTokens === undefined ? 100_000 : options.maxInputTokens,
      max_output_tokens: options.maxOutputTokens === undefined ? 1_000 : options.maxOutputTokens,
      ...(price ? { prices: { create: toPriceRow(price) } } : {}),
    },
  });
  return { provider, model };
}

/** A budget straight into its table. */
export async function makeBudget(
  db: Db,
  scope: { type: string; id: string },
  limitUsd: string,
  fields: { period?: string; hard?: boolean; thresholds?: number[] } = {},
): Promise<{ id: string }> {
  return db.budget.create({
    data: {
      id: newId("budget"),
      scope_type: scope.type,
      scope_id: scope.id,
      limit_nano: parseUsd(limitUsd),
      period: fields.period ?? "total",
      hard: fields.hard ?? true,
      thresholds: fields.thresholds ?? [50, 75, 90, 100],
    },
  });
}
