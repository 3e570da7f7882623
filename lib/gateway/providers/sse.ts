/**
 * Cuts a byte stream into server-sent events without changing a byte, wherever the network cut it. Pure.
 * Source: WHATWG HTML, "Server-sent events", parsing an event stream (events end at an empty line; LF or CR LF).
 */
const lineFeed = 10;
const carriageReturn = 13;
/** Far above any event of a model; what is longer is not a stream of events, and must not fill the memory. */
const maxEventBytes = 8 * 1024 * 1024;

/** Where the event that starts at `from` ends (exclusive, its empty line included), or -1 while it is not complete. */
function findEventEnd(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(lineFeed, from);
  while (at !== -1) {
    if (bytes[at + 1] === lineFeed) return at + 2;
    if (bytes[at + 1] === carriageReturn && bytes[at + 2] === lineFeed) return at + 3;
    at = bytes.indexOf(lineFeed, at + 1);
  }
  return -1;
}

export class EventSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The events that `chunk` completes, each with its closing empty line. Throws where one grows beyond 8 MiB. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const events: Buffer[] = [];
    let start = 0;
    for (let end = findEventEnd(bytes, start); end !== -1; end = findEventEnd(bytes, start)) {
      events.push(bytes.subarray(start, end));
      start = end;
    }
    this.#rest = bytes.subarray(start);
    if (this.#rest.length > maxEventBytes) throw new RangeError("an event of the stream is too large");
    return events;
  }

  /** What was left without an empty line when the stream ended. */
  flush(): Buffer {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }
}

/** The `data` of an event, its lines joined by LF; null where it has none (a comment, say). */
export function readEventData(event: Buffer): string | null {
  const lines = event.toString("utf8").split(/\r?\n/);
  const data = lines
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(line.startsWith("data: ") ? 6 : 5));
  return data.length > 0 ? data.join("\n") : null;
}
