import { connect, type Socket } from "node:net";
import { Client, request } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ScriptedUpstream, splitBytes, startUpstream } from "./scripted-upstream";
import { destroy, end, hangUp, head, jsonResponse, raw, stall, streamHead, wait, write } from "./upstream-scripts";

let upstream: ScriptedUpstream;

beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

function post(body = "{}"): ReturnType<typeof request> {
  return request(`${upstream.url}/chat/completions`, { method: "POST", body });
}

/** A client that sees TCP as it is: what each read brought, and how the connection ended. */
class RawClient {
  readonly reads: string[] = [];
  readonly socket: Socket;
  readonly ended: Promise<string>;
  private onRead: (() => void) | undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("data", (data) => {
      this.reads.push(data.toString("latin1"));
      this.onRead?.();
    });
    this.ended = new Promise((resolve) => {
      this.socket.once("end", () => resolve("FIN"));
      this.socket.once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
      this.socket.once("close", () => resolve("closed by us"));
    });
  }

  get text(): string {
    return this.reads.join("");
  }

  send(): void {
    this.socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: upstream\r\ncontent-length: 2\r\n\r\n{}");
  }

  async waitForText(part: string): Promise<void> {
    while (!this.text.includes(part)) {
      await new Promise<void>((resolve) => {
        this.onRead = resolve;
      });
    }
  }
}

function ask(): RawClient {
  const client = new RawClient(upstream.port);
  client.send();
  return client;
}

describe("what it remembers", () => {
  it("is method, path with query, headers, the very bytes and the parsed body of each request, in order", async () => {
    upstream.respondWith(jsonResponse(200, {}));
    const bytes = '{ "model" : "x",  "n":1.0 }';
    const headers = { "x-mark": "yes", authorization: "Bearer k" };
    await (await request(`${upstream.url}/chat/completions?a=1`, { method: "POST", body: bytes, headers })).body.dump();
    await (await request(`${upstream.url}/models`)).body.dump();
    const [first, second] = upstream.requests;
    expect(upstream.requests).toHaveLength(2);
    expect(first).toMatchObject({
      method: "POST",
      path: "/v1/chat/completions?a=1",
      headers,
      body: { model: "x", n: 1 },
    });
    expect(first?.rawBody.toString()).toBe(bytes);
    expect(second).toMatchObject({ method: "GET", path: "/v1/models", body: undefined, abortedAt: undefined });
    await Promise.all([first?.closed, second?.closed]);
    expect(first?.abortedAt).toBeUndefined();
  });

  it("includes when the client went away, during the answer", async () => {
    upstream.enqueue([streamHead(), write("data: 1\n\n"), stall()]);
    const before = Date.now();
    const client = ask();
    await client.waitForText("data: 1");
    const [recorded] = await upstream.waitForRequests(1);
    expect(recorded?.abortedAt).toBeUndefined();
    client.socket.destroy();
    await recorded?.closed;
    expect(recorded?.abortedAt).toBeGreaterThanOrEqual(before);
    expect(recorded?.abortedAt).toBeLessThanOrEqual(Date.now());
  });

  it("includes when the client went away while it was still sending, and spends no script on that", async () => {
    upstream.enqueue(jsonResponse(200, "for the next"));
    const socket = connect(upstream.port, "127.0.0.1");
    socket.write('POST /v1/x HTTP/1.1\r\nhost: u\r\ncontent-length: 100\r\n\r\n{"half":', () => socket.end());
    const [recorded] = await upstream.waitForRequests(1);
    expect(recorded?.rawBody.toString()).toBe('{"half":');
    expect(recorded?.abortedAt).toEqual(expect.any(Number));
    expect(await (await post()).body.text()).toBe("for the next");
  });

  it("does not blame the client for an end that the script or close() made", async () => {
    upstream.enqueue([streamHead(), destroy()], [streamHead(), hangUp()], [streamHead(), stall()]);
    for (let i = 0; i < 2; i++) await ask().ended;
    const client = ask();
    await client.waitForText("200 OK");
    await upstream.close();
    await client.ended;
    expect(upstream.requests.map((recorded) => recorded.abortedAt)).toEqual([undefined, undefined, undefined]);
  });
});

