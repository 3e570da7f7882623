/**
 * OpenAI's Responses API (`POST /v1/responses`) as chat completions: https://platform.openai.com/docs/api-reference/responses. Nothing is kept
 * between calls, so a conversation is sent whole. Refused is what would need that (`previous_response_id`, `conversation`, `prompt`,
 * `background`), and what a chat completion cannot hold; left out are tools that OpenAI runs, unless they are insisted on, earlier
 * thoughts, `include`, `truncation`, `text.verbosity` and cache keys. Pure.
 */
import { newId } from "@/lib/ids";
import { readFlag, readMaxOutput, refuse } from "../pipeline/request";
import type { Conversation, Dialect, StreamTranslator } from "./dialect";
import { asCount, asFields, asList, eventText, type Fields, readList, readText, streamed } from "./read";

const kept = ["previous_response_id", "conversation", "prompt"] as const;

function contentPart(part: Fields, param: string): Fields {
  switch (part.type) {
    case "input_text":
    case "output_text":
      return { type: "text", text: readText(part.text, `${param}.text`) };
    case "refusal":
      return { type: "text", text: readText(part.refusal, `${param}.refusal`) };
    case "input_image": {
      const url = readText(part.image_url, `${param}.image_url`);
      return { type: "image_url", image_url: { url, ...(part.detail === undefined ? {} : { detail: part.detail }) } };
    }
    case "input_file": {
      const file_data = readText(part.file_data, `${param}.file_data`);
      return { type: "file", file: { filename: part.filename ?? "file", file_data } };
    }
    default:
      return refuse(`${param}.type`, "must be input_text, input_image, input_file, output_text or refusal");
  }
}

/** A text, or parts; parts that are all text are one text, which every provider takes. */
function readContent(value: unknown, param: string): string | Fields[] {
  if (typeof value === "string") return value;
  const parts = readList(value, param).map((part, index) => contentPart(asFields(part), `${param}.${index}`));
  return parts.every(({ type }) => type === "text") ? parts.map(({ text }) => text).join("\n") : parts;
}

/** What a tool gave, as the one text that a chat completion's tool message holds. */
function readOutput(value: unknown, param: string): string {
  const content = readContent(value, param);
  return typeof content === "string" ? content : refuse(param, "can only hold text here");
}

const roles: Record<string, string> = { user: "user", assistant: "assistant", system: "system", developer: "system" };

/** The name of the one field of a tool that takes a text as it is. */
const textField = "input";

function callOf(item: Fields, param: string): Fields {
  const given =
    item.type === "custom_tool_call"
      ? JSON.stringify({ [textField]: readText(item.input, `${param}.input`) })
      : readText(item.arguments, `${param}.arguments`);
  return {
    id: readText(item.call_id, `${param}.call_id`),
    type: "function",
    function: { name: readText(item.name, `${param}.name`), arguments: given },
  };
}

function messageOf({ role, content }: Fields, param: string): Fields {
  const known = roles[String(role)] ?? refuse(`${param}.role`, "must be user, assistant, system or developer");
  return { role: known, content: readContent(content, `${param}.content`) };
}

function readInput(input: unknown): Fields[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  const messages: Fields[] = [];
  const entries = readList(input, "input");
  if (entries.length === 0) refuse("input", "must hold at least one message");
  for (const [index, entry] of entries.entries()) {
    const [item, param] = [asFields(entry), `input.${index}`];
    switch (item.type ?? "message") {
      case "message":
        messages.push(messageOf(item, param));
        break;
      case "function_call":
      case "custom_tool_call": {
        // Calls belong to what was said before them.
        const last = messages.at(-1);
        const call = callOf(item, param);
        if (last?.role === "assistant") last.tool_calls = [...asList(last.tool_calls), call];
        else messages.push({ role: "assistant", content: null, tool_calls: [call] });
        break;
      }
      case "function_call_output":
      case "custom_tool_call_output":
        messages.push({
          role: "tool",
          tool_call_id: readText(item.call_id, `${param}.call_id`),
          content: readOutput(item.output, `${param}.output`),
        });
        break;
      case "reasoning":
        break;
      default:
        refuse(`${param}.type`, "must be message, reasoning, or the call or the output of a function or a custom tool");
    }
  }
  return messages;
}

