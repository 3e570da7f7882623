/**
 * Anthropic's Messages API (`POST /v1/messages`) as chat completions: https://docs.anthropic.com/en/api/messages. What a chat completion
 * cannot say is refused where leaving it out would change what is asked for, and otherwise left out: `top_k`, `thinking`, `metadata`,
 * cache marks. Thoughts of earlier turns are not sent back. Pure.
 */
import { newId } from "@/lib/ids";
import { readFlag, readMaxOutput, refuse } from "../pipeline/request";
import type { Conversation, Dialect, StreamTranslator } from "./dialect";
import { asCount, asFields, asList, eventText, type Fields, readList, readText, streamed } from "./read";

/** A text, or a list of text blocks, as one text. */
function joinText(value: unknown, param: string): string {
  if (typeof value === "string") return value;
  return readList(value, param)
    .map((block, index) => {
      const { type, text } = asFields(block);
      if (type !== "text") refuse(`${param}.${index}.type`, "must be text here");
      return readText(text, `${param}.${index}.text`);
    })
    .join("\n");
}

function dataUrl(source: Fields, param: string): string {
  return `data:${readText(source.media_type, `${param}.media_type`)};base64,${readText(source.data, `${param}.data`)}`;
}

function imagePart(block: Fields, param: string): Fields {
  const source = asFields(block.source);
  if (source.type !== "base64" && source.type !== "url") refuse(`${param}.source.type`, "must be base64 or url");
  const url = source.type === "url" ? readText(source.url, `${param}.source.url`) : dataUrl(source, `${param}.source`);
  return { type: "image_url", image_url: { url } };
}

function documentPart(block: Fields, param: string): Fields {
  const source = asFields(block.source);
  if (source.type === "text") return { type: "text", text: readText(source.data, `${param}.source.data`) };
  if (source.type !== "base64") refuse(`${param}.source.type`, "must be base64 or text");
  const filename = typeof block.title === "string" ? block.title : "document.pdf";
  return { type: "file", file: { filename, file_data: dataUrl(source, `${param}.source`) } };
}

/** A block of what a user says; null for a result of a tool, which is a message of its own. */
function userPart(block: Fields, param: string): Fields | null {
  switch (block.type) {
    case "text":
      return { type: "text", text: readText(block.text, `${param}.text`) };
    case "image":
      return imagePart(block, param);
    case "document":
      return documentPart(block, param);
    case "tool_result":
      return null;
    default:
      return refuse(`${param}.type`, "must be text, image, document or tool_result");
  }
}

interface ToolResult {
  message: Fields;
  /** What of it is not text, which a chat completion's tool message cannot hold. */
  others: Fields[];
}

function readResult(block: Fields, param: string): ToolResult {
  const content = typeof block.content === "string" ? [{ type: "text", text: block.content }] : (block.content ?? []);
  const parts = readList(content, `${param}.content`).map((inner, index) =>
    userPart(asFields(inner), `${param}.content.${index}`),
  );
  const texts = parts.flatMap((part) => (part?.type === "text" ? [part.text as string] : []));
  const failed = block.is_error === true ? ["The tool failed."] : [];
  return {
    message: {
      role: "tool",
      tool_call_id: readText(block.tool_use_id, `${param}.tool_use_id`),
      content: [...failed, ...texts].join("\n"),
    },
    others: parts.filter((part) => part !== null && part.type !== "text") as Fields[],
  };
}

function userMessages(content: unknown, param: string): Fields[] {
  if (typeof content === "string") return [{ role: "user", content }];
  const blocks = readList(content, param).map(asFields);
  const parts = blocks.flatMap((block, index) => userPart(block, `${param}.${index}`) ?? []);
  const results = blocks.flatMap((block, index) =>
    block.type === "tool_result" ? [readResult(block, `${param}.${index}`)] : [],
  );
  const said = [...results.flatMap(({ others }) => others), ...parts];
  return [
    // The results come first: whatever else is said follows on them.
    ...results.map(({ message }) => message),
    ...(said.length > 0 ? [{ role: "user", content: said }] : []),
  ];
}

const thoughts: ReadonlySet<unknown> = new Set(["thinking", "redacted_thinking"]);