describe("which script it plays", () => {
  it("is the next enqueued one, then the responder's, and 501 where there is neither", async () => {
    upstream.enqueue(jsonResponse(200, "one"), jsonResponse(200, "two"));
    const read = async (): Promise<string> => (await post('{"model":"m"}')).body.text();
    expect(await read()).toBe("one");
    expect(await read()).toBe("two");
    const unscripted = await post();
    expect(unscripted.statusCode).toBe(501);
    expect(await unscripted.body.text()).toBe("Nothing was scripted for POST /v1/chat/completions.");
    upstream.respondWith((recorded, index) => jsonResponse(200, { index, asked: recorded.body }));
    expect(JSON.parse(await read())).toEqual({ index: 3, asked: { model: "m" } });
    upstream.respondWith(jsonResponse(200, "same"));
    expect(await read()).toBe("same");
  });

  it("that fails breaks the connection and fails close() too", async () => {
    const own = await startUpstream();
    own.respondWith(() => {
      throw new Error("mistake in a test");
    });
    await expect(request(`${own.url}/models`)).rejects.toMatchObject({ code: "UND_ERR_SOCKET" });
    await expect(own.close()).rejects.toThrow("a script of the upstream failed");
  });
});

describe("waiting", () => {
  it("waitForRequests resolves as soon as there are enough and not before", async () => {
    upstream.respondWith(jsonResponse(200, {}));
    let isDone = false;
    const two = upstream.waitForRequests(2).then((requests) => {
      isDone = true;
      return requests;
    });
    await (await post()).body.dump();
    expect(isDone).toBe(false);
    await (await post()).body.dump();
    expect(await two).toHaveLength(2);
    expect(await upstream.waitForRequests(1)).toHaveLength(1);
  });

  it("waitForRequests rejects when the upstream closes first, and after", async () => {
    const own = await startUpstream();
    const waiting = expect(own.waitForRequests(1)).rejects.toThrow("0 of 1 requests");
    await own.close();
    await waiting;
    await expect(own.waitForRequests(1)).rejects.toThrow("closed");
  });

  it("a gate holds the rest of an answer until it is opened", async () => {
    const gate = upstream.gate();
    upstream.enqueue([head(200), write("before "), wait(gate), write("after"), end()]);
    const client = ask();
    await client.waitForText("before ");
    // The upstream serves others in the meantime, so it would have had its chance to go on.
    upstream.enqueue(jsonResponse(200, "other"));
    expect(await (await post()).body.text()).toBe("other");
    expect(client.text).not.toContain("after");
    gate.open();
    await client.waitForText("after");
    client.socket.destroy();
  });

  it("wait takes milliseconds, a gate or any promise", async () => {
    const startedAt = performance.now();
    upstream.enqueue([wait(50), wait(Promise.resolve()), ...jsonResponse(200, "late")]);
    expect(await (await post()).body.text()).toBe("late");
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(48);
  });

  it("ends with the client, so that no script outlives its connection", async () => {
    upstream.enqueue([head(200), write("x"), wait(3_600_000), end()]);
    const client = ask();
    await client.waitForText("x");
    client.socket.destroy();
    const [recorded] = await upstream.waitForRequests(1);
    await recorded?.closed;
    expect(recorded?.abortedAt).toEqual(expect.any(Number));
  });
});

