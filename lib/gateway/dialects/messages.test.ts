import { describe, expect, test } from "vitest";
import type { GatewayError } from "../errors";
import { messagesDialect } from "./messages";
import type { Fields } from "./read";

const asked = { model: "some-model", max_tokens: 100, messages: [{ role: "user", content: "hi" }] };
const chatOf = (fields: Fields) => messagesDialect.open({ ...asked, ...fields }).chat;
const messagesOf = (messages: unknown) => chatOf({ messages }).messages;

describe("a call of the Messages API", () => {
  test("is the same chat completion", () => {
    expect(
      chatOf({
        system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
        temperature: 0.2,
        top_p: 0.9,
        top_k: 5,
        stop_sequences: ["END"],
        metadata: { user_id: "u" },
        thinking: { type: "enabled", budget_tokens: 1_024 },
      }),
    ).toEqual({
      model: "some-model",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "hi" },
      ],
      max_completion_tokens: 100,
      stop: ["END"],
      temperature: 0.2,
      top_p: 0.9,
    });
  });

  test("may be given instructions on the way", () => {
    const system = { role: "system", content: [{ type: "text", text: "Now in French." }] };
    expect(messagesOf([{ role: "user", content: "hi" }, system])).toEqual([
      { role: "user", content: "hi" },
      { role: "system", content: "Now in French." },
    ]);
  });

  test("that streams asks for the usage too", () => {
    expect(chatOf({ stream: true })).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(chatOf({ stream: false })).not.toHaveProperty("stream");
  });

  test("shows pictures and documents", () => {
    const source = { type: "base64", media_type: "image/png", data: "iVBO" };
    const content = [
      { type: "text", text: "What is this?" },
      { type: "image", source },
      { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
      { type: "document", source: { ...source, media_type: "application/pdf" }, title: "a.pdf" },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "plain" } },
    ];
    expect(messagesOf([{ role: "user", content }])).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } },
          { type: "image_url", image_url: { url: "https://example.com/a.png" } },
          { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,iVBO" } },
          { type: "text", text: "plain" },
        ],
      },
    ]);
  });

  test("calls tools, and gives their results before whatever else is said", () => {
    const tools = [{ name: "look", description: "Looks.", input_schema: { type: "object" } }];
    const messages = [
      { role: "user", content: "look" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "s" },
          { type: "text", text: "I look." },
          { type: "tool_use", id: "toolu_1", name: "look", input: { at: 1 } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "text", text: "and now?" },
          { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "nothing" }], is_error: true },
        ],
      },
    ];
    const call = { id: "toolu_1", type: "function", function: { name: "look", arguments: '{"at":1}' } };
    expect(chatOf({ tools, messages, tool_choice: { type: "any", disable_parallel_tool_use: true } })).toMatchObject({
      tools: [{ type: "function", function: { name: "look", description: "Looks.", parameters: { type: "object" } } }],
      tool_choice: "required",
      parallel_tool_calls: false,
      messages: [
        { role: "user", content: "look" },
        { role: "assistant", content: "I look.", tool_calls: [call] },
        { role: "tool", tool_call_id: "toolu_1", content: "The tool failed.\nnothing" },
        { role: "user", content: [{ type: "text", text: "and now?" }] },
      ],
    });
    expect(chatOf({ tools, tool_choice: { type: "tool", name: "look" } }).tool_choice).toEqual({
      type: "function",
      function: { name: "look" },
    });
  });

  test.each([
    ["max_tokens", { max_tokens: undefined }],
    ["max_tokens", { max_tokens: 1.5 }],
    ["max_tokens", { max_tokens: 1e12 }],
    ["stream", { stream: "yes" }],
    ["messages", { messages: "hi" }],
    ["messages.0.role", { messages: [{ role: "tool", content: "hi" }] }],
    ["messages.0.content", { messages: [{ role: "user", content: 1 }] }],
    ["messages.0.content.0.type", { messages: [{ role: "user", content: [{ type: "container_upload" }] }] }],
    ["messages.0.content.0.source.type", { messages: [{ role: "user", content: [{ type: "image", source: {} }] }] }],
    ["messages.0.content.0.id", { messages: [{ role: "assistant", content: [{ type: "tool_use" }] }] }],
    ["system.0.type", { system: [{ type: "image" }] }],
    ["tools.0.type", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
    ["tools.0.name", { tools: [{ input_schema: {} }] }],
    ["tool_choice.type", { tools: [{ name: "a", input_schema: {} }], tool_choice: { type: "some" } }],
    ["stop_sequences", { stop_sequences: "END" }],
  ])("that cannot be read is refused at %s", (param, fields) => {
    const failure = (() => {
      try {
        return chatOf(fields as Fields);
      } catch (error) {
        return error as GatewayError;
      }
    })();
    expect(failure).toMatchObject({ code: "invalid_request", param });
  });
});

describe("an answer of the Messages API", () => {
  const answer = (message: Fields, finish_reason = "stop") =>
    messagesDialect.open(asked).answer({
      model: "served",
      choices: [{ message, finish_reason }],
      usage: { prompt_tokens: 10, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } },
    });

  test("has text, calls and counts in its own shape", () => {
    const calls = [
      { id: "call_1", type: "function", function: { name: "look", arguments: '{"at":1}' } },
      { id: "call_2", type: "function", function: { name: "look", arguments: "{ broken" } },
    ];
    expect(answer({ content: "I look.", tool_calls: calls }, "tool_calls")).toEqual({
      id: expect.stringMatching(/^msg_/),
      type: "message",
      role: "assistant",
      model: "served",
      content: [
        { type: "text", text: "I look." },
        { type: "tool_use", id: "call_1", name: "look", input: { at: 1 } },
        { type: "tool_use", id: "call_2", name: "look", input: {} },
      ],
      stop_reason: "tool_use",
      stop_sequence: null,
      usage: {
        input_tokens: 6,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 4,
        output_tokens: 3,
      },
    });
  });

  test.each([
    ["stop", "end_turn"],
    ["length", "max_tokens"],
    ["tool_calls", "tool_use"],
    ["content_filter", "refusal"],
    ["something new", "end_turn"],
  ])("that ended by %s says %s", (finish, reason) => {
    expect(answer({ content: "x" }, finish).stop_reason).toBe(reason);
  });

  test("that was declined says why", () => {
    expect(answer({ content: null, refusal: "I will not." }).content).toEqual([{ type: "text", text: "I will not." }]);
  });
});