function assistantMessages(content: unknown, param: string): Fields[] {
  if (typeof content === "string") return [{ role: "assistant", content }];
  const texts: string[] = [];
  const calls: Fields[] = [];
  for (const [index, entry] of readList(content, param).entries()) {
    const [block, at] = [asFields(entry), `${param}.${index}`];
    if (block.type === "text") texts.push(readText(block.text, `${at}.text`));
    else if (block.type === "tool_use")
      calls.push({
        id: readText(block.id, `${at}.id`),
        type: "function",
        function: { name: readText(block.name, `${at}.name`), arguments: JSON.stringify(block.input ?? {}) },
      });
    else if (!thoughts.has(block.type)) refuse(`${at}.type`, "must be text, tool_use or thinking");
  }
  if (texts.length === 0 && calls.length === 0) return [];
  return [
    {
      role: "assistant",
      content: texts.length > 0 ? texts.join("\n") : null,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
  ];
}

function readMessages(value: unknown): Fields[] {
  return readList(value, "messages").flatMap((entry, index) => {
    const { role, content } = asFields(entry);
    const param = `messages.${index}`;
    if (role === "user") return userMessages(content, `${param}.content`);
    if (role === "assistant") return assistantMessages(content, `${param}.content`);
    // Programs give new instructions on the way.
    if (role === "system") return [{ role, content: joinText(content, `${param}.content`) }];
    return refuse(`${param}.role`, "must be user, assistant or system");
  });
}

function readTool(entry: unknown, index: number): Fields {
  const { type = "custom", name, description, input_schema } = asFields(entry);
  if (type !== "custom")
    refuse(
      `tools.${index}.type`,
      "only tools with a schema of their own can be used here, not those that Anthropic runs",
    );
  return {
    type: "function",
    function: {
      name: readText(name, `tools.${index}.name`),
      ...(description === undefined ? {} : { description: readText(description, `tools.${index}.description`) }),
      parameters: asFields(input_schema),
    },
  };
}

function readToolChoice(value: unknown): Fields {
  const { type, name, disable_parallel_tool_use: isSingle } = asFields(value);
  const kinds: Record<string, unknown> = { auto: "auto", any: "required", none: "none" };
  const choice =
    type === "tool"
      ? { type: "function", function: { name: readText(name, "tool_choice.name") } }
      : (kinds[String(type)] ?? refuse("tool_choice.type", "must be auto, any, tool or none"));
  return { tool_choice: choice, ...(isSingle === true ? { parallel_tool_calls: false } : {}) };
}

/** The same call as a chat completion. */
function toChat(body: Fields): Fields {
  const { system, tools, tool_choice, stop_sequences, temperature, top_p, stream } = body;
  const most = readMaxOutput(body, "max_tokens") ?? refuse("max_tokens", "is required");
  const list = tools === undefined ? [] : readList(tools, "tools").map(readTool);
  return {
    model: body.model,
    messages: [
      ...(system === undefined ? [] : [{ role: "system", content: joinText(system, "system") }]),
      ...readMessages(body.messages),
    ],
    max_completion_tokens: most,
    ...(list.length > 0 ? { tools: list } : {}),
    ...(list.length > 0 && tool_choice !== undefined ? readToolChoice(tool_choice) : {}),
    ...(stop_sequences === undefined ? {} : { stop: readList(stop_sequences, "stop_sequences") }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { top_p }),
    ...(readFlag(stream, "stream") ? streamed : {}),
  };
}

const stopReasons: Record<string, string> = {
  length: "max_tokens",
  tool_calls: "tool_use",
  function_call: "tool_use",
  content_filter: "refusal",
};

function stopReasonOf(finishReason: unknown): string {
  return stopReasons[String(finishReason)] ?? "end_turn";
}

/** Tokens as Anthropic counts them: those from the cache beside the others, and not among them. */
function usageOf(usage: unknown): Fields {
  const { prompt_tokens, completion_tokens, prompt_tokens_details } = asFields(usage);
  const details = asFields(prompt_tokens_details);
  const [read, written] = [asCount(details.cached_tokens), asCount(details.cache_creation_tokens)];
  return {
    input_tokens: Math.max(0, asCount(prompt_tokens) - read - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    output_tokens: asCount(completion_tokens),
  };
}

/** The arguments of a call as an object; a model may have written anything. */
function inputOf(given: unknown): Fields {
  try {
    return asFields(JSON.parse(String(given)));
  } catch {
    return {};
  }
}

function messageOf(model: unknown, fields: Fields): Fields {
  return { id: newId("message"), type: "message", role: "assistant", model, stop_sequence: null, ...fields };
}

function answer(completion: Fields): Fields {
  const [choice] = asList(completion.choices);
  const message = asFields(choice?.message);
  const calls = asList(message.tool_calls);
  const text = typeof message.content === "string" && message.content !== "" ? message.content : message.refusal;
  return messageOf(completion.model, {
    content: [
      ...(typeof text === "string" ? [{ type: "text", text }] : []),
      ...calls.map(({ id, function: called }) => {
        const { name, arguments: given } = asFields(called);
        return { type: "tool_use", id, name, input: inputOf(given) };
      }),
    ],
    stop_reason: stopReasonOf(choice?.finish_reason),
    usage: usageOf(completion.usage),
  });
}

/** https://docs.anthropic.com/en/docs/build-with-claude/streaming */
class MessageStream implements StreamTranslator {
  #hasStarted = false;
  /** How many blocks there have been; the last of them is open while `#open` says what it is. */
  #blocks = 0;
  /** `text`, or the index of the call that is being written. */
  #open: string | null = null;
  #finishReason: unknown = null;
  #usage: unknown = null;

  push(chunk: Fields): string {
    if (chunk.usage) this.#usage = chunk.usage;
    const [choice] = asList(chunk.choices);
    const delta = asFields(choice?.delta);
    if (choice?.finish_reason) this.#finishReason = choice.finish_reason;
    let text = this.#start(chunk.model);
    for (const piece of [delta.content, delta.refusal])
      if (typeof piece === "string" && piece !== "") text += this.#say(piece);
    for (const call of asList(delta.tool_calls)) text += this.#call(call);
    return text;
  }

  end(): string {
    return (
      this.#start(null) +
      this.#close() +
      eventText({
        type: "message_delta",
        delta: { stop_reason: stopReasonOf(this.#finishReason), stop_sequence: null },
        usage: usageOf(this.#usage),
      }) +
      eventText({ type: "message_stop" })
    );
  }

  breakOff(error: Fields): string {
    return eventText({ type: "error", error: errorOf("api_error", error) });
  }

  #start(model: unknown): string {
    if (this.#hasStarted) return "";
    this.#hasStarted = true;
    const message = messageOf(model, { content: [], stop_reason: null, usage: usageOf(null) });
    return eventText({ type: "message_start", message });
  }

  #close(): string {
    if (this.#open === null) return "";
    this.#open = null;
    return eventText({ type: "content_block_stop", index: this.#blocks - 1 });
  }

  #begin(name: string, block: Fields): string {
    const closed = this.#close();
    this.#open = name;
    this.#blocks += 1;
    return closed + eventText({ type: "content_block_start", index: this.#blocks - 1, content_block: block });
  }

  #add(delta: Fields): string {
    return eventText({ type: "content_block_delta", index: this.#blocks - 1, delta });
  }

  #say(text: string): string {
    const begun = this.#open === "text" ? "" : this.#begin("text", { type: "text", text: "" });
    return begun + this.#add({ type: "text_delta", text });
  }

  #call({ index, id, function: called }: Fields): string {
    const { name, arguments: given } = asFields(called);
    const key = `call ${asCount(index)}`;
    const begun = this.#open === key ? "" : this.#begin(key, { type: "tool_use", id, name, input: {} });
    const hasPart = typeof given === "string" && given !== "";
    return begun + (hasPart ? this.#add({ type: "input_json_delta", partial_json: given }) : "");
  }
}

/** https://docs.anthropic.com/en/api/errors */
const errorTypes: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
};

function errorOf(type: string, { message, code, param, details }: Fields): Fields {
  return { type, message, ...(code ? { code } : {}), ...(param ? { param } : {}), ...(details ? { details } : {}) };
}

export const messagesDialect: Dialect = {
  open: (body): Conversation => ({ chat: toChat(body), answer, openStream: () => new MessageStream() }),
  refuse: (status, error, requestId) => ({
    type: "error",
    error: errorOf(errorTypes[status] ?? (status < 500 ? "invalid_request_error" : "api_error"), error),
    request_id: requestId ?? null,
  }),
};
