/** A page of a keyset in SQL, for what Prisma's own queries cannot say. Stores call this. */
import type { Keyset } from "@/lib/api/pagination";
import type { Db } from "./client";
import { Prisma } from "./generated/client";
import { getPool, inReport } from "./pool";

/** The condition and the order of one page over the table that goes by `alias`; its limit is `page.take`. */
export function pageSql(alias: string, { field, order, after }: Keyset): { where: Prisma.Sql; orderBy: Prisma.Sql } {
  // Neither comes from a caller: the field is one of those that the list declares.
  const [column, id] = [Prisma.raw(`"${alias}"."${field}"`), Prisma.raw(`"${alias}"."id"`)];
  const direction = Prisma.raw(order);
  const beyond = Prisma.raw(order === "desc" ? "<" : ">");
  // By id alone the pair would be the same column twice, of which an index takes only the first.
  const position = field === "id" ? [id] : [column, id];
  const given = (rest: Position) => (field === "id" ? [rest.id] : [rest.value, rest.id]);
  return {
    where: after ? Prisma.sql`(${Prisma.join(position)}) ${beyond} (${Prisma.join(given(after))})` : Prisma.sql`true`,
    orderBy: Prisma.join(position.map((part) => Prisma.sql`${part} ${direction}`)),
  };
}

type Position = NonNullable<Keyset["after"]>;

/** An order that is no column of the table. */
export interface Ranking {
  /** What is read once beforehand: `name AS (…), …`. */
  with?: Prisma.Sql;
  /** What is joined to the table, which goes by its store's alias; for each row one row or none. */
  joins: Prisma.Sql;
  /** A bigint of that; null counts as `absent`. */
  value: Prisma.Sql;
  absent: bigint;
}

/** The order by a relation `(id, value bigint)`, which is read once: parallel workers would each read it anew. */
export function rankByRelation(alias: string, relation: Prisma.Sql, absent: bigint): Ranking {
  return {
    with: Prisma.sql`ranking AS MATERIALIZED (${relation})`,
    joins: Prisma.sql`LEFT JOIN ranking ON ranking.id = ${Prisma.raw(`"${alias}"."id"`)}`,
    value: Prisma.sql`ranking.value`,
    absent,
  };
}

/** A row of a page: its id, and its value where the page is ranked. */
export interface PagedId {
  id: string;
  value?: bigint;
}

interface Source {
  /** The table, and what the conditions call it. */
  table: string;
  alias: string;
  conditions: readonly Prisma.Sql[];
}

// A ranking is read as a whole before it is sorted, so it is a report: without the compiler, and with room to sort in.
async function listRanked({ table, alias, conditions }: Source, page: Keyset, ranking: Ranking): Promise<PagedId[]> {
  const [from, id] = [Prisma.raw(`"${table}" AS "${alias}"`), Prisma.raw(`"${alias}"."id"`)];
  const [direction, beyond] = [Prisma.raw(page.order), Prisma.raw(page.order === "desc" ? "<" : ">")];
  const value = Prisma.sql`COALESCE(${ranking.value}, ${ranking.absent}::bigint)`;
  const before = ranking.with ? Prisma.sql`WITH ${ranking.with}` : Prisma.empty;
  const { after } = page;
  const position = after
    ? Prisma.sql`(${value}, ${id}) ${beyond} (${after.value}::bigint, ${after.id})`
    : Prisma.sql`true`;
  const { text, values } = Prisma.sql`
    ${before} SELECT ${id} AS id, ${value} AS value FROM ${from} ${ranking.joins}
    WHERE ${Prisma.join([...conditions, position], " AND ")}
    ORDER BY value ${direction}, ${id} ${direction} LIMIT ${page.take}`;
  return inReport(getPool(), async (client) => (await client.query<PagedId>(text, values)).rows);
}

/** The ids of one page in their order, by a column of the table or by `ranking`. */
export function listPageIds(db: Db, source: Source, page: Keyset, ranking?: Ranking): Promise<PagedId[]> {
  if (ranking) return listRanked(source, page, ranking);
  const { where, orderBy } = pageSql(source.alias, page);
  const [from, id] = [Prisma.raw(`"${source.table}" AS "${source.alias}"`), Prisma.raw(`"${source.alias}"."id"`)];
  return db.$queryRaw<PagedId[]>`
    SELECT ${id} AS id FROM ${from} WHERE ${Prisma.join([...source.conditions, where], " AND ")}
    ORDER BY ${orderBy} LIMIT ${page.take}`;
}

/** The rows of these ids in the order of the ids; a ranked one carries its value under the name of the field that it is sorted by. */
export function inPageOrder<T extends { id: string }>(ids: readonly PagedId[], rows: readonly T[], field: string): T[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap(({ id, value }) => {
    const row = byId.get(id);
    if (!row) return [];
    return [value === undefined ? row : { ...row, [field]: value }];
  });
}
