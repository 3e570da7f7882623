/**
 * The bytes of a chat answer: one JSON body, or the events of a stream. Pure, used inside the simulator. Text is put
 * together by hand because JSON.stringify of a whole answer is the dearest step of a call.
 * Shapes: https://platform.openai.com/docs/api-reference/chat/object and …/chat/streaming
 */
import type { ParsedModel } from "./behaviour";
import { type ChatChoice, composeChoices, countTokens } from "./chat-answer";
import type { ChatRequest } from "./chat-request";
import { tokenAt } from "./text";
import { formatChatUsage, type TokenCounts } from "./usage";

/** What distinguishes one answer from the next with the same content. */
export interface ReplyStamp {
  /** 29 characters, unique; becomes `chatcmpl-…` and `call_…`. */
  serial: string;
  /** Seconds since the epoch. */
  created: number;
  /** The model's name as the caller wrote it, as a JSON string. */
  modelJson: string;
  fingerprint: string;
}

/** An answer as a stream. Steps are what `cut` and `stall` count: step i holds the i-th token of every choice. */
export interface StreamPlan {
  opening: string;
  steps: number;
  stepAt(index: number): string;
  closing: string;
}

function toJsonString(choice: ChatChoice, text: string): string {
  return choice.isPlain ? `"${text}"` : JSON.stringify(text);
}

function callId(stamp: ReplyStamp, choice: ChatChoice): string {
  return `call_${stamp.serial.slice(-20)}${choice.index.toString(36).padStart(4, "0")}`;
}

function formatMessage(choice: ChatChoice, stamp: ReplyStamp): string {
  const text = toJsonString(choice, choice.text);
  if (choice.toolName === null) return `{"role":"assistant","content":${text},"refusal":null,"annotations":[]}`;
  const call = `"function":{"name":${JSON.stringify(choice.toolName)},"arguments":${text}}`;
  const toolCalls = `[{"id":"${callId(stamp, choice)}","type":"function",${call}}]`;
  return `{"role":"assistant","content":null,"tool_calls":${toolCalls},"refusal":null,"annotations":[]}`;
}

function formatChoice(choice: ChatChoice, stamp: ReplyStamp): string {
  const message = formatMessage(choice, stamp);
  return `{"index":${choice.index},"message":${message},"logprobs":null,"finish_reason":"${choice.finishReason}"}`;
}

/** The body of an answer that is not streamed. */
export function formatCompletion(request: ChatRequest, parsed: ParsedModel, stamp: ReplyStamp): string {
  const choices = composeChoices(request, parsed);
  const kind = parsed.behaviour.usage;
  const usage = kind === "none" ? "" : `,"usage":${formatChatUsage(countTokens(request, parsed, choices), kind)}`;
  return (
    `{"id":"chatcmpl-${stamp.serial}","object":"chat.completion","created":${stamp.created},"model":${stamp.modelJson},` +
    `"choices":[${choices.map((choice) => formatChoice(choice, stamp)).join(",")}]${usage},` +
    `"service_tier":"default","system_fingerprint":"${stamp.fingerprint}"}`
  );
}

/** Where in a stream the usage report stands. */
interface UsagePlaces {
  /** In a chunk of its own, without choices, before `[DONE]`: OpenAI's place. */
  isOwnChunk: boolean;
  isOnLastDelta: boolean;
  /** In every chunk, counting up, as some self-hosted servers do. */
  isRunning: boolean;
  /** `"usage":null` in the chunks that carry no report. */
  isNullElsewhere: boolean;
}

function usagePlaces(request: ChatRequest, kind: ParsedModel["behaviour"]["usage"]): UsagePlaces {
  const isWanted = request.includeUsage && kind !== "none";
  return {
    isOwnChunk: (isWanted && kind !== "last_delta" && kind !== "running") || kind === "unasked",
    isOnLastDelta: isWanted && kind === "last_delta",
    isRunning: isWanted && kind === "running",
    isNullElsewhere: isWanted && kind !== "running",
  };
}

class ChatStream implements StreamPlan {
  readonly opening: string;
  readonly steps: number;
  private readonly choices: ChatChoice[];
  private readonly counts: TokenCounts;
  private readonly places: UsagePlaces;
  private readonly head: string;

  constructor(
    request: ChatRequest,
    private readonly parsed: ParsedModel,
    private readonly stamp: ReplyStamp,
  ) {
    this.choices = composeChoices(request, parsed);
    this.counts = countTokens(request, parsed, this.choices);
    this.places = usagePlaces(request, parsed.behaviour.usage);
    this.steps = this.choices.reduce((most, choice) => Math.max(most, choice.tokens), 0);
    this.head =
      `data: {"id":"chatcmpl-${stamp.serial}","object":"chat.completion.chunk","created":${stamp.created},` +
      `"model":${stamp.modelJson},"service_tier":"default","system_fingerprint":"${stamp.fingerprint}","choices":[`;
    const tail = this.tail(0);
    this.opening = this.choices.map((choice) => this.chunk(choice, this.openingDelta(choice), "null", tail)).join("");
  }

  /** The end of a chunk by which `sent` content tokens have gone out. */
  private tail(sent: number): string {
    if (this.places.isRunning) {
      const completion = this.counts.reasoning + sent;
      return `],"usage":${formatChatUsage({ ...this.counts, completion }, "exact")}}\n\n`;
    }
    return this.places.isNullElsewhere ? `],"usage":null}\n\n` : "]}\n\n";
  }

  private chunk(choice: ChatChoice, delta: string, finishReason: string, tail: string): string {
    return `${this.head}{"index":${choice.index},"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}${tail}`;
  }

  private openingDelta(choice: ChatChoice): string {
    if (choice.toolName === null) return `{"role":"assistant","content":"","refusal":null}`;
    const call = `"function":{"name":${JSON.stringify(choice.toolName)},"arguments":""}`;
    const toolCalls = `[{"index":0,"id":"${callId(this.stamp, choice)}","type":"function",${call}}]`;
    return `{"role":"assistant","content":null,"tool_calls":${toolCalls},"refusal":null}`;
  }

  private tokenDelta(choice: ChatChoice, index: number): string {
    const text = toJsonString(choice, tokenAt(choice.text, index));
    if (choice.toolName === null) return `{"content":${text}}`;
    return `{"tool_calls":[{"index":0,"function":{"arguments":${text}}}]}`;
  }

  private sentBy(steps: number): number {
    return this.choices.reduce((sum, choice) => sum + Math.min(choice.tokens, steps), 0);
  }

  stepAt(index: number): string {
    const tail = this.tail(this.places.isRunning ? this.sentBy(index + 1) : 0);
    let text = "";
    for (const choice of this.choices) {
      if (index < choice.tokens) text += this.chunk(choice, this.tokenDelta(choice, index), "null", tail);
    }
    return text;
  }

  get closing(): string {
    const report = formatChatUsage(this.counts, this.parsed.behaviour.usage);
    const usual = this.tail(this.sentBy(this.steps));
    let text = "";
    for (const choice of this.choices) {
      const isLast = choice.index === this.choices.length - 1;
      const tail = isLast && this.places.isOnLastDelta ? `],"usage":${report}}\n\n` : usual;
      text += this.chunk(choice, "{}", `"${choice.finishReason}"`, tail);
    }
    if (this.places.isOwnChunk) text += `${this.head}],"usage":${report}}\n\n`;
    return `${text}data: [DONE]\n\n`;
  }
}

export function planStream(request: ChatRequest, parsed: ParsedModel, stamp: ReplyStamp): StreamPlan {
  return new ChatStream(request, parsed, stamp);
}