const isOurs = ({ type }: Fields) => type === "function" || type === "custom";

function readTool(tool: Fields, param: string): Fields {
  const name = readText(tool.name, `${param}.name`);
  const parameters =
    tool.type === "custom"
      ? { type: "object", properties: { [textField]: { type: "string" } }, required: [textField] }
      : (tool.parameters ?? { type: "object", properties: {} });
  return {
    type: "function",
    function: {
      name,
      ...(typeof tool.description === "string" ? { description: tool.description } : {}),
      parameters,
      ...(tool.strict === true ? { strict: true } : {}),
    },
  };
}

function readTools(body: Fields): Fields {
  const all = body.tools === undefined || body.tools === null ? [] : readList(body.tools, "tools").map(asFields);
  const tools = all.flatMap((tool, index) => (isOurs(tool) ? [readTool(tool, `tools.${index}`)] : []));
  const { tool_choice: choice } = body;
  if (typeof choice === "object" && choice !== null && !isOurs(choice as Fields))
    refuse("tool_choice.type", "must be function or custom");
  if (tools.length === 0) return {};
  const named = typeof choice === "object" && choice !== null ? (choice as Fields).name : undefined;
  return {
    tools,
    ...(typeof choice === "string" ? { tool_choice: choice } : {}),
    ...(named === undefined ? {} : { tool_choice: { type: "function", function: { name: named } } }),
    ...(body.parallel_tool_calls === false ? { parallel_tool_calls: false } : {}),
  };
}

function readFormat(text: unknown): Fields {
  const { type, name, schema, strict, description } = asFields(asFields(text).format);
  if (type === "json_object") return { response_format: { type } };
  if (type !== "json_schema") return {};
  const json_schema = { name, schema, ...(strict ? { strict } : {}), ...(description ? { description } : {}) };
  return { response_format: { type, json_schema } };
}

/** The same call as a chat completion. */
function toChat(body: Fields): Fields {
  for (const name of kept)
    if (body[name] !== undefined && body[name] !== null)
      refuse(name, "nothing is kept here between calls: send the whole conversation as input");
  if (body.background === true) refuse("background", "calls are answered at once here");
  const { instructions, temperature, top_p, reasoning } = body;
  const { effort } = asFields(reasoning);
  const most = readMaxOutput(body, "max_output_tokens");
  return {
    model: body.model,
    messages: [
      ...(typeof instructions === "string" ? [{ role: "system", content: instructions }] : []),
      ...readInput(body.input),
    ],
    ...(most === null ? {} : { max_completion_tokens: most }),
    ...readTools(body),
    ...readFormat(body.text),
    ...(typeof effort === "string" ? { reasoning_effort: effort } : {}),
    ...(temperature === undefined || temperature === null ? {} : { temperature }),
    ...(top_p === undefined || top_p === null ? {} : { top_p }),
    ...(readFlag(body.stream, "stream") ? streamed : {}),
  };
}

function usageOf(usage: unknown): Fields {
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = asFields(usage);
  const [input, output] = [asCount(prompt_tokens), asCount(completion_tokens)];
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: asCount(asFields(prompt_tokens_details).cached_tokens) },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: asCount(asFields(completion_tokens_details).reasoning_tokens) },
    total_tokens: input + output,
  };
}

const incomplete: Record<string, string> = { length: "max_output_tokens", content_filter: "content_filter" };

/** How a response ended, of a chat completion's `finish_reason`. */
function endOf(finishReason: unknown): Fields {
  const reason = incomplete[String(finishReason)];
  return reason
    ? { status: "incomplete", incomplete_details: { reason } }
    : { status: "completed", incomplete_details: null };
}

const textPart = (text: string): Fields => ({ type: "output_text", text, annotations: [], logprobs: [] });

