/**
 * Keeps calls that were refused before any provider saw them, for whoever asks why. Written a moment later and aside from the books:
 * a caller who is refused a thousand times a second costs one row a minute, and nothing waits for it.
 */
import type pg from "pg";
import type { Clock } from "@/lib/clock";
import { newId } from "@/lib/ids";
import { log } from "@/lib/log";
import { isDataFault } from "../ledger/transaction";

export interface RefusedCall {
  request_id: string;
  key_id: string | null;
  user_id: string | null;
  team_id: string | null;
  team_path: readonly string[];
  endpoint: string;
  /** As asked for; null where the call did not come as far. */
  model: string | null;
  http_status: number;
  error_code: string;
  message: string;
  details: Record<string, unknown> | null;
  client: string | null;
}

interface Group {
  id: string;
  first: RefusedCall;
  firstAt: number;
  lastAt: number;
  /** Not yet written. */
  pending: number;
}

const flushMs = 1_000;
/** Alike refusals share a row for so long, and until the next flush. */
const groupMs = 60_000;
/** What does not fit any more within a minute is not kept. */
const maxGroups = 5_000;
const maxTextLength = 300;

const writeText = `INSERT INTO refusals AS r (id, request_id, key_id, user_id, team_id, team_path, endpoint, model, http_status, error_code, message,
    details, client, count, first_at, last_at)
  SELECT id, request_id, key_id, user_id, team_id, team_path, endpoint, model, http_status, error_code, message, details, client, count, first_at, last_at
  FROM json_to_recordset($1::json) AS e(id text, request_id text, key_id text, user_id text, team_id text, team_path text[], endpoint text,
    model text, http_status int, error_code text, message text, details jsonb, client text, count int, first_at timestamptz, last_at timestamptz)
  ON CONFLICT (id) DO UPDATE SET count = r.count + EXCLUDED.count, last_at = EXCLUDED.last_at`;

function shorten(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength - 1)}…`;
}

/** What was sent may be anything; a column of text takes neither NUL nor half a character. */
function toStorable(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll("\0", "\ufffd").toWellFormed() : value;
}

function toRow({ id, first, firstAt, lastAt, pending }: Group) {
  return {
    ...first,
    id,
    model: first.model === null ? null : shorten(first.model),
    message: shorten(first.message),
    client: first.client === null ? null : shorten(first.client),
    count: pending,
    first_at: new Date(firstAt),
    last_at: new Date(lastAt),
  };
}

export class RefusalLog {
  readonly #groups = new Map<string, Group>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly pool: pg.Pool,
    private readonly clock: Clock,
  ) {
    this.#timer = setInterval(() => void this.flush(), flushMs);
    this.#timer.unref();
  }

  note(call: RefusedCall): void {
    const now = this.clock.now();
    const kind = [call.key_id, call.endpoint, call.error_code, call.model].join(" ");
    let group = this.#groups.get(kind);
    if (!group) {
      if (this.#groups.size >= maxGroups) return;
      group = { id: newId("refusal", now), first: call, firstAt: now, lastAt: now, pending: 0 };
      this.#groups.set(kind, group);
    }
    group.pending += 1;
    group.lastAt = now;
  }

  /** Writes what is new. Never rejects: what could not be written is tried again with the next flush. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #write(): Promise<void> {
    const now = this.clock.now();
    const due = [...this.#groups.values()].filter(({ pending }) => pending > 0);
    try {
      if (due.length > 0) await this.#store(due);
      for (const [kind, group] of this.#groups)
        if (group.pending === 0 && now - group.firstAt >= groupMs) this.#groups.delete(kind);
    } catch (error) {
      log.warn({ err: error, refusals: due.length }, "refused calls could not be noted and will be tried again");
    }
  }

  /** One that cannot be written must not hold up the others, so where the rows are at fault each is written by itself. */
  async #store(groups: readonly Group[]): Promise<void> {
    const rows = groups.map(toRow);
    try {
      const values = [JSON.stringify(rows, toStorable)];
      await this.pool.query({ name: "write-refusals", text: writeText, values });
    } catch (error) {
      if (!isDataFault(error)) throw error;
      if (groups.length > 1) {
        for (const group of groups) await this.#store([group]);
        return;
      }
      log.error({ err: error, request_id: rows[0]?.request_id }, "a refused call cannot be noted and is left out");
    }
    for (const [index, group] of groups.entries()) group.pending -= rows[index]?.count ?? 0;
  }
}
