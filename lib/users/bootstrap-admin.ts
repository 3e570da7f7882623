/** The first administrator, named by the configuration. Called at every start by lib/boot/bootstrap. */
import { recordAudit } from "@/lib/audit/record";
import { type Context, withTransaction } from "@/lib/context";
import { newId } from "@/lib/ids";
import { emitEvent } from "@/lib/outbox/emit";
import * as store from "./store";

/**
 * Makes an admin of this e-mail address unless somebody has it already; who that is stays as they are, so that demoting the
 * first admin survives a restart. Processes that start together make one.
 */
export function ensureBootstrapAdmin(ctx: Context, email: string): Promise<void> {
  return withTransaction(ctx, async (tx) => {
    const id = newId("user", tx.clock.now());
    const isNew = await store.insertUserIfAbsent(tx.db, {
      id,
      email: email.toLowerCase(),
      role: "admin",
      manual_role: "admin",
      created_via: "bootstrap",
    });
    if (!isNew) return;
    await emitEvent(tx, "user.provisioned", { id, email, role: "admin", created_via: "bootstrap" });
    await recordAudit(tx, {
      action: "user.created",
      target_type: "user",
      target_id: id,
      after: { email, role: "admin", created_via: "bootstrap" },
    });
  });
}
