/** Rows of models and their prices. Only lib/models calls this; reach stands in the where clause of what callers ask for. */
import type { Keyset } from "@/lib/api/pagination";
import type { Reach } from "@/lib/authz/permissions";
import type { Db } from "@/lib/db/client";
import { type Model, type ModelPrice, Prisma } from "@/lib/db/generated/client";
import { inPageOrder, listPageIds, type Ranking, rankByRelation } from "@/lib/db/page-sql";
import { containing } from "@/lib/db/search";

export type ModelRow = Model & { provider: { name: string; base_url: string } };

const withProvider = { provider: { select: { name: true, base_url: true } } } as const;
const live: Prisma.ModelWhereInput = { deleted_at: null, provider: { deleted_at: null } };

// Rights on models are for all of them or for none; whatever is narrower sees nothing.
function within(reach: Reach): Prisma.ModelWhereInput {
  return reach.kind === "all" ? live : { id: { in: [] } };
}

export function findModel(reach: Reach, db: Db, id: string): Promise<ModelRow | null> {
  return db.model.findFirst({ where: { AND: [{ id }, within(reach)] }, include: withProvider });
}

export interface ModelFilter {
  providerId?: string | undefined;
  kind?: string | undefined;
  enabled?: boolean | undefined;
  isPriced?: boolean | undefined;
  q?: string | undefined;
}

const priced = (isPriced: boolean): Prisma.ModelWhereInput => ({ prices: isPriced ? { some: {} } : { none: {} } });

const priceColumns: Record<string, string> = {
  input_price: "input_per_mtok_nano",
  output_price: "output_per_mtok_nano",
};

/** The order by a price in force; null for a sort by a column of models. */
function rankOf(field: string): Ranking | null {
  const column = priceColumns[field];
  if (!column) return null;
  const newest = Prisma.sql`
    SELECT DISTINCT ON (model_id) model_id AS id, ${Prisma.raw(column)} AS value FROM model_prices
    ORDER BY model_id, valid_from DESC, id DESC`;
  return rankByRelation("m", newest, -1n);
}

/** Models are few: those that match are looked up first, then put into the order of their prices. */
async function listByPrice(db: Db, where: Prisma.ModelWhereInput, page: Keyset, ranking: Ranking): Promise<ModelRow[]> {
  const matching = await db.model.findMany({ where, select: { id: true } });
  const conditions = [Prisma.sql`m.id = ANY(${matching.map(({ id }) => id)}::text[])`];
  const ids = await listPageIds(db, { table: "models", alias: "m", conditions }, page, ranking);
  const rows = await db.model.findMany({ where: { id: { in: ids.map(({ id }) => id) } }, include: withProvider });
  return inPageOrder(ids, rows, page.field);
}

