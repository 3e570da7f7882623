/** One deed on many teams, each decided on its own. Part of the teams domain's service. */
import { type BulkOutcome, runBulk } from "@/lib/api/bulk";
import type { Context } from "@/lib/context";
import { type Deed, deleting, perform, rehearse, updating } from "./lifecycle";
import type { BulkTeamsInput } from "./schema";
import * as store from "./store";

function deedOf({ action, ids: _ids, dry_run: _dryRun, ...limits }: BulkTeamsInput): Deed {
  return action === "delete" ? deleting : updating(limits);
}

/** Does `action` to each of the teams, those below before those above, so that a whole empty branch can go at once. */
export async function changeTeams(ctx: Context, input: BulkTeamsInput): Promise<BulkOutcome> {
  const deed = deedOf(input);
  return runBulk(
    ctx,
    { ids: await store.orderDeepestFirst(ctx.db, [...new Set(input.ids)]), isRehearsal: input.dry_run },
    {
      lock: (tx) => store.lockTree(tx.db),
      rehearse: (tx, id) => rehearse(tx, id, deed),
      perform: (id) => perform(ctx, id, deed),
    },
  );
}
