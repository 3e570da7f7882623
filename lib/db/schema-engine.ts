/**
 * Prisma's schema engine as WebAssembly, so that migrations need no downloaded binary. Only lib/db/migrate.ts and
 * scripts/make-migration.ts call this; nothing that Next bundles may, because the engine is 5 MB.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as engineModule from "@prisma/schema-engine-wasm/schema_engine_bg";
import type pg from "pg";

export interface SchemaFile {
  /** File name of the schema file, for messages. */
  path: string;
  content: string;
}

/** No table or enum is managed by anyone else. */
export const noExternalTables = { externalTables: [], externalEnums: [] };

let started: Promise<void> | undefined;

async function startWasm(): Promise<void> {
  // Resolved at run time and not by a bundler: the .wasm lies beside the package's entry file.
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const bytes = await readFile(entry.replace(/\.js$/, ".wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": { ...engineModule } });
  engineModule.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start !== "function") throw new Error("the schema engine's WebAssembly has no start function");
  start();
}

async function openEngine(factory: SqlMigrationAwareDriverAdapterFactory): Promise<engineModule.SchemaEngine> {
  started ??= startWasm();
  await started;
  const adapter = bindMigrationAwareSqlAdapterFactory(factory);
  return engineModule.SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter);
}

/**
 * A schema engine over `pool`, connected. The caller frees it (`engine.free()`) and ends the pool, which the engine would
 * leave open. Recipe: the package's own `schema_engine.js`.
 */
export function openSchemaEngine(pool: pg.Pool): Promise<engineModule.SchemaEngine> {
  const factory = new PrismaPg(pool);
  return openEngine({
    provider: factory.provider,
    adapterName: factory.adapterName,
    connectToShadowDb: () => factory.connectToShadowDb(),
    async connect() {
      const adapter = await factory.connect();
      // The adapter cuts a script at every semicolon, which breaks function bodies. Sent whole, it is also one transaction.
      adapter.executeScript = async (script) => {
        await pool.query(script);
      };
      return adapter;
    },
  });
}

function refuseQuery(): never {
  throw new Error("comparing schema files needs no database");
}

/** The engine asks for the server's version when it opens, even where it will only compare files; this answers that one question. */
const versionOnlyAdapter: SqlDriverAdapter = {
  provider: "postgres",
  adapterName: "@prisma/adapter-pg",
  queryRaw: async () => ({
    columnNames: ["exists", "version", "numeric_version"],
    columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
    rows: [[true, "PostgreSQL 15.0", 150000]],
  }),
  executeRaw: async () => refuseQuery(),
  executeScript: async () => refuseQuery(),
  startTransaction: async () => refuseQuery(),
  dispose: async () => undefined,
};

const versionOnlyFactory: SqlMigrationAwareDriverAdapterFactory = {
  provider: "postgres",
  adapterName: "@prisma/adapter-pg",
  connect: async () => versionOnlyAdapter,
  connectToShadowDb: async () => refuseQuery(),
};

/** The SQL script that turns a database of schema `from` (null = an empty one) into one of schema `to`; empty when equal. */
export async function diffSchemas(from: SchemaFile[] | null, to: SchemaFile[]): Promise<string> {
  const engine = await openEngine(versionOnlyFactory);
  try {
    const result = await engine.diff({
      from: from === null ? { tag: "empty" } : { tag: "schemaDatamodel", files: from },
      to: { tag: "schemaDatamodel", files: to },
      script: true,
      exitCode: true,
      filters: noExternalTables,
    });
    return result.exitCode === 0 ? "" : (result.stdout ?? "");
  } finally {
    engine.free();
  }
}
