/** A program that webhooks are sent to, on this machine. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export interface Receiver {
  url: string;
  received: { headers: IncomingHttpHeaders; body: string }[];
  /** The status of the next answers. */
  answer: number;
  /** Whether what came last carries a signature by this secret; the check is that of an independent library. */
  isSignedBy: (secret: string) => boolean;
  close: () => void;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    receiver.received.push({ headers: request.headers, body });
    response.writeHead(receiver.answer).end(receiver.answer < 300 ? "thanks" : "the queue is full");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hooks/${port}`,
    received: [],
    answer: 200,
    isSignedBy: (secret) => {
      const last = receiver.received.at(-1);
      try {
        new Webhook(secret).verify(last?.body ?? "", (last?.headers ?? {}) as Record<string, string>);
        return true;
      } catch {
        return false;
      }
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return receiver;
}
