import { describe, expect, test } from "vitest";
import type { Exchange } from "./exchange";
import { serveWeb } from "./web-door";

const url = "http://127.0.0.1/v1/chat/completions";

function post(body: BodyInit, init: RequestInit = {}): Request {
  return new Request(url, { method: "POST", body, duplex: "half", ...init } as RequestInit);
}

describe("the web door", () => {
  test("answers whoever serves the route even where the caller has gone before there was an answer", async () => {
    const gone = new AbortController();
    const seen: boolean[] = [];
    const response = await serveWeb(post("{}", { signal: gone.signal }), async (exchange) => {
      gone.abort();
      await exchange.readBody(100).catch(() => undefined);
      seen.push(exchange.isAborted);
    });
    expect([response.status, await response.text(), seen]).toEqual([499, "", [true]]);
  });

  test("knows a caller who had gone before it looked", async () => {
    const seen: boolean[] = [];
    await serveWeb(post("{}", { signal: AbortSignal.abort() }), async (exchange) => {
      seen.push(exchange.isAborted);
    });
    expect(seen).toEqual([true]);
  });

  test("tells of a caller who stops reading, once", async () => {
    let calls = 0;
    const response = await serveWeb(post("{}"), async (exchange) => {
      exchange.onAbort(() => {
        calls += 1;
      });
      exchange.writeHead(200, {});
      exchange.write(Buffer.from("a"));
    });
    await response.body?.cancel();
    expect(calls).toBe(1);
  });

  test("holds back a writer until what it wrote has been read", async () => {
    let exchange: Exchange | undefined;
    let drains = 0;
    const response = await serveWeb(post("{}"), async (given) => {
      exchange = given;
      given.writeHead(200, {});
    });
    const chunk = Buffer.alloc(40_000, "x");
    expect([exchange?.write(chunk), exchange?.write(chunk)]).toEqual([true, false]);
    exchange?.onDrain(() => {
      drains += 1;
    });
    const reader = response.body?.getReader();
    expect(drains).toBe(0);
    await reader?.read();
    await reader?.read();
    expect(drains).toBe(1);
    exchange?.end("end");
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("end");
    expect((await reader?.read())?.done).toBe(true);
  });

  test("reads on what a refused caller still sends, and gives up on one who sends without end", async () => {
    const megabyte = new Uint8Array(1024 * 1024);
    const refuse = async (exchange: Exchange) => {
      await exchange.readBody(100).catch(() => undefined);
      exchange.writeHead(413, {});
      exchange.end("no");
    };
    for (const [size, isReadToItsEnd] of [
      [10, true],
      [1_000, false],
    ] as const) {
      let sent = 0;
      const over = new Promise<string>((resolve) => {
        const body = new ReadableStream({
          pull: (controller) => {
            if (sent++ < size) return controller.enqueue(megabyte);
            controller.close();
            resolve("closed");
          },
          cancel: () => resolve("cancelled"),
        });
        void serveWeb(post(body), refuse);
      });
      expect(await over).toBe(isReadToItsEnd ? "closed" : "cancelled");
      expect(sent).toBeLessThan(100);
    }
  });
});
