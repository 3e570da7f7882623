/**
 * The process under measurement, on a core of its own where the system allows it: `gateway` is the product's pipeline with all
 * checks, `forward` the same server, undici and relay code with no checks at all. Prints its port; answers `figures` on its
 * IPC channel with CPU time and memory.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toExchange } from "@/lib/gateway/node-door";
import { UpstreamResponse } from "@/lib/gateway/providers/upstream";
import { guardedAgent } from "@/lib/net/guard";
import { startGateway } from "@/lib/testing/gateway";

export interface Figures {
  /** User and system time since the start, in microseconds. */
  cpuUs: number;
  rssMb: number;
}

const [mode, upstreamUrl] = process.argv.slice(2);

async function startForward(baseUrl: string): Promise<number> {
  const agent = guardedAgent(["127.0.0.0/8"], { connections: 512 });
  const server = createServer((request, response) => {
    const exchange = toExchange(request, response);
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
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

process.on("SIGINT", () => process.exit(0));
const port =
  mode === "gateway" ? Number(new URL((await startGateway()).url).port) : await startForward(upstreamUrl ?? "");
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  const figures: Figures = { cpuUs: user + system, rssMb: Math.round(process.memoryUsage().rss / 1_048_576) };
  process.send?.(figures);
});
process.send?.({ port });
