/**
 * What a stream is watched for while it passes: usage, the text produced, errors, its end. The usage chunk that only we asked
 * for is taken out again; everything else goes on byte for byte.
 */
import { TextSample } from "../providers/estimate";
import type { SecretFinder } from "../providers/secrecy";
import { EventSplitter, readEventData } from "../providers/sse";
import { producedText, type ReportedCounts, readUsage } from "../providers/usage";
import type { Seen } from "./outcome";

interface Chunk {
  usage?: unknown;
  choices?: unknown;
  error?: unknown;
}

function parseChunk(data: string): Chunk | null {
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === "object" && parsed !== null ? parsed : null;
  } catch {
    return null;
  }
}

const nullUsage = /,\s*"usage"\s*:\s*null(?=\s*[,}])|"usage"\s*:\s*null\s*,?/g;

/** The event without its `"usage":null`. Where something deeper is spelt alike, it is written anew, for which is which? */
function withoutNullUsage(event: Buffer, { usage: _usage, ...rest }: Chunk): Buffer {
  const text = event.toString("utf8");
  if (text.match(nullUsage)?.length === 1) return Buffer.from(text.replace(nullUsage, ""));
  return Buffer.from(`data: ${JSON.stringify(rest)}\n\n`);
}

export interface StreamMeterOptions {
  /** The caller did not ask for usage, so it is kept from them. */
  isUsageOurs: boolean;
  secrets: SecretFinder;
}

export class StreamMeter {
  readonly #splitter = new EventSplitter();
  readonly #produced = new TextSample();
  #unreported = new TextSample();
  #reported: ReportedCounts | null = null;
  /** An error of the provider's went by. */
  hasFailed = false;
  /** The stream said that it is over. */
  isDone = false;
  /** An event held our credential: it was kept back, and so is all that follows. */
  hasSecret = false;

  constructor(private readonly options: StreamMeterOptions) {}

  get hasProduced(): boolean {
    return this.#produced.length > 0;
  }

  get seen(): Seen {
    return { reported: this.#reported, produced: this.#produced, unreported: this.#unreported };
  }

  /** What of `bytes` goes to the caller; null where nothing does yet. Throws where it is no stream of events. */
  pass(bytes: Buffer): Buffer | null {
    return this.#join(this.#splitter.push(bytes).map((event) => this.#read(event)));
  }

  finish(): Buffer | null {
    const rest = this.#splitter.flush();
    return rest.length > 0 ? this.#join([this.#read(rest)]) : null;
  }

  #join(events: (Buffer | null)[]): Buffer | null {
    const kept = events.filter((event) => event !== null);
    if (kept.length === 0) return null;
    return kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept);
  }

  #read(event: Buffer): Buffer | null {
    const data = readEventData(event);
    const chunk = data === null ? null : parseChunk(data);
    if (chunk) this.#measure(chunk);
    const { secrets, isUsageOurs } = this.options;
    this.hasSecret ||= chunk?.error ? secrets.isSpeltIn(event) : secrets.isIn(event);
    if (this.hasSecret) return null;
    if (data === "[DONE]") this.isDone = true;
    if (!chunk || !isUsageOurs || !("usage" in chunk)) return event;
    if (chunk.usage && Array.isArray(chunk.choices) && chunk.choices.length === 0) return null;
    return chunk.usage === null ? withoutNullUsage(event, chunk) : event;
  }

  #measure(chunk: Chunk): void {
    if (chunk.error) this.hasFailed = true;
    const text = producedText(chunk);
    this.#produced.add(text);
    const reported = readUsage(chunk.usage);
    if (reported) {
      // Some providers repeat a running count; the last one stands.
      this.#reported = reported;
      this.#unreported = new TextSample();
    } else this.#unreported.add(text);
  }
}
