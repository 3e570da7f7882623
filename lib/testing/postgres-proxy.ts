/** A way to Postgres that breaks when a test says so: connections that are cut at their COMMIT, or all of them for a while. Tests only. */
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * How a commit fails: its answer is lost; it arrives so many milliseconds after the client was cut off; it never arrives.
 */
export type CommitFault = "answer_lost" | "never_arrives" | { arrivesAfterMs: number };

export interface PostgresProxy {
  /** The connection string that leads through the proxy. */
  readonly url: string;
  /** Asked at every commit how it fails; undefined lets it through. */
  onCommit(choose: () => CommitFault | undefined): void;
  /** Commits that have failed so far. */
  readonly failed: number;
  /** Cuts every connection and refuses new ones until `open`. */
  shut(): void;
  /** Passes nothing on any more and says nothing about it, as a network does that loses packets, until `open`. */
  hush(): void;
  open(): void;
  close(): Promise<void>;
}

// A simple query's message: type, length, text, zero (PostgreSQL 18, "Message Formats").
const commitMessage = Buffer.from("Q\0\0\0\u000bCOMMIT\0", "latin1");

class FaultyProxy implements PostgresProxy {
  #choose: () => CommitFault | undefined = () => undefined;
  readonly #sockets = new Set<Socket>();
  #isShut = false;
  #isHushed = false;
  failed = 0;

  constructor(
    private readonly server: Server,
    private readonly target: URL,
    readonly url: string,
  ) {
    server.on("connection", (client) => this.#join(client));
  }

  onCommit(choose: () => CommitFault | undefined): void {
    this.#choose = choose;
  }

  shut(): void {
    this.#isShut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  hush(): void {
    this.#isHushed = true;
    for (const socket of this.#sockets) socket.pause();
  }

  open(): void {
    this.#isShut = false;
    this.#isHushed = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.shut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #join(client: Socket): void {
    this.#keep(client);
    if (this.#isShut) {
      client.destroy();
      return;
    }
    if (this.#isHushed) {
      client.pause();
      return;
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    this.#keep(server);
    server.on("data", (bytes: Buffer) => void (client.destroyed || client.write(bytes)));
    server.on("close", () => client.destroy());
    client.on("data", (bytes: Buffer) => {
      const fault = bytes.includes(commitMessage) ? this.#choose() : undefined;
      if (fault === undefined) server.write(bytes);
      else this.#fail(fault, client, server, bytes);
    });
    client.on("close", () => void (client.listenerCount("data") > 0 && server.destroy()));
  }

  #fail(fault: CommitFault, client: Socket, server: Socket, bytes: Buffer): void {
    this.failed += 1;
    // From here on the server's side lives or dies by itself.
    client.removeAllListeners("data");
    client.destroy();
    if (fault === "never_arrives") server.destroy();
    else if (fault === "answer_lost") server.end(bytes);
    else setTimeout(() => server.end(bytes), fault.arrivesAfterMs);
  }
}

/** Starts a proxy to the server of `databaseUrl`. */
export async function startPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const target = new URL(databaseUrl);
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${address && typeof address === "object" ? address.port : 0}`;
  return new FaultyProxy(server, target, url.href);
}
