/** The gateway behind Node's http server: the fast door. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "./errors";
import type { Exchange } from "./exchange";

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const declared = Number(request.headers["content-length"] ?? 0);
    const refuse = () =>
      reject(new GatewayError("request_too_large", `The body may have at most ${limitBytes} bytes.`));
    if (declared > limitBytes) {
      // The rest is read and thrown away, or the caller would never get to read the answer.
      request.resume();
      refuse();
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) refuse();
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => reject(new GatewayError("invalid_request", "The request ended before its body did.")));
  });
}

export function toExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  let isAborted = false;
  return {
    method: request.method ?? "GET",
    path: pathOf(request.url ?? "/"),
    headers: request.headers,
    readBody: (limitBytes) => readBody(request, limitBytes),
    onAbort: (listener) => {
      response.on("close", () => {
        if (response.writableFinished || isAborted) return;
        isAborted = true;
        listener();
      });
    },
    get isAborted() {
      return isAborted || response.destroyed;
    },
    get hasHead() {
      return response.headersSent;
    },
    writeHead: (status, headers) => {
      response.writeHead(status, headers);
    },
    write: (chunk) => response.write(chunk),
    onDrain: (listener) => {
      response.once("drain", listener);
    },
    end: (chunk) => {
      response.end(chunk);
    },
  };
}
