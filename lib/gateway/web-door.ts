/** The gateway behind a route handler: slower, so that the app is whole without its own server too. */
import { GatewayError } from "./errors";
import type { Exchange } from "./exchange";

async function readBody(request: Request, limitBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limitBytes)
      throw new GatewayError("request_too_large", `The body may have at most ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
    handle(exchange).catch(reject);
  });
}
