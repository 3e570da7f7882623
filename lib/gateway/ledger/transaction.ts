/** Transactions of the ledger, and which of their failures lie with the data. Only the ledger calls this. */
import type pg from "pg";

/** Whether the connection may be used again. One that fails without a word of the server's is not even asked to roll back. */
async function rollBack(client: pg.ClientBase, cause: unknown): Promise<boolean> {
  if (typeof (cause as { code?: unknown } | null)?.code !== "string") return false;
  return client.query("ROLLBACK").then(
    () => true,
    () => false,
  );
}

async function run<Begun, Result>(
  pool: pg.Pool,
  begin: (client: pg.ClientBase) => Promise<Begun>,
  work: (client: pg.ClientBase, begun: Begun) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    const result = await work(client, await begin(client));
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    client.release(!(await rollBack(client, error)));
    throw error;
  }
}

/** Runs `work` in one transaction; a connection that failed in the middle is thrown away, not reused. */
export function inTransaction<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  return run(pool, (client) => client.query("BEGIN"), work);
}

/**
 * The same for `work` that begins with locking: `lock` is sent along with BEGIN, which saves a round trip. It must change nothing,
 * since it runs on its own should BEGIN fail.
 */
export function inLockingTransaction<Locked, T>(
  pool: pg.Pool,
  lock: (client: pg.ClientBase) => Promise<Locked>,
  work: (client: pg.ClientBase, locked: Locked) => Promise<T>,
): Promise<T> {
  const begin = async (client: pg.ClientBase) => {
    const [, locked] = await Promise.all([client.query("BEGIN"), lock(client)]);
    return locked;
  };
  return run(pool, begin, work);
}

/**
 * Whether a failure lies with the rows themselves, so that trying again cannot help, but leaving one of them out may: values out of
 * range or not storable (SQLSTATE classes 22 and 54), constraints (21, 23), a trigger's refusal (P0), or what this side could
 * not even write down. Everything else is taken for the database's trouble, which passes.
 */
export function isDataFault(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string") return /^(21|22|23|54|P0)...$/.test(code);
  return error instanceof TypeError || error instanceof RangeError;
}

/** Whether a transaction was undone for the sake of another one, so that it may be run again at once (SQLSTATE class 40). */
export function isConflict(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^40...$/.test(code);
}
