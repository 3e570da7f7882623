import { describe, expect, test } from "vitest";
import { type Caller, chatBody, doors, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { chatCompletion, usageOf } from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const limitBytes = 10 * 1024 * 1024;
const messages = '"messages":[{"role":"user","content":"hi"}]';
/** Wrong bodies of a chat call, with the field that the error has to name. MODEL stands for the model's name. */
const wrong: [name: string, body: string, param: string | null][] = [
  ["empty", "", null],
  ["no JSON", "{model: 1}", null],
  ["JSON with more behind it", `{"model":"MODEL",${messages}} x`, null],
  ["JSON that breaks off", `{"model":"MODEL",${messages}`, null],
  ["with a byte order mark", `\ufeff{"model":"MODEL",${messages}}`, null],
  ["a list", "[]", null],
  ["a text", '"model"', null],
  ["null", "null", null],
  ["a number", "7", null],
  ["without a model", `{${messages}}`, "model"],
  ["with a number for a model", `{"model":7,${messages}}`, "model"],
  ["with an empty model", `{"model":"",${messages}}`, "model"],
  ["without messages", '{"model":"MODEL"}', "messages"],
  ["with empty messages", '{"model":"MODEL","messages":[]}', "messages"],
  ["with a text for messages", '{"model":"MODEL","messages":"hi"}', "messages"],
  ["with a text among the messages", '{"model":"MODEL","messages":["hi"]}', "messages.0"],
  ["with a message without a role", '{"model":"MODEL","messages":[{"content":"hi"}]}', "messages.0.role"],
  ["with a text for stream", `{"model":"MODEL",${messages},"stream":"true"}`, "stream"],
  ["with a list for stream_options", `{"model":"MODEL",${messages},"stream_options":[]}`, "stream_options"],
  [
    "with a text for include_usage",
    `{"model":"MODEL",${messages},"stream_options":{"include_usage":"yes"}}`,
    "stream_options.include_usage",
  ],
  ...["max_tokens", "max_completion_tokens"].flatMap((field): [string, string, string][] =>
    ["0", "-1", "1.5", '"9"', "1e300", "true", "[]"].map((value) => [
      `with ${value} for ${field}`,
      `{"model":"MODEL",${messages},"${field}":${value}}`,
      field,
    ]),
  ),
  ...["0", "-1", "129", "1.5", '"2"'].map((value): [string, string, string] => [
    `with ${value} for n`,
    `{"model":"MODEL",${messages},"n":${value}}`,
    "n",
  ]),
];
/** Members that differ from ours by letters that some parsers hold for equal. */
const lookalikes = [
  "Model",
  "mOdel",
  "Messages",
  "STREAM",
  "\u017ftream",
  "Max_Tokens",
  "max_to\u212aens",
  "Max_completion_tokens",
  "N",
  "Stream_options",
];

describe.each(doors)("bodies at the %s door", (door) => {
  const stage = openStage(t, { door });

  /** Sends a body that must be refused, and makes sure that the provider has not seen it. */
  async function refusalOf(
    caller: Caller,
    body: string | Uint8Array,
    headers: Record<string, string> = {},
    path?: string,
  ) {
    const asked = stage.upstream.requests.length;
    const response = await stage.send(caller.secret, body, { headers, ...(path ? { path } : {}) });
    const { error } = (await response.json()) as { error: { code: string; param: string | null; message: string } };
    expect(stage.upstream.requests.length).toBe(asked);
    return { status: response.status, ...error };
  }
  const padded = (caller: Caller, size: number) => {
    const body = JSON.stringify(chatBody(caller.model, { pad: "" }));
    return `${body.slice(0, -2)}${"x".repeat(size - body.length)}"}`;
  };

  test("of 10 MiB go through, and of one byte more do not, announced or not", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.enqueue(chatCompletion());
    expect((await stage.send(caller.secret, padded(caller, limitBytes))).status).toBe(200);
    expect(stage.upstream.requests.at(-1)?.rawBody.length).toBe(limitBytes);
    const tooLarge = padded(caller, limitBytes + 1);
    expect(await refusalOf(caller, tooLarge)).toMatchObject({ status: 413, code: "request_too_large", param: null });
    const asked = stage.upstream.requests.length;
    const response = await fetch(`${stage.running.url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${caller.secret}` },
      body: new Blob([tooLarge]).stream(),
      duplex: "half",
    } as RequestInit);
    expect([response.status, await response.json()]).toMatchObject([413, { error: { code: "request_too_large" } }]);
    expect(stage.upstream.requests.length).toBe(asked);
  });

  test("that are wrong are refused, and the field is named", async () => {
    const caller = await stage.makeCaller();
    const seen = [];
    for (const [name, body] of wrong) {
      const { status, code, param, message } = await refusalOf(caller, body.replace("MODEL", caller.model.name));
      seen.push([name, status, code, param, param === null || message.startsWith(`${param}: `)]);
    }
    expect(seen).toEqual(wrong.map(([name, , param]) => [name, 400, "invalid_request", param, true]));
  });

  test("of embeddings need an input", async () => {
    const caller = await stage.makeCaller({ model: { kind: "embedding" } });
    for (const input of [undefined, null, 7, [], {}]) {
      const body = JSON.stringify({ model: caller.model.name, input });
      expect(await refusalOf(caller, body, {}, "/embeddings")).toMatchObject({ status: 400, param: "input" });
    }
  });

  test("that nest too deeply are refused at once, and as deep as anyone needs are not", async () => {
    const caller = await stage.makeCaller();
    const nest = (depth: number) =>
      `{"model":"${caller.model.name}",${messages},"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    stage.upstream.enqueue(chatCompletion());
    expect((await stage.send(caller.secret, nest(200))).status).toBe(200);
    const startedAt = performance.now();
    for (const body of [nest(300), nest(100_000), `{"a":`.repeat(500_000), "[".repeat(5_000_000)])
      expect(await refusalOf(caller, body)).toMatchObject({ status: 400, code: "invalid_request", param: null });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test("that are no UTF-8 are refused, since each reads them differently", async () => {
    const caller = await stage.makeCaller();
    const [before, after] = JSON.stringify(chatBody(caller.model)).split("hi");
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      const body = Buffer.concat([Buffer.from(before ?? ""), Buffer.from(bytes), Buffer.from(after ?? "")]);
      expect(await refusalOf(caller, body)).toMatchObject({ status: 400, code: "invalid_request" });
    }
  });

  test.each([
    ["the model", '"model":"cheap","model":"MODEL"'],
    ["the model, written with escapes", '"mod\\u0065l":"cheap","model":"MODEL"'],
    ["the limit", '"model":"MODEL","max_tokens":100000,"max_tokens":5'],
    ["the limit behind a quote", '"model":"MODEL","user":"\\\\\\"","max_tokens":100000,"max_tokens":5'],
    ["the choices", '"model":"MODEL","n":100,"n":1'],
    ["stream", '"model":"MODEL","stream":true,"stream":false'],
    ["stream_options", '"model":"MODEL","stream":true,"stream_options":{},"stream_options":{"include_usage":true}'],
    ["include_usage", '"model":"MODEL","stream":true,"stream_options":{"include_usage":false,"include_usage":true}'],
    [
      "a part's type",
      '"model":"MODEL","messages":[{"role":"user","content":[{"type":"image_url","type":"text","text":"x"}]}]',
    ],
  ])("that name %s twice reach the provider as we read them, with each name once", async (_name, members) => {
    const caller = await stage.makeCaller();
    const own = members.includes('"messages"') ? "" : `,${messages}`;
    const body = `{${members.replace("MODEL", caller.model.name)}${own}}`;
    stage.upstream.enqueue(chatCompletion());
    expect((await stage.send(caller.secret, body)).status).toBe(200);
    const seen = stage.upstream.requests.at(-1);
    expect(seen?.rawBody.toString()).toBe(JSON.stringify(JSON.parse(body)));
    expect(seen?.body).toMatchObject({ model: caller.model.name });
  });

  test("that only look as if they named something twice go on as they are", async () => {
    const caller = await stage.makeCaller();
    const body = `{ "model":"${caller.model.name}","messages":[{"role":"user","content":"\\"model\\":\\"x\\", {\\"n\\":1}\\\\"}],"metadata":{"model":"a","n":"{[:\\""} }`;
    stage.upstream.enqueue(chatCompletion());
    expect((await stage.send(caller.secret, body)).status).toBe(200);
    expect(stage.upstream.requests.at(-1)?.rawBody.toString()).toBe(body);
  });

  test.each(lookalikes)("that say %s are refused: some providers would take it for ours", async (name) => {
    const caller = await stage.makeCaller();
    const body = `{"model":"${caller.model.name}",${messages},"${name}":1}`;
    expect(await refusalOf(caller, body)).toMatchObject({ status: 400, code: "invalid_request", param: name });
    const inside = `{"model":"${caller.model.name}",${messages},"stream_options":{"include_usage":true,"Include_Usage":false}}`;
    expect(await refusalOf(caller, inside)).toMatchObject({ status: 400, param: "stream_options.Include_Usage" });
  });

  test("with both limits are held for the larger, as a provider may know only one of them", async () => {
    const caller = await stage.makeCaller({
      model: { maxOutputTokens: 100_000, maxInputTokens: 1, price: { input: "0", output: "1" } },
    });
    stage.upstream.respondWith(chatCompletion({ usage: usageOf({ prompt: 1, completion: 1 }) }));
    for (const fields of [
      { max_completion_tokens: 1, max_tokens: 70_000 },
      { max_completion_tokens: 70_000, max_tokens: 1 },
    ])
      expect((await stage.send(caller.secret, chatBody(caller.model, fields))).status).toBe(200);
    const events = await stage.eventsOf(caller.key.id, 2);
    expect(events.map(({ estimate_nano }) => estimate_nano)).toEqual([70_000_000n, 70_000_000n]);
  });

  test("are read whatever content-type says, as OpenAI does, but not packed", async () => {
    const caller = await stage.makeCaller();
    stage.upstream.respondWith(chatCompletion());
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "x"]) {
      const response = await stage.send(caller.secret, chatBody(caller.model), { headers: { "content-type": type } });
      expect(response.status).toBe(200);
      expect(stage.upstream.requests.at(-1)?.headers["content-type"]).toBe("application/json");
    }
    const body = JSON.stringify(chatBody(caller.model));
    expect(await refusalOf(caller, body, { "content-encoding": "gzip" })).toMatchObject({
      status: 415,
      code: "unsupported_media_type",
    });
  });
});
