import path from "node:path";
import { defineConfig } from "prisma/config";

// `prisma generate` never runs the schema engine, yet it insists on downloading one first. Any existing file satisfies
// that check, so generation works without a network. Migrations are applied by lib/db/migrate.ts, not by this tool.
if (process.argv.includes("generate")) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: path.join("prisma", "schema"),
  migrations: { path: path.join("prisma", "migrations") },
  datasource: { url: process.env.DATABASE_URL ?? "" },
});
