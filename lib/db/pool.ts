/**
 * Raw Postgres for the planes where volume matters: the gateway's directory, ledger and meter, and usage reports.
 */
import pg from "pg";

// BIGINT arrives as bigint, never as a lossy number or a string that someone would have to remember to convert.
const types = {
  getTypeParser(oid: number, format?: "text" | "binary"): unknown {
    if (oid === pg.types.builtins.INT8 && format !== "binary") return BigInt;
    return pg.types.getTypeParser(oid, format);
  },
};

export interface PoolOptions {
  max?: number;
  applicationName?: string;
  /** How long one statement may take, as seen from here; without it a database that falls silent is waited for until TCP gives up. */
  queryTimeoutMs?: number;
}

/** A pool whose connections give up a transaction that their process stopped driving. Call `end()` when done. */
export function createPool(databaseUrl: string, options: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.max ?? 10,
    // Whoever does not wait for an answer before they ask again means it.
    pipeline: true,
    application_name: options.applicationName ?? "pllm",
    idle_in_transaction_session_timeout: 10_000,
    connectionTimeoutMillis: 5_000,
    ...(options.queryTimeoutMs ? { query_timeout: options.queryTimeoutMs } : {}),
    types: types as pg.CustomTypesConfig,
  });
  // A connection that dies while nothing is asked of it, in the pool or between two queries of a transaction, is told of by an
  // event: without listeners that would end the process. Whoever uses it next gets an error of their own.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

const pools = globalThis as unknown as { pllmPool?: { url: string; pool: pg.Pool } };

/** The process's pool, made at first use from DATABASE_URL: for reports and exports, which go around Prisma. */
export function getPool(): pg.Pool {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set");
  if (pools.pllmPool?.url !== url) pools.pllmPool = { url, pool: createPool(url, { applicationName: "pllm reports" }) };
  return pools.pllmPool.pool;
}

// Reports read ranges of rows that were written in their order, from disks without moving heads and mostly from memory, where a page costs
// half of what it is taken for beside the work on its rows; sums need not spill to disk; and compiling a plan costs these more than it wins.
const beginReport = [
  "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
  "SET LOCAL statement_timeout = '30s'",
  "SET LOCAL seq_page_cost = 0.5",
  "SET LOCAL random_page_cost = 0.55",
  "SET LOCAL work_mem = '64MB'",
  "SET LOCAL jit = off",
].join("; ");

/** Runs the queries of one report in a read-only transaction: they see one moment, and none runs longer than half a minute. */
export async function inReport<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(beginReport);
    const result = await work(client);
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    // The connection may be in any state: it is closed rather than used again.
    client.release(true);
    throw error;
  }
}
