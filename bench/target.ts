/**
 * The process under measurement, on a core of its own where the system allows it: `gateway` is the product's pipeline with all
 * checks, `unchecked` the same pipeline without key, limits, budgets and booking, and `forward` the same server, undici and relay
 * code alone, which does not even read the body. Tells its port; answers `figures` on its IPC channel with CPU time and memory.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "@/lib/clock";
import { createPool } from "@/lib/db/pool";
import { Directory } from "@/lib/gateway/directory/directory";
import type { Exchange } from "@/lib/gateway/exchange";
import { Limiter } from "@/lib/gateway/limits/limiter";
import { GatewayFigures } from "@/lib/gateway/meter/figures";
import { toExchange } from "@/lib/gateway/node-door";
import type { Caller } from "@/lib/gateway/pipeline/caller";
import { type PipelinePorts, runCall } from "@/lib/gateway/pipeline/pipeline";
import { CredentialChooser } from "@/lib/gateway/providers/credentials";
import { UpstreamResponse } from "@/lib/gateway/providers/upstream";
import { newId } from "@/lib/ids";
import { guardedAgent } from "@/lib/net/guard";
import { startGateway, testConfig } from "@/lib/testing/gateway";

export interface Figures {
  /** User and system time since the start, in microseconds. */
  cpuUs: number;
  rssMb: number;
}

const [mode, upstreamUrl] = process.argv.slice(2);

async function listen(handle: (exchange: Exchange) => void): Promise<number> {
  const server = createServer((request, response) => handle(toExchange(request, response)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function startForward(baseUrl: string): Promise<number> {
  const agent = guardedAgent(["127.0.0.0/8"], { connections: 512 });
  return listen((exchange) => {
    void exchange.readBody(10_485_760).then(async (body) => {
      const upstream = new UpstreamResponse(agent, {
        baseUrl,
        path: exchange.path.slice("/v1".length),
        headers: { "content-type": "application/json", authorization: "Bearer sk-upstream" },
        body,
        firstByteTimeoutMs: 60_000,
        idleTimeoutMs: 60_000,
        totalTimeoutMs: 600_000,
      });
      await upstream.head;
      const chunks: Buffer[] = [];
      upstream.consume({
        onData: (chunk) => chunks.push(chunk) > 0,
        onEnd: () => {
          const answer = Buffer.concat(chunks);
          exchange.writeHead(200, { "content-type": "application/json", "content-length": String(answer.length) });
          exchange.end(answer);
        },
        onError: () => exchange.end(),
      });
    });
  });
}

const nobody: Caller = {
  keyId: null,
  keyName: "",
  userId: null,
  teamId: null,
  teamPath: [],
  levels: [],
  budgets: [],
  tags: [],
};

async function startUnchecked(): Promise<number> {
  const config = testConfig();
  const pool = createPool(config.databaseUrl);
  const { databaseUrl, encryptionKeys: ring } = config;
  const directory = await Directory.open({ databaseUrl, pool, ring, clock: systemClock, config });
  const ports: PipelinePorts = {
    directory,
    ledger: {
      reserve: async ({ draft }) => ({ ok: true, hold: { draft, periods: [], accounts: [], remainingNano: null } }),
      settle: async () => undefined,
      close: async () => undefined,
    },
    clock: systemClock,
    timeouts: { firstByteMs: 60_000, idleMs: 60_000, totalMs: 600_000 },
    limiter: new Limiter(),
    figures: new GatewayFigures(),
    refusals: { note: () => undefined },
    dispatcher: guardedAgent(["127.0.0.0/8"], { connections: 512 }),
    credentials: new CredentialChooser(pool),
    bodyLimitBytes: 10_485_760,
  };
  return listen((exchange) => {
    const requestId = newId("request");
    void runCall(ports, { exchange, requestId, caller: nobody, endpoint: "chat", arrivedAt: performance.now() });
  });
}

process.on("SIGINT", () => process.exit(0));
const starts: Record<string, () => Promise<number>> = {
  gateway: async () => Number(new URL((await startGateway()).url).port),
  unchecked: startUnchecked,
  forward: () => startForward(upstreamUrl ?? ""),
};
const port = await starts[mode ?? ""]?.();
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  const figures: Figures = { cpuUs: user + system, rssMb: Math.round(process.memoryUsage().rss / 1_048_576) };
  process.send?.(figures);
});
process.send?.({ port });
