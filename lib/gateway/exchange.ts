/**
 * One HTTP exchange as the pipeline sees it, whichever door it came through: Node's own server (lib/gateway/node-door)
 * or a route handler (lib/gateway/web-door).
 */
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
