/** A provider of this machine for the pages of providers: it lists two models and answers chat calls, to the keys that it takes. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Upstream {
  url: string;
  /** What a key is answered with; one that is not named is refused. */
  statusOf: Map<string, number>;
  close: () => Promise<void>;
}

const completion = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "test-model",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
};
const list = { object: "list", data: [{ id: "test-model" }, { id: "other-model" }] };

export async function startUpstream(): Promise<Upstream> {
  const statusOf = new Map<string, number>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    for await (const _chunk of request);
    const key = request.headers.authorization?.replace("Bearer ", "") ?? "";
    const status = statusOf.get(key) ?? 401;
    response.writeHead(status, {
      "content-type": "application/json",
      ...(status === 429 ? { "retry-after": "900" } : {}),
    });
    response.end(JSON.stringify(status === 200 ? (request.method === "GET" ? list : completion) : {}));
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    statusOf,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
