/**
 * One deed on many things, each decided on its own. The real run commits one by one; a dry run does the same in one transaction and
 * rolls it back, so that it predicts what one thing's fate does to the next. Services call this.
 */
import { type Context, withTransaction } from "@/lib/context";
import { translateDbError } from "@/lib/db/errors";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";

export interface BulkResult {
  id: string;
  ok: boolean;
  error?: { code: string; message: string };
}

export interface BulkOutcome {
  dry_run: boolean;
  data: BulkResult[];
}

async function attempt(id: string, deed: () => Promise<unknown>): Promise<BulkResult> {
  try {
    await deed();
    return { id, ok: true };
  } catch (thrown) {
    const error = translateDbError(thrown);
    if (error instanceof AppError) return { id, ok: false, error: { code: error.code, message: error.message } };
    // Those before this one are done and must be told of, so the request itself does not fail.
    log.error({ err: error, target_id: id }, "bulk deed failed");
    return { id, ok: false, error: { code: "internal", message: "Something went wrong on our side." } };
  }
}

async function runAll(ids: readonly string[], deed: (id: string) => Promise<unknown>): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  for (const id of ids) results.push(await attempt(id, () => deed(id)));
  return results;
}

class RolledBack extends Error {
  constructor(readonly results: BulkResult[]) {
    super("the dry run is over");
  }
}

interface BulkDeed {
  /** Makes the others wait, so that what a dry run reads holds until its end; absent where each look does so itself. */
  lock?: (tx: Context) => Promise<void>;
  /** Changes the rows as `perform` would and tells nobody. */
  rehearse: (tx: Context, id: string) => Promise<unknown>;
  perform: (id: string) => Promise<unknown>;
}

async function rehearseAll(ctx: Context, ids: readonly string[], deed: BulkDeed): Promise<BulkResult[]> {
  try {
    return await withTransaction(ctx, async (tx) => {
      await deed.lock?.(tx);
      throw new RolledBack(await runAll(ids, (id) => deed.rehearse(tx, id)));
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.results;
    throw error;
  }
}

/** Does the deed to each, once; the result says for each whether it worked, and why not. */
export async function runBulk(
  ctx: Context,
  { ids, isRehearsal }: { ids: readonly string[]; isRehearsal: boolean },
  deed: BulkDeed,
): Promise<BulkOutcome> {
  const each = [...new Set(ids)];
  const data = isRehearsal ? await rehearseAll(ctx, each, deed) : await runAll(each, deed.perform);
  return { dry_run: isRehearsal, data };
}
