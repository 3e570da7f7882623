/** The gateway behind a route handler: slower, so that the app is whole without its own server too. */
import { bodyBroken, bodyTooLarge, type Exchange, maxDiscardedBytes } from "./exchange";

async function readBody(request: Request, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes) throw bodyTooLarge(limitBytes);
  if (!request.body) return Buffer.alloc(0);
  const reader = request.body.getReader();
  const next = () =>
    reader.read().catch(() => {
      throw bodyBroken();
    });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await next(); !part.done; part = await next()) {
    size += part.value.byteLength;
    if (size > limitBytes) {
      reader.releaseLock();
      throw bodyTooLarge(limitBytes);
    }
    chunks.push(part.value);
  }
  return Buffer.concat(chunks);
}

/** Reads on what a refused caller still sends, up to a bound, and throws it away: only then do they get to read the answer. */
async function discardRest({ body }: Request): Promise<void> {
  if (!body || body.locked) return;
  const reader = body.getReader();
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength;
    if (size > maxDiscardedBytes) return reader.cancel();
  }
}

// Statuses whose responses may have no body (Fetch standard, "null body status").
const bodiless = new Set([101, 204, 205, 304]);

/** Runs `handle` over a web request; the response resolves with its head and streams its body. */
export function serveWeb(request: Request, handle: (exchange: Exchange) => Promise<void>): Promise<Response> {
  return new Promise((resolve, reject) => {
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
    let isAborted = false;
    let isEnded = false;
    let onDrain: (() => void) | undefined;
    let onAbort: (() => void) | undefined;
    let hasHead = false;
    const abort = () => {
      if (isAborted || isEnded) return;
      isAborted = true;
      onAbort?.();
    };
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          stream = controller;
        },
        pull: () => {
          const listener = onDrain;
          onDrain = undefined;
          listener?.();
        },
        cancel: abort,
      },
      new ByteLengthQueuingStrategy({ highWaterMark: 65_536 }),
    );
    request.signal.addEventListener("abort", abort);
    if (request.signal.aborted) abort();
    const exchange: Exchange = {
      method: request.method,
      path: new URL(request.url).pathname,
      headers: Object.fromEntries(request.headers),
      readBody: (limitBytes) => readBody(request, limitBytes),
      onAbort: (listener) => {
        onAbort = listener;
      },
      get isAborted() {
        return isAborted;
      },
      get hasHead() {
        return hasHead;
      },
      writeHead: (status, headers) => {
        hasHead = true;
        resolve(new Response(bodiless.has(status) ? null : body, { status, headers }));
      },
      write: (chunk) => {
        if (isAborted || !stream) return true;
        stream.enqueue(chunk);
        return (stream.desiredSize ?? 0) > 0;
      },
      onDrain: (listener) => {
        onDrain = listener;
      },
      end: (chunk) => {
        if (isAborted || isEnded || !stream) return;
        isEnded = true;
        if (chunk !== undefined) stream.enqueue(Buffer.from(chunk));
        stream.close();
      },
    };
    handle(exchange)
      .then(() => {
        // The caller had gone before there was an answer: nobody reads this one, but whoever serves the route waits for it.
        if (!hasHead) resolve(new Response(null, { status: 499 }));
        return discardRest(request);
      })
      .catch(reject);
  });
}
