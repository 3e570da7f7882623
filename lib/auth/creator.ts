/**
 * Who made something, read from its `created_by` (see createdBy in lib/context): their name, and what they may do at this moment.
 * For what goes on acting in somebody's name after they asked for it, such as an invitation.
 */
import type { Authority } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import type { User } from "@/lib/db/generated/client";
import { authorityOfKey, authorityOfUser } from "./authority";
import { systemPrincipal } from "./principal";

export interface Creator {
  /** The person's; null for the master key, a key that belongs to nobody, and whoever is gone. */
  name: string | null;
  /** Null where nothing may be done in their name any more: gone, disabled, or a key that was revoked or blocked. */
  authority: Authority | null;
}

const gone: Creator = { name: null, authority: null };

function nameOf(user: User | null): string | null {
  return user ? (user.name ?? user.email) : null;
}

async function readUser(db: Db, id: string): Promise<Creator> {
  const user = await db.user.findUnique({ where: { id } });
  if (!user) return gone;
  return { name: nameOf(user), authority: user.disabled_at ? null : await authorityOfUser(db, user) };
}

// An expired key is no sign of distrust: one that lives for an hour may well ask for what lasts a week.
async function readKey(db: Db, id: string): Promise<Creator> {
  const key = await db.key.findUnique({
    where: { id },
    include: { user: true, parent: { include: { parent: true } } },
  });
  if (!key) return gone;
  const chain = [key, key.parent, key.parent?.parent].filter((link) => link != null);
  const isStopped = chain.some((link) => link.revoked_at || link.blocked_at) || key.user?.disabled_at != null;
  return { name: nameOf(key.user), authority: isStopped ? null : await authorityOfKey(db, key, key.user) };
}

/** The creator that `created_by` names: `user:usr_…`, `key:key_…`, `master` or `system:…`. */
export function findCreator(db: Db, createdBy: string): Promise<Creator> {
  const [type, id = ""] = createdBy.split(":");
  if (type === "user") return readUser(db, id);
  if (type === "key") return readKey(db, id);
  return Promise.resolve({ name: null, authority: systemPrincipal("creator").authority });
}
