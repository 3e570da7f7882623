/** HTTP byte by byte, for what no client would send. Tests only. */
import { connect, type Socket } from "node:net";
import { eventually } from "./eventually";

export interface RawConnection {
  socket: Socket;
  /** Everything that has come so far. */
  received(): string;
  /** Waits until what has come satisfies the test, and gives it. */
  until(isEnough: (received: string) => boolean): Promise<string>;
  /** Whether the connection is over, whoever ended it. */
  isClosed(): boolean;
  closed: Promise<void>;
}

/** Opens a connection to the server of a URL; the socket's errors are told by `isClosed`. */
export async function openRawConnection(url: string): Promise<RawConnection> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let received = "";
  let isClosed = false;
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => {
      isClosed = true;
      resolve();
    });
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return {
    socket,
    received: () => received,
    until: (isEnough) => eventually(async () => (isEnough(received) ? received : undefined)),
    isClosed: () => isClosed,
    closed,
  };
}

/** One request as text, its headers in the given order. */
export function rawRequest(line: string, headers: [name: string, value: string][], body = ""): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return `${[`${line} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n${body}`;
}

/** The status codes of the answers in a piece of text, in order. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
