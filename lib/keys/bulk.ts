/**
 * One deed on many keys, each decided on its own. The real run commits key by key; a dry run does the same in one transaction
 * and rolls it back, so that it predicts what one key's fate does to the next. Part of the keys domain's service.
 */
import { type BulkOutcome, type BulkResult, runEach } from "@/lib/bulk";
import { type Context, requireReach, withTransaction } from "@/lib/context";
import { invalidField } from "@/lib/errors";
import {
  type Decide,
  decideBlock,
  decideDelete,
  decideRestore,
  decideRevoke,
  decideUnblock,
  decideUpdate,
  perform,
  rehearse,
} from "./lifecycle";
import { type BulkKeysInput, maxBulk } from "./schema";
import * as store from "./store";

function decisionOf(input: BulkKeysInput): Decide {
  switch (input.action) {
    case "revoke":
      return decideRevoke({ reason: input.reason });
    case "block":
      return decideBlock;
    case "unblock":
      return decideUnblock;
    case "restore":
      return decideRestore;
    case "delete":
      return decideDelete;
    case "set_expiry":
      return decideUpdate({ expires_at: input.expires_at, expires_in: input.expires_in });
  }
}

async function chooseIds(ctx: Context, input: BulkKeysInput): Promise<string[]> {
  if (input.ids) return [...new Set(input.ids)];
  const reach = requireReach(ctx, "keys.write");
  const ids = await store.listKeyIds(reach, ctx.db, input.filter ?? {}, new Date(ctx.clock.now()), maxBulk + 1);
  if (ids.length > maxBulk) throw invalidField("filter", `matches more than ${maxBulk} keys: narrow it`);
  return ids;
}

class RolledBack extends Error {
  constructor(readonly results: BulkResult[]) {
    super("the dry run is over");
  }
}

async function rehearseAll(ctx: Context, ids: readonly string[], decide: Decide): Promise<BulkResult[]> {
  try {
    return await withTransaction(ctx, async (tx) => {
      await store.lockKeys(tx.db, ids);
      throw new RolledBack(await runEach(ids, (id) => rehearse(tx, id, decide)));
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.results;
    throw error;
  }
}

/** Does `action` to each of the keys; the result says for each whether it worked, and why not. */
export async function changeKeys(ctx: Context, input: BulkKeysInput): Promise<BulkOutcome> {
  const ids = await chooseIds(ctx, input);
  const decide = decisionOf(input);
  const data = input.dry_run
    ? await rehearseAll(ctx, ids, decide)
    : await runEach(ids, (id) => perform(ctx, id, decide));
  return { dry_run: input.dry_run, data };
}
