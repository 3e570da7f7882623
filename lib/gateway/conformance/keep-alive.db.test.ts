import { describe, expect, test } from "vitest";
import { chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { openRawConnection, rawRequest, statusesOf } from "@/lib/testing/raw-http";
import { chatCompletion, chatStream, usageOf } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();
const used = usageOf({ prompt: 1, completion: 1 });
const bodyLimit = 100_000;

describe.each(doors)("one connection to the %s door", (door) => {
  const stage = openStage(t, { door, env: { PLLM_BODY_LIMIT_BYTES: `${bodyLimit}` } });

  const bearer = (secret: string): [string, string] => ["Authorization", `Bearer ${secret}`];
  const host: [string, string] = ["Host", "x"];
  const length = (body: string): [string, string] => ["Content-Length", `${Buffer.byteLength(body)}`];
  const chunked: [string, string] = ["Transfer-Encoding", "chunked"];
  const inChunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

  /** A call that must never be taken for one: a valid request in somebody else's body. */
  async function setUp() {
    const caller = await stage.makeCaller();
    const body = JSON.stringify(chatBody(caller.model));
    const smuggled = rawRequest("POST /v1/chat/completions", [host, bearer(caller.secret), length(body)], body);
    const connection = await openRawConnection(stage.running.url);
    const asked = stage.upstream.requests.length;
    stage.upstream.respondWith(chatCompletion({ usage: used }));
    /** The connection is as good as new: the next request on it gets its own answer, and nothing else has come. */
    const expectClean = async (statuses: number[]) => {
      connection.socket.write(rawRequest("GET /v1/me", [host, bearer(caller.secret)]));
      const received = await connection.until(
        (text) => statusesOf(text).length > statuses.length && text.endsWith("}"),
      );
      expect(statusesOf(received)).toEqual([...statuses, 200]);
      expect(received.split("HTTP/1.1").at(-1)).toContain(caller.key.id);
      expect(stage.upstream.requests.length).toBe(asked);
      connection.socket.destroy();
    };
    return { caller, smuggled, connection, asked, expectClean };
  }

  const refusals: [name: string, line: string, headers: [string, string][], status: number][] = [
    ["a bad key", "POST /v1/chat/completions", [["Authorization", "Bearer sk-user-x"]], 401],
    ["no key", "POST /v1/chat/completions", [], 401],
    ["a wrong path", "POST /v1/nothing", [["X-Api-Key", "KEY"]], 404],
    ["a wrong method", "DELETE /v1/chat/completions", [["X-Api-Key", "KEY"]], 405],
    [
      "a packed body",
      "POST /v1/chat/completions",
      [
        ["X-Api-Key", "KEY"],
        ["Content-Encoding", "gzip"],
      ],
      415,
    ],
    ["a bad body", "POST /v1/chat/completions", [["X-Api-Key", "KEY"]], 400],
  ];

  test.each(refusals)(
    "refused for %s, a body that holds a request stays a body",
    async (_name, line, headers, status) => {
      const { caller, smuggled, connection, expectClean } = await setUp();
      const filled = headers.map(([name, value]): [string, string] => [name, value.replace("KEY", caller.secret)]);
      connection.socket.write(rawRequest(line, [host, ...filled, length(smuggled)], smuggled));
      await expectClean([status]);
    },
  );

  test.each(refusals)(
    "refused for %s before its body has come, the rest of it stays a body (chunked)",
    async (_name, line, headers, status) => {
      const { caller, smuggled, connection, expectClean } = await setUp();
      const filled = headers.map(([name, value]): [string, string] => [name, value.replace("KEY", caller.secret)]);
      connection.socket.write(rawRequest(line, [host, ...filled, chunked], inChunk("x")));
      // A bad body is known only at its end; all others are refused at once.
      if (status !== 400) await connection.until((text) => statusesOf(text).length === 1);
      connection.socket.write(inChunk(smuggled));
      connection.socket.write("0\r\n\r\n");
      await expectClean([status]);
    },
  );

  test.each(["announced", "chunked"])(
    "refused for its size, %s: the answer comes at once, and the rest stays a body",
    async (how) => {
      const { caller, smuggled, connection, expectClean } = await setUp();
      const filling = "x".repeat(bodyLimit + 1);
      const framing: [string, string] = how === "chunked" ? chunked : length(filling + smuggled);
      connection.socket.write(rawRequest("POST /v1/chat/completions", [host, bearer(caller.secret), framing]));
      if (how === "chunked") connection.socket.write(inChunk(filling));
      await connection.until((text) => text.includes("request_too_large"));
      connection.socket.write(how === "chunked" ? `${inChunk(smuggled)}0\r\n\r\n` : filling + smuggled);
      await expectClean([413]);
    },
  );

  test("ends where somebody sends without end", async () => {
    const { caller, connection } = await setUp();
    connection.socket.write(rawRequest("POST /v1/chat/completions", [host, bearer(caller.secret), chunked]));
    const chunk = inChunk("x".repeat(1024 * 1024));
    let sent = 0;
    for (; sent < 200 && !connection.isClosed(); sent++) {
      if (connection.socket.write(chunk)) continue;
      await Promise.race([new Promise((resolve) => connection.socket.once("drain", resolve)), connection.closed]);
    }
    expect(sent).toBeGreaterThan(60);
    expect(sent).toBeLessThan(100);
    await connection.closed;
  });

  test.each<[name: string, headers: [string, string][]]>([
    [
      "both a length and chunks",
      [
        ["Content-Length", "5"],
        ["Transfer-Encoding", "chunked"],
      ],
    ],
    [
      "two lengths",
      [
        ["Content-Length", "5"],
        ["Content-Length", "6"],
      ],
    ],
    ["a length that is none", [["Content-Length", "5x"]]],
    ["a negative length", [["Content-Length", "-5"]]],
    ["an unknown coding", [["Transfer-Encoding", "chunked, identity"]]],
    ["a misspelt coding", [["Transfer-Encoding", "xchunked"]]],
    ["a space before the colon", [["Content-Length ", "5"]]],
    ["a folded header", [["Transfer-Encoding", "\r\n chunked"]]],
  ])("is refused and closed for %s", async (_name, headers) => {
    const { caller, smuggled, connection, asked } = await setUp();
    connection.socket.write(
      rawRequest("POST /v1/chat/completions", [host, bearer(caller.secret), ...headers], `0\r\n\r\n${smuggled}`),
    );
    await connection.closed;
    expect(statusesOf(connection.received())).toEqual([400]);
    expect(stage.upstream.requests.length).toBe(asked);
  });

  test("serves one request after the other, sent at once or not, streams and refusals among them", async () => {
    const { caller, smuggled, connection } = await setUp();
    stage.upstream.respondWith(({ headers }) =>
      headers.accept === "text/event-stream"
        ? chatStream({ tokens: ["a"], usage: used })
        : chatCompletion({ usage: used }),
    );
    const streaming = JSON.stringify(chatBody(caller.model, { stream: true }));
    const requests = [
      smuggled,
      rawRequest("POST /v1/chat/completions", [host, bearer(caller.secret), length(streaming)], streaming),
      rawRequest("POST /v1/chat/completions", [host, length(streaming)], streaming),
      rawRequest("GET /v1/nothing", [host, bearer(caller.secret)]),
      smuggled,
    ];
    connection.socket.write(requests.join(""));
    await connection.until((text) => statusesOf(text).length === 5);
    for (const request of requests) {
      const before = statusesOf(connection.received()).length;
      connection.socket.write(request);
      await connection.until((text) => statusesOf(text).length === before + 1 && /(\}|0\r\n\r\n)$/.test(text));
    }
    const expected = [200, 200, 401, 404, 200];
    expect(statusesOf(connection.received())).toEqual([...expected, ...expected]);
    connection.socket.destroy();
  });
});