const textItem = (id: string, content: Fields[], status = "completed"): Fields => ({
  id,
  type: "message",
  status,
  role: "assistant",
  content,
});

/** The text that a custom tool is called with, of the arguments of the function that stands for it. */
function customInput(given: string): string {
  try {
    const { [textField]: input } = asFields(JSON.parse(given));
    return typeof input === "string" ? input : given;
  } catch {
    return given;
  }
}

/** What all answers to one call have in common. */
class Answering {
  readonly id = newId("response");
  readonly #createdAt = Math.floor(Date.now() / 1_000);
  readonly #customTools: ReadonlySet<unknown>;

  constructor(private readonly body: Fields) {
    const custom = asList(body.tools).filter(({ type }) => type === "custom");
    this.#customTools = new Set(custom.map(({ name }) => name));
  }

  isCustom(name: string): boolean {
    return this.#customTools.has(name);
  }

  callItem(id: string, call_id: string, name: string, given: string, status = "completed"): Fields {
    return this.isCustom(name)
      ? { id, type: "custom_tool_call", status, call_id, name, input: customInput(given) }
      : { id, type: "function_call", status, call_id, name, arguments: given };
  }

  /** The response object, with these fields. */
  response(fields: Fields): Fields {
    const { instructions, max_output_tokens, metadata, temperature, top_p, tools, tool_choice } = this.body;
    return {
      id: this.id,
      object: "response",
      created_at: this.#createdAt,
      status: "in_progress",
      error: null,
      incomplete_details: null,
      instructions: instructions ?? null,
      max_output_tokens: max_output_tokens ?? null,
      metadata: metadata ?? {},
      model: this.body.model,
      output: [],
      parallel_tool_calls: this.body.parallel_tool_calls !== false,
      previous_response_id: null,
      store: false,
      temperature: temperature ?? null,
      text: this.body.text ?? { format: { type: "text" } },
      tool_choice: tool_choice ?? "auto",
      tools: tools ?? [],
      top_p: top_p ?? null,
      usage: null,
      ...fields,
    };
  }

  answer(completion: Fields): Fields {
    const [choice] = asList(completion.choices);
    const { content, refusal, tool_calls } = asFields(choice?.message);
    const text = typeof content === "string" && content !== "" ? content : refusal;
    const output = [
      ...(typeof text === "string" ? [textItem(newId("message"), [textPart(text)])] : []),
      ...asList(tool_calls).map(({ id, function: called }) => {
        const { name, arguments: given } = asFields(called);
        return this.callItem(newId("call"), String(id), String(name), String(given));
      }),
    ];
    return this.response({
      model: completion.model,
      output,
      usage: usageOf(completion.usage),
      ...endOf(choice?.finish_reason),
    });
  }
}

/** An item that is being written: a text, or the call of a chat completion's index. */
type Open = { id: string } & (
  | { kind: "text"; text: string }
  | { kind: "call"; index: number; callId: string; name: string; given: string }
);

/** https://platform.openai.com/docs/api-reference/responses-streaming */
class ResponseStream implements StreamTranslator {
  #sequence = 0;
  #hasStarted = false;
  readonly #output: Fields[] = [];
  #open: Open | null = null;
  #finishReason: unknown = null;
  #usage: unknown = null;

  constructor(private readonly answering: Answering) {}

  push(chunk: Fields): string {
    if (chunk.usage) this.#usage = chunk.usage;
    const [choice] = asList(chunk.choices);
    const delta = asFields(choice?.delta);
    if (choice?.finish_reason) this.#finishReason = choice.finish_reason;
    let text = this.#start();
    for (const piece of [delta.content, delta.refusal])
      if (typeof piece === "string" && piece !== "") text += this.#say(piece);
    for (const call of asList(delta.tool_calls)) text += this.#call(call);
    return text;
  }

