import { describe, expect, test } from "vitest";
import { type Caller, chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { openRawConnection, rawRequest, statusesOf } from "@/lib/testing/raw-http";
import { chatCompletion } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const hostileHeaders: [string, string][] = [
  ["Host", "evil.example"],
  ["Authorization", "Bearer sk-someone-elses"],
  ["X-Api-Key", "sk-someone-elses"],
  ["Api-Key", "sk-someone-elses"],
  ["Proxy-Authorization", "Basic ZXZpbDpldmls"],
  ["OpenAI-Organization", "org-evil"],
  ["OpenAI-Project", "proj-evil"],
  ["X-Forwarded-Host", "evil.example"],
  ["X-Forwarded-For", "10.0.0.1"],
  ["X-Forwarded-Proto", "https"],
  ["Forwarded", "host=evil.example"],
  ["X-Original-URL", "/v1/files"],
  ["X-Rewrite-URL", "/v1/files"],
  ["X-HTTP-Method-Override", "DELETE"],
  ["Cookie", "session=1"],
  ["Connection", "keep-alive, authorization, x-request-id"],
  ["Keep-Alive", "timeout=1"],
  ["TE", "trailers"],
  ["Via", "1.1 evil"],
  ["User-Agent", "evil/1.0"],
  ["Accept", "text/html"],
  ["Accept-Encoding", "gzip, br"],
  ["Content-Type", "text/plain; evil=1"],
  ["Expect", "100-continue"],
  ["Range", "bytes=0-1"],
  ["Anthropic-Version", "1"],
  ["X-Goog-Api-Key", "evil"],
  ["X-Stainless-Lang", "js"],
];

describe.each(doors)("what a caller sends to the %s door", (door) => {
  const stage = openStage(t, { door });

  /** Sends one request on a connection of its own; resolves with the answer's status. */
  async function sendRaw(target: string, headers: [string, string][], body: string): Promise<number> {
    const { socket, until } = await openRawConnection(stage.running.url);
    socket.write(rawRequest(`POST ${target}`, [...headers, ["Content-Length", `${Buffer.byteLength(body)}`]], body));
    const received = await until((text) => statusesOf(text).some((status) => status >= 200));
    socket.destroy();
    return statusesOf(received).at(-1) ?? 0;
  }
  const credentials = (caller: Caller): [string, string][] => [["Authorization", `Bearer ${caller.secret}`]];
  const lastRequest = () => stage.upstream.requests.at(-1);

  test("in headers changes neither host, account nor route: only the allow-list goes on", async () => {
    const caller = await stage.makeCaller({ model: { credentials: ["sk-of-the-provider"] } });
    stage.upstream.enqueue(chatCompletion());
    const passed: [string, string][] = [
      ["OpenAI-Beta", "assistants=v2"],
      ["traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
      ["tracestate", "a=b"],
      ["X-Request-Id", "abc-123"],
    ];
    const body = JSON.stringify(chatBody(caller.model));
    expect(await sendRaw("/v1/chat/completions", [...credentials(caller), ...hostileHeaders, ...passed], body)).toBe(
      200,
    );
    expect(lastRequest()).toMatchObject({ method: "POST", path: "/v1/chat/completions" });
    expect(lastRequest()?.headers).toEqual({
      host: `127.0.0.1:${stage.upstream.port}`,
      connection: "keep-alive",
      authorization: "Bearer sk-of-the-provider",
      "content-type": "application/json",
      "content-length": `${Buffer.byteLength(body)}`,
      accept: "application/json",
      "accept-encoding": "identity",
      "user-agent": "pllm",
      "x-request-id": "abc-123",
      "openai-beta": "assistants=v2",
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      tracestate: "a=b",
    });
  });

  test("in two Authorization headers is decided by the first, and by nothing that comes later", async () => {
    const caller = await stage.makeCaller();
    const asked = stage.upstream.requests.length;
    const headers: [string, string][] = [
      ["Host", "x"],
      ["Authorization", "Bearer sk-user-wrong"],
      ...credentials(caller),
    ];
    expect(await sendRaw("/v1/chat/completions", headers, JSON.stringify(chatBody(caller.model)))).toBe(401);
    expect(stage.upstream.requests.length).toBe(asked);
  });

  test("in the body goes on as it is, and still changes neither host nor account", async () => {
    const caller = await stage.makeCaller({ model: { credentials: ["sk-of-the-provider"] } });
    const fields = {
      api_key: "sk-evil",
      base_url: "http://evil.example",
      api_base: "http://evil.example",
      provider: "evil",
      extra_headers: { authorization: "Bearer sk-evil" },
      headers: { authorization: "Bearer sk-evil" },
      custom_llm_provider: "evil",
    };
    const sent = JSON.stringify(chatBody(caller.model, fields)).replace(
      "{",
      '{"__proto__":{"max_tokens":1,"stream":true},',
    );
    for (const stream of [false, true]) {
      stage.upstream.enqueue(chatCompletion());
      await (await stage.send(caller.secret, stream ? sent.replace("{", '{"stream":true,') : sent)).text();
      expect(lastRequest()?.headers.authorization).toBe("Bearer sk-of-the-provider");
      expect(lastRequest()?.body).toMatchObject({ api_key: "sk-evil", model: caller.model.name });
    }
  });

  test.each([
    "/v1/../v1/chat/completions",
    "/v1/./chat/completions",
    "/v1/%2e%2e/v1/chat/completions",
    "/v1/chat/../chat/completions",
    "/v1/chat%2fcompletions",
    "/v1/chat/completions/",
    "/v1/chat/completions/..%2f..%2ffiles",
    "/v1//chat/completions",
    "//v1/chat/completions",
    "/v1/chat/completions;x=1",
    "/v1/chat/completions%00",
    "/v1/chat/completions?api_key=sk-evil&base_url=http://evil.example",
    "/v1/chat/completions?/../files",
    "/v1/files",
    "/v1/organization/admin_api_keys",
  ])("as the path %s leads to the one route of the provider, or nowhere", async (target) => {
    const caller = await stage.makeCaller({ model: { credentials: ["sk-of-the-provider"] } });
    const asked = stage.upstream.requests.length;
    stage.upstream.respondWith(chatCompletion());
    const status = await sendRaw(
      target,
      [["Host", "x"], ...credentials(caller)],
      JSON.stringify(chatBody(caller.model)),
    );
    expect([200, 404]).toContain(status);
    const seen = stage.upstream.requests.slice(asked).map(({ method, path }) => `${method} ${path}`);
    expect(seen).toEqual(status === 200 ? ["POST /v1/chat/completions"] : []);
    // Nothing but the path itself leads there.
    if (status === 200 && door === "node") expect(target.split("?")[0]).toBe("/v1/chat/completions");
  });

  test("lands below the provider's base URL, whatever that ends in", async () => {
    stage.upstream.respondWith(chatCompletion());
    for (const [suffix, path] of [
      ["", "/v1/chat/completions"],
      ["/", "/v1/chat/completions"],
      ["/openai/v2", "/v1/openai/v2/chat/completions"],
    ]) {
      const caller = await stage.makeCaller({ model: { baseUrl: stage.upstream.url + suffix } });
      expect((await stage.send(caller.secret, chatBody(caller.model))).status).toBe(200);
      expect(lastRequest()?.path).toBe(path);
    }
  });

  test("of a model's own name stays here: the provider hears its own", async () => {
    const caller = await stage.makeCaller({ model: { name: `alias-${door}`, upstreamName: "real-name" } });
    stage.upstream.respondWith(chatCompletion());
    const response = await stage.send(caller.secret, chatBody(`alias-${door}`, { stream: true, user: "u" }));
    await response.text();
    expect(lastRequest()?.body).toEqual(
      chatBody("real-name", { stream: true, user: "u", stream_options: { include_usage: true } }),
    );
    expect(response.headers.get("x-pllm-model")).toBe(`alias-${door}`);
  });
});
