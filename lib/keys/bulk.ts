/** One deed on many keys, each decided on its own. Part of the keys domain's service. */
import { type BulkOutcome, runBulk } from "@/lib/api/bulk";
import { maxBulk } from "@/lib/api/schemas";
import { type Context, requireReach } from "@/lib/context";
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
import type { BulkKeysInput } from "./schema";
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
  if (input.ids) return input.ids;
  const reach = requireReach(ctx, "keys.write");
  const ids = await store.listKeyIds(reach, ctx.db, input.filter ?? {}, new Date(ctx.clock.now()), maxBulk + 1);
  if (ids.length > maxBulk) throw invalidField("filter", `matches more than ${maxBulk} keys: narrow it`);
  return ids;
}

/** Does `action` to each of the keys; the result says for each whether it worked, and why not. */
export async function changeKeys(ctx: Context, input: BulkKeysInput): Promise<BulkOutcome> {
  const ids = await chooseIds(ctx, input);
  const decide = decisionOf(input);
  return runBulk(
    ctx,
    { ids, isRehearsal: input.dry_run },
    {
      lock: (tx) => store.lockKeys(tx.db, ids),
      rehearse: (tx, id) => rehearse(tx, id, decide),
      perform: (id) => perform(ctx, id, decide),
    },
  );
}