export function listModels(reach: Reach, db: Db, filter: ModelFilter, page: Keyset): Promise<ModelRow[]> {
  const { providerId, kind, enabled, isPriced, q } = filter;
  const where: Prisma.ModelWhereInput = {
    ...(providerId === undefined ? {} : { provider_id: providerId }),
    ...(kind === undefined ? {} : { kind }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(isPriced === undefined ? {} : priced(isPriced)),
    ...(q ? { OR: [{ name: containing(q) }, { display_name: containing(q) }] } : {}),
  };
  const ranking = rankOf(page.field);
  if (ranking) return listByPrice(db, { AND: [within(reach), where] }, page, ranking);
  return db.model.findMany({
    where: { AND: [within(reach), where, page.where] },
    orderBy: page.orderBy,
    take: page.take,
    include: withProvider,
  });
}

export interface ModelCounts {
  known: number;
  enabled: number;
  /** Of the enabled ones. */
  unpriced: number;
}

/** By provider's id. */
export async function countModels(
  reach: Reach,
  db: Db,
  providerIds: readonly string[],
): Promise<Map<string, ModelCounts>> {
  const of = { provider_id: { in: [...providerIds] } };
  const count = async (where: Prisma.ModelWhereInput) => {
    const by = ["provider_id"] as const;
    const rows = await db.model.groupBy({ by: [...by], where: { AND: [within(reach), of, where] }, _count: true });
    return new Map(rows.map((row) => [row.provider_id, row._count]));
  };
  const known = await count({});
  const enabled = await count({ enabled: true });
  const unpriced = await count({ enabled: true, ...priced(false) });
  return new Map(
    [...known].map(([id, all]) => [id, { known: all, enabled: enabled.get(id) ?? 0, unpriced: unpriced.get(id) ?? 0 }]),
  );
}

/** Every model of every provider that is not deleted. */
export function listAllModels(db: Db): Promise<ModelRow[]> {
  return db.model.findMany({ where: live, include: withProvider, orderBy: { id: "asc" } });
}

// What decides on which of several models of one name is meant.
const served = {
  provider: { select: { name: true, builtin: true, credentials: { select: { enabled: true, weight: true } } } },
} as const;
export type ServedModel = Prisma.ModelGetPayload<{ include: typeof served }>;

/** Every model that is switched on, of a provider that is; those of the oldest provider first, as the gateway ranks them. */
export function listServedModels(db: Db): Promise<ServedModel[]> {
  return db.model.findMany({
    where: { AND: [live, { enabled: true, provider: { enabled: true } }] },
    include: served,
    orderBy: [{ provider: { created_at: "asc" } }, { provider_id: "asc" }, { id: "asc" }],
  });
}

/** Deleted ones too: a name is taken by its row, which comes back to life. */
export function findModelsByName(db: Db, providerId: string, names: readonly string[]): Promise<ModelRow[]> {
  return db.model.findMany({
    where: { provider_id: providerId, name: { in: [...names] } },
    include: withProvider,
    orderBy: { name: "asc" },
  });
}

export async function insertModels(db: Db, data: Prisma.ModelCreateManyInput[]): Promise<void> {
  if (data.length > 0) await db.model.createMany({ data });
}

export async function updateModel(db: Db, id: string, data: Prisma.ModelUncheckedUpdateInput): Promise<void> {
  await db.model.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
}

export async function deleteModels(db: Db, where: { id: string } | { provider_id: string }, now: Date): Promise<void> {
  const data = { deleted_at: now, updated_at: now, version: { increment: 1 } };
  await db.model.updateMany({ where: { ...where, deleted_at: null }, data });
}

/** Holds these models until the transaction ends, so that whoever sets a price next has seen the price before. */
export async function lockModels(db: Db, ids: readonly string[]): Promise<void> {
  await db.$executeRaw`SELECT 1 FROM models WHERE id = ANY(${[...ids]}::text[]) ORDER BY id FOR UPDATE`;
}

/** The newest price of each model that has one. */
export async function findCurrentPrices(db: Db, modelIds: readonly string[]): Promise<Map<string, ModelPrice>> {
  const rows = await db.$queryRaw<ModelPrice[]>`
    SELECT DISTINCT ON (model_id) id, model_id, input_per_mtok_nano, cached_input_per_mtok_nano,
           cache_write_per_mtok_nano, output_per_mtok_nano, source, created_by, valid_from
    FROM model_prices WHERE model_id = ANY(${[...modelIds]}::text[])
    ORDER BY model_id, valid_from DESC, id DESC`;
  return new Map(rows.map((row) => [row.model_id, row]));
}

export function listPrices(db: Db, modelId: string, take: number): Promise<ModelPrice[]> {
  return db.modelPrice.findMany({
    where: { model_id: modelId },
    orderBy: [{ valid_from: "desc" }, { id: "desc" }],
    take,
  });
}

export function findNewestPrice(db: Db, modelId: string, source: string): Promise<ModelPrice | null> {
  return db.modelPrice.findFirst({
    where: { model_id: modelId, source },
    orderBy: [{ valid_from: "desc" }, { id: "desc" }],
  });
}

export async function insertPrices(db: Db, data: Prisma.ModelPriceCreateManyInput[]): Promise<void> {
  if (data.length > 0) await db.modelPrice.createMany({ data });
}

/** The database's own time: the gateway compares `valid_from` with it, whatever this machine's clock says. */
export async function readDatabaseTime(db: Db): Promise<Date> {
  const [row] = await db.$queryRaw<{ now: Date }[]>`SELECT date_trunc('milliseconds', now()) AS now`;
  if (!row) throw new Error("the database told no time");
  return row.now;
}
