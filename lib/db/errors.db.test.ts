import net from "node:net";
import type pg from "pg";
import { expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { openTestDatabase } from "@/lib/testing/database";
import { translateDbError } from "./errors";
import { createPool, inReport } from "./pool";

const t = openTestDatabase();

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error) => translateDbError(error),
  );
}

async function queryOnce(url: string): Promise<void> {
  const pool = createPool(url);
  try {
    await pool.query("SELECT 1");
  } finally {
    await pool.end();
  }
}

test("a report that takes too long says so, and its connection is not used again", async () => {
  const slow = (client: pg.ClientBase) => client.query("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)");
  const failure = await failureOf(inReport(t.pool, slow));
  expect(failure).toMatchObject({ code: "unavailable", message: expect.stringContaining("too long") });
  expect(t.pool.idleCount).toBe(0);
});

test("a report cannot write", async () => {
  await expect(inReport(t.pool, (client) => client.query("DELETE FROM teams"))).rejects.toMatchObject({
    code: "25006",
  });
});

test("a server that is not there is unavailable, without a word about where it should be", async () => {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const failure = await failureOf(queryOnce(`postgresql://a:b@127.0.0.1:${port}/c`));
  expect(failure).toBeInstanceOf(AppError);
  expect(failure).toMatchObject({ code: "unavailable", message: "The database cannot be reached." });
});

test("a connection that the server ends is unavailable", async () => {
  const ended = inReport(t.pool, (client) => client.query("SELECT pg_terminate_backend(pg_backend_pid())"));
  expect(await failureOf(ended)).toMatchObject({ code: "unavailable" });
});

test("a mistake in a statement stays what it is", async () => {
  expect(await failureOf(t.pool.query("SELECT nothing FROM nowhere"))).toMatchObject({ code: "42P01" });
});
