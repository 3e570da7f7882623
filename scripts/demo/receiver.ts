/** A webhook receiver as a user would write one: verifies with the standardwebhooks package, drops duplicates, prints. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export interface ReceivedAlert {
  id: string;
  type: string;
  threshold: number;
  percent: number;
  spentUsd: string;
}

export interface Receiver {
  url: string;
  alerts: ReceivedAlert[];
  /** Set once the endpoint's secret is known. */
  secret: string;
  close(): void;
}

export async function startReceiver(onAlert: (alert: ReceivedAlert) => void): Promise<Receiver> {
  const seen = new Set<string>();
  const receiver: Receiver = { url: "", alerts: [], secret: "", close: () => server.close() };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      try {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        const message = new Webhook(receiver.secret).verify(Buffer.concat(chunks).toString("utf8"), headers) as {
          type: string;
          data: Record<string, unknown>;
        };
        response.writeHead(204).end();
        const id = String(request.headers["webhook-id"]);
        if (seen.has(id) || !message.type.startsWith("budget.")) return;
        seen.add(id);
        const alert = {
          id,
          type: message.type,
          threshold: Number(message.data.threshold),
          percent: Number(message.data.percent),
          spentUsd: String(message.data.spent_usd),
        };
        receiver.alerts.push(alert);
        onAlert(alert);
      } catch {
        response.writeHead(401).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return receiver;
}
