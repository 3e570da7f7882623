/** Rows that a test needs and does not test: made directly, with only what matters named. Tests only. */
import { hashSecret } from "@/lib/auth/hash";
import { generateSecret, type SecretType } from "@/lib/auth/key-format";
import type { Db } from "@/lib/db/client";
import type { Key, Prisma, Team, User } from "@/lib/db/generated/client";
import { newId } from "@/lib/ids";

export function makeUser(db: Db, fields: Partial<Prisma.UserUncheckedCreateInput> = {}): Promise<User> {
  const id = newId("user");
  const manual_role = fields.role ?? null;
  return db.user.create({ data: { id, email: `${id}@example.test`, manual_role, ...fields } });
}

export async function makeTeam(db: Db, fields: Partial<Prisma.TeamUncheckedCreateInput> = {}): Promise<Team> {
  const id = newId("team");
  const parent = fields.parent_id ? await db.team.findUniqueOrThrow({ where: { id: fields.parent_id } }) : null;
  return db.team.create({ data: { id, name: id, path: [...(parent?.path ?? []), id], ...fields } });
}

export async function makeMember(
  db: Db,
  team: { id: string },
  user: { id: string },
  role = "member",
  source = "manual",
): Promise<void> {
  await db.membership.create({ data: { team_id: team.id, user_id: user.id, role, source } });
}

export interface MadeKey {
  key: Key;
  secret: string;
}

export async function makeKey(db: Db, fields: Partial<Prisma.KeyUncheckedCreateInput> = {}): Promise<MadeKey> {
  const type = (fields.type ?? "user") as SecretType;
  const secret = generateSecret(type);
  const id = newId("key");
  const key = await db.key.create({
    data: {
      id,
      type,
      name: id,
      prefix: `sk-${type}-`,
      last_four: secret.slice(-4),
      created_by: "test",
      ...fields,
      secrets: { create: { hash: hashSecret(secret) } },
    },
  });
  return { key, secret };
}

/** An admin's bearer: an admin key without an owner. */
export async function makeAdminBearer(db: Db): Promise<string> {
  return (await makeKey(db, { type: "admin" })).secret;
}

/** A person and a bearer with all of the person's rights. */
export async function makePerson(
  db: Db,
  fields: Partial<Prisma.UserUncheckedCreateInput> = {},
): Promise<{ user: User; bearer: string }> {
  const user = await makeUser(db, fields);
  const { secret } = await makeKey(db, { type: "user", user_id: user.id, scopes: ["*"] });
  return { user, bearer: secret };
}
