/** One deed on many people's accounts, each decided on its own. Part of the users domain's service. */
import { type BulkOutcome, runBulk } from "@/lib/api/bulk";
import { maxBulk } from "@/lib/api/schemas";
import { reachOf } from "@/lib/authz/permissions";
import { type Context, requireReach } from "@/lib/context";
import { invalidField } from "@/lib/errors";
import { type Decide, decideDisable, decideEnable, decideSignOut, decideUpdate, perform, rehearse } from "./lifecycle";
import type { BulkUsersInput } from "./schema";
import { nowhere } from "./service";
import * as store from "./store";

function decisionOf(input: BulkUsersInput): Decide {
  switch (input.action) {
    case "disable":
      return decideDisable(input);
    case "enable":
      return decideEnable;
    case "sign_out":
      return decideSignOut;
    case "set_role":
      return decideUpdate({ role: input.role });
  }
}

async function chooseIds(ctx: Context, input: BulkUsersInput): Promise<string[]> {
  if (input.ids) return input.ids;
  const reach = requireReach(ctx, "users.write");
  const teams = reachOf(ctx.principal.authority, "teams.read") ?? nowhere;
  const ids = await store.listUserIds(reach, ctx.db, input.filter ?? {}, teams, maxBulk + 1);
  if (ids.length > maxBulk) throw invalidField("filter", `matches more than ${maxBulk} people: narrow it`);
  return ids;
}

/** Does `action` to each of the people; the result says for each whether it worked, and why not. */
export async function changeUsers(ctx: Context, input: BulkUsersInput): Promise<BulkOutcome> {
  const ids = await chooseIds(ctx, input);
  const decide = decisionOf(input);
  return runBulk(
    ctx,
    { ids, isRehearsal: input.dry_run },
    {
      lock: (tx) => store.lockUsers(tx.db, ids),
      rehearse: (tx, id) => rehearse(tx, id, decide),
      perform: (id) => perform(ctx, id, decide),
    },
  );
}
