/**
 * One HTTP exchange as the pipeline sees it, whichever door it came through: Node's own server (lib/gateway/node-door)
 * or a route handler (lib/gateway/web-door).
 */
import { GatewayError } from "./errors";

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface Exchange {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Headers;
  /** The whole body; rejects with a GatewayError where it is larger than `limitBytes` or the caller went away. */
  readBody(limitBytes: number): Promise<Buffer>;
  /** Called at most once, when the caller goes away before the answer has ended. */
  onAbort(listener: () => void): void;
  readonly isAborted: boolean;
  readonly hasHead: boolean;
  writeHead(status: number, headers: Record<string, string>): void;
  /** False: wait for `onDrain` before writing more. */
  write(chunk: Buffer): boolean;
  onDrain(listener: () => void): void;
  end(chunk?: Buffer | string): void;
}

/** A single-valued header, or undefined. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** How much of a body that is not wanted a door reads on for its caller's sake. */
export const maxDiscardedBytes = 64 * 1024 * 1024;

export function bodyTooLarge(limitBytes: number): GatewayError {
  return new GatewayError("request_too_large", `The body may have at most ${limitBytes} bytes.`);
}

export function bodyBroken(): GatewayError {
  return new GatewayError("invalid_request", "The request ended before its body did.");
}
