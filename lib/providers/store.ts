/** Rows of providers and credentials. Only lib/providers calls this; reach stands in the where clause of what callers ask for. */
import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import type { Credential, Prisma, Provider } from "@/lib/db/generated/client";
import { containing } from "@/lib/db/search";

export type ProviderRow = Provider & { _count: { credentials: number } };
/** A credential without its ciphertext, which leaves the store through `findSealed` alone. */
export type CredentialRow = Omit<Credential, "secret">;

const counted = { _count: { select: { credentials: true } } } as const;
const unsealed = { secret: true } as const;

// Rights on providers are for all of them or for none; whatever is narrower sees nothing.
function within(reach: Reach): Prisma.ProviderWhereInput {
  return reach.kind === "all" ? { deleted_at: null } : { id: { in: [] } };
}

export function findProvider(reach: Reach, db: Db, id: string): Promise<ProviderRow | null> {
  return db.provider.findFirst({ where: { AND: [{ id }, within(reach)] }, include: counted });
}

export interface ProviderFilter {
  q?: string | undefined;
  enabled?: boolean | undefined;
  /** Only those with at least one enabled credential. */
  withKeys?: boolean;
  /** Whether any usable credential rests. */
  resting?: boolean | undefined;
}

// What the gateway would choose among.
const usable = { enabled: true, weight: { gt: 0 } } as const;

function restingWhere(resting: boolean, now: Date): Prisma.ProviderWhereInput {
  const rests = { ...usable, cooldown_until: { gt: now } };
  return { credentials: resting ? { some: rests } : { none: rests } };
}

export function listProviders(
  reach: Reach,
  db: Db,
  filter: ProviderFilter,
  now: Date,
  page: Keyset,
): Promise<ProviderRow[]> {
  const where: Prisma.ProviderWhereInput = {
    ...(filter.enabled === undefined ? {} : { enabled: filter.enabled }),
    ...(filter.q ? { OR: [{ name: containing(filter.q) }, { display_name: containing(filter.q) }] } : {}),
    ...(filter.withKeys ? { credentials: { some: { enabled: true } } } : {}),
  };
  return db.provider.findMany({
    where: {
      AND: [within(reach), where, filter.resting === undefined ? {} : restingWhere(filter.resting, now), page.where],
    },
    orderBy: page.orderBy,
    take: page.take,
    include: counted,
  });
}

/** The credentials of these providers as far as it matters for whether they can be used. */
export function listCredentialStates(db: Db, providerIds: readonly string[]) {
  return db.credential.findMany({
    where: { provider_id: { in: [...providerIds] } },
    select: { provider_id: true, enabled: true, weight: true, cooldown_until: true, cooldown_cause: true },
  });
}
export type CredentialState = Awaited<ReturnType<typeof listCredentialStates>>[number];

/** The ids of the live providers of these names. */
export async function findIdsByName(db: Db, names: readonly string[]): Promise<Map<string, string>> {
  const where = { name: { in: [...names] }, deleted_at: null };
  const rows = await db.provider.findMany({ where, select: { id: true, name: true } });
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** Tombstones too: a name is taken by its row, which comes back to life. */
export function findProviderByName(db: Db, name: string): Promise<ProviderRow | null> {
  return db.provider.findUnique({ where: { name }, include: counted });
}

/**
 * Holds a provider and what hangs on it until the transaction ends: its address and its keys change together or in turn, so
 * that no key is stored for one host and sent to another.
 */
export async function lockProvider(db: Db, where: { id: string } | { name: string }): Promise<void> {
  if ("id" in where) await db.$executeRaw`SELECT 1 FROM providers WHERE id = ${where.id} FOR UPDATE`;
  else await db.$executeRaw`SELECT 1 FROM providers WHERE name = ${where.name} FOR UPDATE`;
}

/** One start-up at a time brings in what is shipped, so that processes that start together do not trip over each other. */
export async function lockCatalogue(db: Db): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('pllm.catalogue'))`;
}

export function insertProvider(db: Db, data: Prisma.ProviderUncheckedCreateInput): Promise<ProviderRow> {
  return db.provider.create({ data, include: counted });
}

export function updateProvider(db: Db, id: string, data: Prisma.ProviderUncheckedUpdateInput): Promise<ProviderRow> {
  return db.provider.update({ where: { id }, data: { ...data, version: { increment: 1 } }, include: counted });
}

export function listCredentials(
  db: Db,
  providerId: string,
  q: string | undefined,
  page: Keyset,
): Promise<CredentialRow[]> {
  return db.credential.findMany({
    where: { AND: [{ provider_id: providerId }, q ? { name: containing(q) } : {}, page.where] },
    orderBy: page.orderBy,
    take: page.take,
    omit: unsealed,
  });
}

type CredentialKey = { id: string } | { name: string };

export function findCredential(db: Db, providerId: string, key: CredentialKey): Promise<CredentialRow | null> {
  return db.credential.findFirst({ where: { ...key, provider_id: providerId }, omit: unsealed });
}

export async function listCredentialNames(db: Db, providerId: string): Promise<string[]> {
  const rows = await db.credential.findMany({
    where: { provider_id: providerId },
    select: { name: true },
    orderBy: { name: "asc" },
  });
  return rows.map((row) => row.name);
}

/** The ciphertext of one credential; without a key, of the one that calls would rather use. */
export function findSealed(
  db: Db,
  providerId: string,
  key: CredentialKey | null,
): Promise<{ id: string; secret: string } | null> {
  return db.credential.findFirst({
    where: { ...(key ?? {}), provider_id: providerId },
    orderBy: [{ enabled: "desc" }, { weight: "desc" }, { name: "asc" }],
    select: { id: true, secret: true },
  });
}

export function insertCredential(db: Db, data: Prisma.CredentialUncheckedCreateInput): Promise<CredentialRow> {
  return db.credential.create({ data, omit: unsealed });
}

export function updateCredential(
  db: Db,
  id: string,
  data: Prisma.CredentialUncheckedUpdateInput,
): Promise<CredentialRow> {
  return db.credential.update({ where: { id }, data: { ...data, version: { increment: 1 } }, omit: unsealed });
}

/** Deletes for good, ciphertext and all. */
export async function deleteCredentials(db: Db, providerId: string, key: CredentialKey | null): Promise<void> {
  await db.credential.deleteMany({ where: { ...(key ?? {}), provider_id: providerId } });
}
