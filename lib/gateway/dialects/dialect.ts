/**
 * Ways to speak to `/v1` other than OpenAI's chat completions. A dialect is a translation at the door: the pipeline sees chat completions
 * alone, and so there is one place where calls are checked, held, sent and booked. Only lib/gateway/gateway calls this.
 */
import type { Exchange } from "../exchange";
import { readJsonBody } from "../pipeline/body";
import { EventSplitter, readEventData } from "../providers/sse";
import { asFields, type Fields } from "./read";

/** Translates a stream of chat completion chunks into the dialect's events, each as the text that is sent. */
export interface StreamTranslator {
  push(chunk: Fields): string;
  /** What closes a stream that ended as it should. */
  end(): string;
  /** What closes one that broke off, from OpenAI's `error` object. */
  breakOff(error: Fields): string;
}

/** One call in a dialect. */
export interface Conversation {
  /** The body of the same call as a chat completion. */
  chat: Fields;
  answer(completion: Fields): Fields;
  openStream(): StreamTranslator;
}

export interface Dialect {
  /** Reads a call. Throws `invalid_request` that names the field. */
  open(body: Fields): Conversation;
  /** An error body from OpenAI's `error` object. */
  refuse(status: number, error: Fields, requestId: string | undefined): Fields;
}

function parse(bytes: Buffer | string): Fields | null {
  try {
    const parsed: unknown = JSON.parse(bytes.toString());
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as Fields) : null;
  } catch {
    return null;
  }
}

interface Head {
  status: number;
  headers: Record<string, string>;
}

/** The exchange of a call in a dialect, as the pipeline sees it. */
class Translation implements Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Exchange["headers"];
  #conversation: Conversation | undefined;
  #head: Head | undefined;
  #stream: StreamTranslator | undefined;
  #hasBrokenOff = false;
  readonly #splitter = new EventSplitter();

  constructor(
    private readonly outer: Exchange,
    private readonly dialect: Dialect,
  ) {
    this.method = outer.method;
    this.path = outer.path;
    this.headers = outer.headers;
  }

  async readBody(limitBytes: number): Promise<Buffer> {
    const { parsed } = readJsonBody(await this.outer.readBody(limitBytes));
    this.#conversation = this.dialect.open(parsed);
    return Buffer.from(JSON.stringify(this.#conversation.chat));
  }

  onAbort(listener: () => void): void {
    this.outer.onAbort(listener);
  }

  get isAborted(): boolean {
    return this.outer.isAborted;
  }

  get hasHead(): boolean {
    return this.#head !== undefined || this.outer.hasHead;
  }

  writeHead(status: number, headers: Record<string, string>): void {
    this.#head = { status, headers };
    if (!this.#conversation || !headers["content-type"]?.startsWith("text/event-stream")) return;
    this.#stream = this.#conversation.openStream();
    this.outer.writeHead(status, headers);
  }

  write(chunk: Buffer): boolean {
    const text = this.#splitter
      .push(chunk)
      .map((event) => this.#translate(event))
      .join("");
    return text === "" || this.outer.write(Buffer.from(text));
  }

  onDrain(listener: () => void): void {
    this.outer.onDrain(listener);
  }

  end(chunk?: Buffer | string): void {
    if (this.#stream) {
      this.#endStream(this.#stream);
      return;
    }
    const { status, headers } = this.#head ?? { status: 500, headers: {} };
    const { status: shown, body } = this.#answer(status, chunk ?? "", headers["x-request-id"]);
    const bytes = Buffer.from(JSON.stringify(body));
    const type = { "content-type": "application/json", "content-length": String(bytes.length) };
    this.outer.writeHead(shown, { ...headers, ...type });
    this.outer.end(bytes);
  }

  #answer(status: number, chunk: Buffer | string, requestId: string | undefined): { status: number; body: Fields } {
    const body = parse(chunk);
    if (status < 300 && body && this.#conversation) return { status, body: this.#conversation.answer(body) };
    const strange = { message: "The provider's answer is not one that can be translated.", code: "provider_error" };
    const shown = status < 300 ? 502 : status;
    return {
      status: shown,
      body: this.dialect.refuse(shown, status < 300 ? strange : asFields(body?.error), requestId),
    };
  }

  #translate(event: Buffer): string {
    const data = readEventData(event);
    const chunk = data === null ? null : parse(data);
    if (!chunk || !this.#stream || this.#hasBrokenOff) return "";
    if (!chunk.error) return this.#stream.push(chunk);
    this.#hasBrokenOff = true;
    return this.#stream.breakOff(asFields(chunk.error));
  }

  #endStream(stream: StreamTranslator): void {
    const rest = this.#splitter.flush();
    const last = rest.length > 0 ? this.#translate(rest) : "";
    const text = last + (this.#hasBrokenOff ? "" : stream.end());
    this.outer.end(text);
  }
}

/** The same exchange, spoken in a dialect. */
export function speak(exchange: Exchange, dialect: Dialect): Exchange {
  return new Translation(exchange, dialect);
}
