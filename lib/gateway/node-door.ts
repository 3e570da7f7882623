/** The gateway behind Node's http server: the fast door. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyBroken, bodyTooLarge, type Exchange, maxDiscardedBytes } from "./exchange";

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

/**
 * Reads on what a refused caller still sends and throws it away: only then do they get to read the answer, and only then is
 * the next thing on the connection a request. Whoever sends without end is cut off.
 */
function discardRest(request: IncomingMessage): void {
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxDiscardedBytes) request.destroy();
  });
}

function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Nothing more will be heard of a request whose caller has gone before this.
    if (request.destroyed) return reject(bodyBroken());
    if (Number(request.headers["content-length"] ?? 0) > limitBytes) return reject(bodyTooLarge(limitBytes));
    const chunks: Buffer[] = [];
    let size = 0;
    const gather = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) return void chunks.push(chunk);
      chunks.length = 0;
      request.off("data", gather);
      reject(bodyTooLarge(limitBytes));
    };
    request.on("data", gather);
    request.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", () => reject(bodyBroken()));
    // Every request closes; an error is only made where it means something.
    request.on("close", () => {
      if (!request.readableEnded) reject(bodyBroken());
    });
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
      if (!request.complete) discardRest(request);
    },
  };
}
