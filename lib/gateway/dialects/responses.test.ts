import { describe, expect, test } from "vitest";
import type { GatewayError } from "../errors";
import type { Fields } from "./read";
import { responsesDialect } from "./responses";

const asked = { model: "some-model", input: "hi" };
const open = (fields: Fields = {}) => responsesDialect.open({ ...asked, ...fields });
const chatOf = (fields: Fields) => open(fields).chat;

describe("a call of the Responses API", () => {
  test("is the same chat completion", () => {
    expect(
      chatOf({
        instructions: "Be brief.",
        max_output_tokens: 100,
        temperature: 0.2,
        top_p: 0.9,
        reasoning: { effort: "low", summary: "auto" },
        text: {
          format: { type: "json_schema", name: "fact", schema: { type: "object" }, strict: true },
          verbosity: "low",
        },
        include: ["reasoning.encrypted_content"],
        store: true,
        prompt_cache_key: "k",
        truncation: "auto",
      }),
    ).toEqual({
      model: "some-model",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "hi" },
      ],
      max_completion_tokens: 100,
      temperature: 0.2,
      top_p: 0.9,
      reasoning_effort: "low",
      response_format: {
        type: "json_schema",
        json_schema: { name: "fact", schema: { type: "object" }, strict: true },
      },
    });
  });

  test("that streams asks for the usage too", () => {
    expect(chatOf({ stream: true })).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(chatOf({ stream: null })).not.toHaveProperty("stream");
  });

  test("is a conversation with calls of tools, each after what was said before it", () => {
    const input = [
      { role: "developer", content: "Be kind." },
      { type: "message", role: "user", content: [{ type: "input_text", text: "look" }] },
      { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "x" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "I look." }] },
      { type: "function_call", call_id: "call_1", name: "look", arguments: '{"at":1}' },
      { type: "custom_tool_call", call_id: "call_2", name: "patch", input: "*** Begin" },
      { type: "function_call_output", call_id: "call_1", output: [{ type: "input_text", text: "nothing" }] },
      { type: "custom_tool_call_output", call_id: "call_2", output: "done" },
      { type: "function_call", call_id: "call_3", name: "look", arguments: "{}" },
    ];
    const call = (id: string, name: string, given: string) => ({
      id,
      type: "function",
      function: { name, arguments: given },
    });
    expect(chatOf({ input }).messages).toEqual([
      { role: "system", content: "Be kind." },
      { role: "user", content: "look" },
      {
        role: "assistant",
        content: "I look.",
        tool_calls: [call("call_1", "look", '{"at":1}'), call("call_2", "patch", '{"input":"*** Begin"}')],
      },
      { role: "tool", tool_call_id: "call_1", content: "nothing" },
      { role: "tool", tool_call_id: "call_2", content: "done" },
      { role: "assistant", content: null, tool_calls: [call("call_3", "look", "{}")] },
    ]);
  });

  test("shows pictures and files", () => {
    const content = [
      { type: "input_text", text: "What is this?" },
      { type: "input_image", image_url: "data:image/png;base64,iVBO", detail: "low" },
      { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,iVBO" },
    ];
    expect(chatOf({ input: [{ role: "user", content }] }).messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBO", detail: "low" } },
          { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,iVBO" } },
        ],
      },
    ]);
  });

  test("offers its own tools, and leaves out those that OpenAI runs", () => {
    const tools = [
      { type: "function", name: "look", description: "Looks.", parameters: { type: "object" }, strict: true },
      { type: "custom", name: "patch", format: { type: "grammar" } },
      { type: "web_search" },
    ];
    expect(
      chatOf({ tools, tool_choice: { type: "function", name: "look" }, parallel_tool_calls: false }),
    ).toMatchObject({
      tools: [
        { function: { name: "look", description: "Looks.", parameters: { type: "object" }, strict: true } },
        { function: { name: "patch", parameters: { properties: { input: { type: "string" } }, required: ["input"] } } },
      ],
      tool_choice: { type: "function", function: { name: "look" } },
      parallel_tool_calls: false,
    });
    expect(chatOf({ tools: [{ type: "web_search" }], tool_choice: "auto" })).not.toHaveProperty("tools");
  });

  test.each([
    ["previous_response_id", { previous_response_id: "resp_1" }],
    ["conversation", { conversation: "conv_1" }],
    ["prompt", { prompt: { id: "p" } }],
    ["background", { background: true }],
    ["stream", { stream: "yes" }],
    ["input", { input: undefined }],
    ["input", { input: [] }],
    ["max_output_tokens", { max_output_tokens: 0 }],
    ["input.0.role", { input: [{ role: "tool", content: "x" }] }],
    ["input.0.type", { input: [{ type: "item_reference", id: "x" }] }],
    ["input.0.content.0.type", { input: [{ role: "user", content: [{ type: "input_audio" }] }] }],
    ["input.0.content.0.image_url", { input: [{ role: "user", content: [{ type: "input_image", file_id: "f" }] }] }],
    ["input.0.call_id", { input: [{ type: "function_call", name: "a", arguments: "{}" }] }],
    ["tools", { tools: "all" }],
    ["tools.0.name", { tools: [{ type: "function" }] }],
    ["tool_choice.type", { tools: [{ type: "web_search" }], tool_choice: { type: "web_search" } }],
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

describe("an answer of the Responses API", () => {
  const usage = {
    prompt_tokens: 10,
    completion_tokens: 3,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 1 },
  };
  const answer = (message: Fields, finish_reason = "stop", fields: Fields = {}) =>
    open(fields).answer({ model: "served", choices: [{ message, finish_reason }], usage });

  test("has text, calls and counts in its own shape", () => {
    const calls = [
      { id: "call_1", function: { name: "look", arguments: '{"at":1}' } },
      { id: "call_2", function: { name: "patch", arguments: '{"input":"*** Begin"}' } },
      { id: "call_3", function: { name: "patch", arguments: "*** Begin" } },
    ];
    const tools = [{ type: "custom", name: "patch" }];
    expect(
      answer({ content: "I look.", tool_calls: calls }, "tool_calls", { tools, max_output_tokens: 5 }),
    ).toMatchObject({
      object: "response",
      status: "completed",
      model: "served",
      store: false,
      max_output_tokens: 5,
      output: [
        { type: "message", role: "assistant", content: [{ type: "output_text", text: "I look." }] },
        { type: "function_call", call_id: "call_1", name: "look", arguments: '{"at":1}' },
        { type: "custom_tool_call", call_id: "call_2", name: "patch", input: "*** Begin" },
        // A model that did not keep to the field is taken at its word.
        { type: "custom_tool_call", call_id: "call_3", name: "patch", input: "*** Begin" },
      ],
      usage: {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 4 },
        output_tokens: 3,
        output_tokens_details: { reasoning_tokens: 1 },
        total_tokens: 13,
      },
    });
  });

  test.each([
    ["stop", "completed", null],
    ["length", "incomplete", { reason: "max_output_tokens" }],
    ["content_filter", "incomplete", { reason: "content_filter" }],
  ])("that ended by %s is %s", (finish, status, incomplete_details) => {
    expect(answer({ content: "x" }, finish)).toMatchObject({ status, incomplete_details });
  });
});