describe("steps", () => {
  it("head sends status and headers before there is a body", async () => {
    const gate = upstream.gate();
    upstream.enqueue([head(202, { "x-early": "yes" }), wait(gate), write("body"), end()]);
    const answer = await post();
    expect(answer.statusCode).toBe(202);
    expect(answer.headers["x-early"]).toBe("yes");
    gate.open();
    expect(await answer.body.text()).toBe("body");
  });

  it("write sends each call, and each part of a split one, in a TCP segment of its own", async () => {
    const body = "data: ä{}\n\n";
    const bytes = Buffer.from(body);
    const length = { "content-length": String(bytes.length + 3) };
    // One border lies inside the two bytes of "ä".
    upstream.enqueue([head(200, length), write(bytes, [1, 7, 9, 12]), write("end"), hangUp()]);
    const client = ask();
    expect(await client.ended).toBe("FIN");
    const parts = [bytes.subarray(0, 1), bytes.subarray(1, 7), bytes.subarray(7, 9), bytes.subarray(9, 12)];
    expect(client.reads.slice(1)).toEqual([...parts.map((part) => part.toString("latin1")), "end"]);
  });

  it("write reaches an undici client in the same parts under chunked encoding", async () => {
    const client = new Client(`http://127.0.0.1:${upstream.port}`);
    upstream.enqueue([streamHead(), write("abcdef", [2, 3]), write("gh"), end()]);
    const pieces: string[] = [];
    const { body } = await client.request({ path: "/v1/x", method: "POST", body: "{}" });
    for await (const piece of body) pieces.push(String(piece));
    expect(pieces).toEqual(["ab", "c", "def", "gh"]);
    await client.close();
  });

  it("splitBytes ignores offsets outside, repeats and order", () => {
    const parts = splitBytes(Buffer.from("abcdef"), [4, 2, 2, 0, 6, 99, -1]);
    expect(parts.map(String)).toEqual(["ab", "cd", "ef"]);
  });

  it("a script that runs out ends its answer", async () => {
    upstream.enqueue([head(200), write("all")]);
    expect(await (await post()).body.text()).toBe("all");
  });

  it("destroy resets the connection after what was written was read", async () => {
    upstream.enqueue([streamHead(), write("one"), destroy()]);
    const client = ask();
    expect(await client.ended).toBe("ECONNRESET");
    expect(client.text).toContain("one");
  });

  it("destroy before the head is a reset without an answer", async () => {
    upstream.enqueue([destroy()]);
    const client = ask();
    expect(await client.ended).toBe("ECONNRESET");
    expect(client.text).toBe("");
  });

  it("hangUp closes politely with the answer unfinished", async () => {
    upstream.enqueue([streamHead(), write("one"), hangUp()]);
    const client = ask();
    expect(await client.ended).toBe("FIN");
    expect(client.text).toContain("one");
    expect(client.text).not.toContain("\r\n0\r\n\r\n");
    upstream.enqueue([streamHead(), write("one"), hangUp()]);
    const answer = await post();
    await expect(answer.body.text()).rejects.toMatchObject({ code: "UND_ERR_SOCKET" });
  });

  it("raw sends bytes that are no HTTP", async () => {
    upstream.enqueue([raw("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n")]);
    await expect(post()).rejects.toMatchObject({ name: "HTTPParserError" });
    upstream.enqueue([raw("garbage", [3])]);
    const client = ask();
    expect(await client.ended).toBe("FIN");
    expect(client.reads).toEqual(["gar", "bage"]);
  });

  it("stall says no more and keeps the connection open until the client gives up", async () => {
    const client = new Client(`http://127.0.0.1:${upstream.port}`, { bodyTimeout: 1_000, headersTimeout: 1_000 });
    upstream.enqueue([streamHead(), write("one"), stall(), write("never")]);
    const { body } = await client.request({ path: "/v1/x", method: "POST", body: "{}" });
    let text = "";
    const read = async (): Promise<void> => {
      for await (const piece of body) text += String(piece);
    };
    await expect(read()).rejects.toMatchObject({ code: "UND_ERR_BODY_TIMEOUT" });
    expect(text).toBe("one");
    const [recorded] = await upstream.waitForRequests(1);
    await recorded?.closed;
    expect(recorded?.abortedAt).toEqual(expect.any(Number));
    await client.destroy();
  });
});

describe("close", () => {
  it("ends stalled and gated answers and idle connections, and frees the port", async () => {
    const own = await startUpstream();
    const gate = own.gate();
    own.enqueue([head(200), stall()], [head(200), wait(gate), end()]);
    const clients = [new RawClient(own.port), new RawClient(own.port), new RawClient(own.port)];
    clients[0]?.send();
    clients[1]?.send();
    await Promise.all(clients.slice(0, 2).map((client) => client.waitForText("200 OK")));
    await own.close();
    await Promise.all(clients.map((client) => client.ended));
    // Whatever else in a test waits for the gate is let go as well.
    await gate.opened;
    const again = await startUpstream({ port: own.port });
    expect(again.url).toBe(own.url);
    await again.close();
    await again.close();
  });
});
