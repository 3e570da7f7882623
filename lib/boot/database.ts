/** Waits for a database that is given from outside, which may be starting at the same time. Called by lib/boot/run. */
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { StartError } from "./start-error";

const pollMs = 500;
/** Not there, not resolvable yet (a cluster's DNS), or just starting (57P03). Anything else does not get better by waiting. */
const transient = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "57P03"]);

/** The code of a failed connection, of Node's or of PostgreSQL's; an AggregateError hides it in its first part. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function describeFailure(databaseUrl: string, error: unknown): string {
  const { hostname, port, pathname } = new URL(databaseUrl);
  const code = codeOf(error);
  const reason = error instanceof Error && error.message ? error.message : "no answer";
  const place = `${hostname || "the local socket"}${port && `:${port}`}${pathname}`;
  return `the database at ${place} cannot be used (${code || "no code"}: ${reason}): check DATABASE_URL and that it is running`;
}

/** Resolves once the database takes connections. Throws a StartError after `withinMs`, or at once where waiting is of no use. */
export async function waitForDatabase(databaseUrl: string, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (true) {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (!transient.has(codeOf(error)) || performance.now() + pollMs > deadline) {
        throw new StartError(describeFailure(databaseUrl, error));
      }
    }
    await delay(pollMs);
  }
}