  end(): string {
    const rest = this.#start() + this.#close();
    const ending = endOf(this.#finishReason);
    const response = this.answering.response({ output: this.#output, usage: usageOf(this.#usage), ...ending });
    return rest + this.#event({ type: `response.${ending.status}`, response });
  }

  breakOff(error: Fields): string {
    const failed = { code: error.code ?? "server_error", message: error.message };
    const response = this.answering.response({ output: this.#output, status: "failed", error: failed });
    return this.#start() + this.#event({ type: "response.failed", response });
  }

  #event(data: Fields): string {
    return eventText({ ...data, sequence_number: this.#sequence++ });
  }

  #start(): string {
    if (this.#hasStarted) return "";
    this.#hasStarted = true;
    const response = this.answering.response({});
    return (
      this.#event({ type: "response.created", response }) + this.#event({ type: "response.in_progress", response })
    );
  }

  #at(id: string): Fields {
    return { item_id: id, output_index: this.#output.length };
  }

  #added(item: Fields): string {
    return this.#event({ type: "response.output_item.added", output_index: this.#output.length, item });
  }

  #say(piece: string): string {
    let text = "";
    if (this.#open?.kind !== "text") {
      text += this.#close();
      const id = newId("message");
      this.#open = { id, kind: "text", text: "" };
      text += this.#added(textItem(id, [], "in_progress"));
      text += this.#event({
        type: "response.content_part.added",
        ...this.#at(id),
        content_index: 0,
        part: textPart(""),
      });
    }
    const open = this.#open as Open & { kind: "text" };
    open.text += piece;
    const where = { ...this.#at(open.id), content_index: 0 };
    return text + this.#event({ type: "response.output_text.delta", ...where, delta: piece, logprobs: [] });
  }

  #call({ index, id, function: called }: Fields): string {
    const { name, arguments: given } = asFields(called);
    let text = "";
    if (this.#open?.kind !== "call" || this.#open.index !== asCount(index)) {
      text += this.#close();
      const open = {
        id: newId("call"),
        kind: "call" as const,
        index: asCount(index),
        callId: String(id),
        name: String(name),
        given: "",
      };
      this.#open = open;
      text += this.#added(this.answering.callItem(open.id, open.callId, open.name, "", "in_progress"));
    }
    const open = this.#open as Open & { kind: "call" };
    if (typeof given !== "string" || given === "") return text;
    open.given += given;
    // What a custom tool is called with can be told from the whole alone.
    if (this.answering.isCustom(open.name)) return text;
    return text + this.#event({ type: "response.function_call_arguments.delta", ...this.#at(open.id), delta: given });
  }

  #close(): string {
    const open = this.#open;
    if (!open) return "";
    this.#open = null;
    const { text, item } = open.kind === "text" ? this.#endText(open) : this.#endCall(open);
    const output_index = this.#output.length;
    this.#output.push(item);
    return text + this.#event({ type: "response.output_item.done", output_index, item });
  }

  #endText({ id, text }: Open & { kind: "text" }): { text: string; item: Fields } {
    const where = { ...this.#at(id), content_index: 0 };
    return {
      text:
        this.#event({ type: "response.output_text.done", ...where, text, logprobs: [] }) +
        this.#event({ type: "response.content_part.done", ...where, part: textPart(text) }),
      item: textItem(id, [textPart(text)]),
    };
  }

  #endCall({ id, callId, name, given }: Open & { kind: "call" }): { text: string; item: Fields } {
    const item = this.answering.callItem(id, callId, name, given);
    if (!this.answering.isCustom(name)) {
      const done = { type: "response.function_call_arguments.done", ...this.#at(id), name, arguments: given };
      return { text: this.#event(done), item };
    }
    const { input } = item;
    return {
      text:
        this.#event({ type: "response.custom_tool_call_input.delta", ...this.#at(id), delta: input }) +
        this.#event({ type: "response.custom_tool_call_input.done", ...this.#at(id), input }),
      item,
    };
  }
}

export const responsesDialect: Dialect = {
  open: (body): Conversation => {
    const answering = new Answering(body);
    return {
      chat: toChat(body),
      answer: (completion) => answering.answer(completion),
      openStream: () => new ResponseStream(answering),
    };
  },
  // Its errors are those of chat completions.
  refuse: (_status, error) => ({ error }),
};
