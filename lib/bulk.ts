/** One deed on many things, each decided on its own: what the bulk services of the domains share. */
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
    log.error({ err: error, id }, "a bulk deed failed");
    return { id, ok: false, error: { code: "internal", message: "Something went wrong on our side." } };
  }
}

/** Does `deed` to each in turn; what one of them refuses is told of it and stops nothing. */
export async function runEach(ids: readonly string[], deed: (id: string) => Promise<unknown>): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  for (const id of ids) results.push(await attempt(id, () => deed(id)));
  return results;
}
