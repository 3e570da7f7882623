/** One HTTP call with every header under the caller's control, `host` included, over a port or a socket. Tests only. */
import { type IncomingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";

export type Door = { port: number } | { socketPath: string };

export interface HttpCall {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | null;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export function callHttp(
  door: Door,
  { method = "GET", path, headers = {}, body = null }: HttpCall,
): Promise<HttpAnswer> {
  const address = "port" in door ? { host: "127.0.0.1", port: door.port } : door;
  const length = body === null ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const call = request({ ...address, method, path, headers: { ...length, ...headers }, agent: false }, (answer) => {
      const { statusCode: status = 0, headers: answerHeaders } = answer;
      text(answer).then((answerBody) => resolve({ status, headers: answerHeaders, body: answerBody }), reject);
    });
    call.on("error", reject);
    call.end(body ?? undefined);
  });
}
